"""The price that a text suggests: equal to its definition, and fair to texts of known turns."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.errors import InputError


def topics(sizes, *, seed, dim=200, distance=0.35):
    """Unit rows of segments whose means lie apart, as sentences of a model do."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(len(sizes), dim)) * np.sqrt(distance)
    rows = np.repeat(centres, sizes, axis=0) + generator.normal(size=(sum(sizes), dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_of_two_sentences_by_hand():
    """T = 1 - cos = 1. One segment: w = (1 + 2) / (1 + 2), ln F = 1 as held beforehand, so 2 w."""
    assert measures.fair_price(np.eye(2)) == pytest.approx(2)


@pytest.mark.parametrize("sizes", [[4] * 12, [7] * 9, [15] * 6, [3, 11, 5, 9, 4, 10, 8]])
def test_turns_are_found_without_being_told(sizes):
    scores = []
    for seed in range(10):
        rows = topics(sizes, seed=seed)
        cuts = measures.least_dilution_cuts(rows, price=measures.fair_price(rows))
        scores.append(measures.pk(sizes, np.diff([0, *cuts, sum(sizes)])))
    assert np.mean(scores) < 0.03


def walk(n_rows, *, step, seed, dim=100):
    """Unit rows whose meaning moves a little with each, and never jumps."""
    generator = np.random.default_rng(seed)
    places = np.cumsum(step * generator.normal(size=(n_rows, dim)), axis=0)
    rows = places + generator.normal(size=(n_rows, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def n_cuts(rows, times=1.0):
    return len(measures.least_dilution_cuts(rows, price=times * measures.fair_price(rows)))


@pytest.mark.parametrize(("n_rows", "dim"), [(20, 30), (40, 200), (100, 30)])
def test_where_order_means_nothing_at_most_one_text_in_twenty_is_cut(n_rows, dim):
    assert sum(n_cuts(topics([n_rows], seed=seed, dim=dim)) > 0 for seed in range(40)) <= 2


def test_shuffled_sentences_are_hardly_ever_cut():
    generator = np.random.default_rng(0)
    texts = [topics([5] * 8, seed=seed, distance=0.1) for seed in range(40)]
    assert sum(n_cuts(generator.permutation(rows)) > 0 for rows in texts) <= 2


def test_a_slow_drift_is_no_turn():
    """At the price of blocks alone such walks are cut once each on average."""
    assert sum(n_cuts(walk(40, step=0.05, seed=seed)) > 0 for seed in range(40)) <= 2
    walks = [walk(40, step=0.1, seed=seed) for seed in range(40)]
    assert sum(n_cuts(rows) > 0 for rows in walks) <= 10
    assert sum(len(measures.least_dilution_cuts(rows, price=blocks(rows))) for rows in walks) >= 40


def blocks(rows):
    """w (1 + ln F) as the docstring has it, cut and estimated until it no longer rises."""
    total = measures.total_scatter(rows, [])
    price, suggested = 0.0, total / (len(rows) - 1)
    while suggested > price:
        price = suggested
        cuts = measures.least_dilution_cuts(rows, price=price)
        within, overall = measures.total_scatter(rows, cuts), total / (len(rows) - 1)
        w = (within + 2 * overall) / (len(rows) - len(cuts) - 1 + 2)
        ratio = max((total - within + w) / ((len(cuts) + 1) * w), 1.0)
        suggested = w * (1 + (len(cuts) * np.log(ratio) + 2) / (len(cuts) + 2))
    return price


def test_strangers_put_together_cost_what_blocks_do():
    for seed in range(5):
        rows = topics([6] * 10, seed=seed)
        assert measures.fair_price(rows) == pytest.approx(blocks(rows))


def test_texts_that_drift_are_cut_where_they_were_joined():
    for seed in range(5):
        centres = topics([1] * 5, seed=seed, dim=100)
        pieces = [walk(12, step=0.1, seed=10 * seed + number) for number in range(5)]
        rows = np.concatenate([a + 0.5 * b for a, b in zip(pieces, centres, strict=True)])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        price = measures.fair_price(rows)
        assert measures.least_dilution_cuts(rows, price=price) == [12, 24, 36, 48]


def test_the_same_vectors_have_the_same_price():
    for rows in (walk(60, step=0.1, seed=0), topics([6] * 10, seed=0)):
        assert measures.fair_price(rows) == measures.fair_price(rows.copy())
        turned = rows @ np.linalg.qr(np.random.default_rng(1).normal(size=(rows.shape[1],) * 2))[0]
        assert measures.fair_price(turned) == pytest.approx(measures.fair_price(rows))


def test_a_greater_granularity_never_cuts_more():
    for rows in (walk(60, step=0.2, seed=0), topics([3, 11, 5, 9, 4, 10, 8], seed=0)):
        numbers = [n_cuts(rows, times) for times in (0.25, 0.5, 0.8, 1, 1.3, 2, 4, 100)]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > numbers[-1] == 0


def test_it_scales_with_the_scatter():
    """A direction that all share makes vectors of an anisotropic encoder: all scatter is less."""
    rows = topics([6] * 10, seed=3)
    narrow = np.column_stack([0.5 * rows, np.full(60, np.sqrt(0.75))])
    assert measures.fair_price(narrow) == pytest.approx(measures.fair_price(rows) / 4)
    prices = [measures.fair_price(one) for one in (rows, narrow)]
    cuts = [
        measures.least_dilution_cuts(one, price=price)
        for one, price in zip((rows, narrow), prices, strict=True)
    ]
    assert cuts[0] == cuts[1]


def test_equal_sentences_are_never_parted():
    rows = np.tile(topics([1], seed=0), (300, 1)).astype(np.float32)
    price = measures.fair_price(rows)
    assert price >= 1e-3
    assert measures.least_dilution_cuts(rows, price=price) == []
    assert measures.fair_price(rows[:1]) == price


def test_one_price_for_several_texts():
    texts = [topics([5] * 6, seed=seed) for seed in range(4)]
    alone = [measures.fair_price(rows) for rows in texts]
    assert min(alone) < measures.fair_price(texts) < 1.2 * max(alone)
    assert measures.fair_price([texts[0]]) == alone[0]


def test_a_long_text_is_read_in_stretches():
    rows = topics([6] * 1000, seed=1, dim=50)
    assert measures.fair_price(rows) == pytest.approx(measures.fair_price(rows[:3000]), rel=0.05)


def test_bad_input():
    with pytest.raises(InputError, match="got no text"):
        measures.fair_price([])
    with pytest.raises(InputError, match="not of length one"):
        measures.fair_price(2 * np.eye(3))
