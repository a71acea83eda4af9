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


def test_a_text_that_does_not_turn_is_hardly_cut():
    n_cuts = [
        len(measures.least_dilution_cuts(rows, price=measures.fair_price(rows)))
        for rows in (topics([40], seed=seed) for seed in range(20))
    ]
    assert np.mean(n_cuts) < 0.5


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
