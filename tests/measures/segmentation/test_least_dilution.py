"""Cuts of least dilution: against every segmentation there is, and against ruptures."""

from itertools import combinations, pairwise

import numpy as np
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.segmentation import least_dilution
from semshift_nb.measures.segmentation.online import LeastDilutionWalk


def draw(n: int, *, seed: int, dim: int = 6, topics: int = 4, spread: float = 0.7):
    """Unit rows around topics that change at random places."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(topics, dim))
    labels = np.sort(generator.integers(0, topics, n))
    rows = centres[labels] + spread * generator.normal(size=(n, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def every_segmentation(n: int):
    for number in range(n):
        yield from (list(cuts) for cuts in combinations(range(1, n), number))


def allowed(cuts, n, *, min_size, weights, most):
    edges = [0, *cuts, n]
    parts = [range(a, b) for a, b in pairwise(edges)]
    return all(len(p) >= min_size and sum(weights[i] for i in p) <= most for p in parts)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(0, 999), st.floats(0.05, 3), st.integers(1, 3))
def test_nothing_is_cheaper_among_all_segmentations(n, seed, price, min_size):
    rows = draw(n, seed=seed)
    weights = np.random.default_rng(seed).integers(0, 5, n)
    bounds = {"min_size": min_size, "weights": weights, "most": 14}
    costs = [
        measures.total_scatter(rows, cuts) + price * len(cuts)
        for cuts in every_segmentation(n)
        if allowed(cuts, n, **bounds)
    ]
    found = measures.least_dilution_cuts(
        rows, price=price, min_size=min_size, weights=weights, max_weight=14
    )
    if costs:
        assert allowed(found, n, **bounds)
        assert measures.total_scatter(rows, found) + price * len(found) == pytest.approx(min(costs))
    else:  # the weight is the bound that holds
        assert allowed(found, n, **{**bounds, "min_size": 1})


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8])
def test_of_a_number_nothing_scatters_less(number):
    rows = draw(8, seed=number)
    found = measures.least_dilution_cuts(rows, n_segments=number)
    least = min(measures.total_scatter(rows, c) for c in combinations(range(1, 8), number - 1))
    assert len(found) == number - 1
    assert measures.total_scatter(rows, found) == pytest.approx(least)


@pytest.mark.parametrize("price", [0.3, 0.8, 2.0])
@pytest.mark.parametrize("min_size", [1, 3])
def test_as_ruptures_finds_them(price, min_size):
    rows = draw(400, seed=1, dim=12, topics=25)
    search = ruptures.KernelCPD(kernel="linear", min_size=min_size, jump=1).fit(rows)
    theirs = search.predict(pen=price)[:-1]
    ours = measures.least_dilution_cuts(rows, price=price, min_size=min_size)
    if min_size == 1:
        assert ours == theirs
    else:  # ruptures prunes as if there were no least size, and may miss the optimum
        cost = [measures.total_scatter(rows, cuts) + price * len(cuts) for cuts in (ours, theirs)]
        assert cost[0] <= cost[1] + 1e-9
    number = search.predict(n_bkps=12)[:-1]
    assert measures.least_dilution_cuts(rows, n_segments=13, min_size=min_size) == number


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.floats(0.1, 2), st.integers(1, 4), st.sampled_from([None, 9.0]))
def test_row_by_row_as_from_the_table(seed, price, min_size, most):
    rows = draw(80, seed=seed, topics=9)
    weights = np.random.default_rng(seed).integers(0, 4, 80).astype(float)
    walk = LeastDilutionWalk(6, price, min_size, np.inf if most is None else most)
    settled = []
    for place, (row, weight) in enumerate(zip(rows, weights, strict=True)):
        walk.push(row, weight)
        if place % 7 == 0:
            settled += walk.settle()
    limits = {} if most is None else {"weights": weights, "max_weight": most}
    table = measures.least_dilution_cuts(rows, price=price, min_size=min_size, **limits)
    costs = [
        measures.total_scatter(rows, cuts) + price * len(cuts)
        for cuts in (settled + walk.cuts(), table)
    ]
    assert costs[0] == pytest.approx(costs[1], abs=1e-9)


def test_a_look_ahead_bounds_what_is_held():
    rows = np.tile(np.eye(3)[0], (500, 1))  # nothing ever turns
    walk, settled = LeastDilutionWalk(3, 0.5), []
    for row in rows:
        walk.push(row)
        settled += walk.settle(look_ahead=100)
    assert settled == [100, 200, 300, 400, 500]


def test_long_texts_by_price_and_by_number(monkeypatch):
    rows = draw(300, seed=3, topics=20)
    exact = {n: measures.least_dilution_cuts(rows, n_segments=n) for n in (1, 7, 20, 150)}
    at_price = measures.least_dilution_cuts(rows, price=0.5)
    for module in (least_dilution, least_dilution):
        monkeypatch.setattr(module, "MOST_ROWS", 100)
    assert measures.least_dilution_cuts(rows, price=0.5) == at_price
    for number, cuts in exact.items():
        found = measures.least_dilution_cuts(rows, n_segments=number)
        assert len(found) == number - 1
        scatter = measures.total_scatter(rows, cuts)
        assert measures.total_scatter(rows, found) <= 1.02 * scatter + 1e-9


def test_scatter_is_that_of_the_formula_sheet():
    rows = draw(9, seed=5)
    parts = (rows[:4], rows[4:])
    expected = sum((len(part) - 1) * measures.dispersion(part) for part in parts)
    assert measures.total_scatter(rows, [4]) == pytest.approx(expected)


def test_gains_are_differences_of_scatter():
    rows = draw(10, seed=6)
    gains = measures.cut_gains(rows, [3, 7])
    for place in range(1, 10):
        without = sorted({3, 7} - {place})
        saved = measures.total_scatter(rows, without) - measures.total_scatter(
            rows, sorted({3, 7, place})
        )
        assert gains[place - 1] == pytest.approx(saved, abs=1e-12)


def test_the_path_has_the_best_cuts_of_every_price():
    rows = draw(60, seed=8, topics=7)
    path = measures.dilution_path(rows, least_price=0.2)
    assert path[0].from_price == 0.2
    assert path[-1].cuts == []
    for stage, after in pairwise(path):
        assert stage.to_price == after.from_price
        assert len(stage.cuts) > len(after.cuts)
    for price in np.geomspace(0.21, 20, 60):
        (stage,) = [s for s in path if s.from_price < price <= s.to_price]
        assert measures.least_dilution_cuts(rows, price=price) == stage.cuts


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_precision_and_torch(kind):
    import torch

    rows = draw(50, seed=9)
    cuts = measures.least_dilution_cuts(rows, price=0.5)
    assert measures.least_dilution_cuts(rows.astype(kind), price=0.5) == cuts
    assert measures.least_dilution_cuts(torch.from_numpy(rows.astype(kind)), price=0.5) == cuts


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "either price or n_segments"),
        ({"price": 1, "n_segments": 2}, "either price or n_segments"),
        ({"price": -1}, "price is -1"),
        ({"price": float("nan")}, "price is nan"),
        ({"price": "auto"}, "price is 'auto'"),
        ({"n_segments": 9}, "9 segments were asked for: expected a whole number from 1 to 8"),
        ({"n_segments": 0}, "0 segments were asked for"),
        ({"price": 1, "min_size": 0}, "min_size is 0"),
        ({"price": 1, "max_weight": 3}, "weights and max_weight go together"),
        ({"price": 1, "weights": [1, 9, *[1] * 6], "max_weight": 3}, "row 1 alone weighs 9"),
        ({"price": 1, "weights": [1], "max_weight": 3}, "weights must be 8 finite numbers"),
        ({"n_segments": 2, "weights": [1] * 8, "max_weight": 3}, "2 segments cannot hold"),
    ],
)
def test_bad_input(options, says):
    with pytest.raises(InputError, match=says):
        measures.least_dilution_cuts(draw(8, seed=0), **options)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"dim": 0}, "dim is 0"),
        ({"dim": 10**12}, "dim is 1000000000000"),
        ({"price": -1}, "price is -1"),
        ({"price": "1"}, "price is '1'"),
        ({"min_size": 1.5}, "min_size is 1.5"),
        ({"max_weight": np.nan}, "max_weight is nan"),
        ({"row": np.ones(3)}, "row: 1 row cannot be used"),
        ({"row": np.eye(2)[0]}, r"row has shape \(2,\)"),
        ({"row": [1.0, 0.0, 0.0]}, "got list"),
        ({"row": np.ma.array(np.eye(3)[0])}, "masked array"),
        ({"row": np.full(3, 1e300)}, "overflow"),
        ({"weight": -1}, "weight is -1"),
        ({"weight": 9.0}, "weight is 9.0, expected a number from 0 to 8"),
        ({"look_ahead": 0}, "look_ahead is 0"),
    ],
)
def test_a_walk_refuses_what_it_cannot_use(settings, says):
    given = {"dim": 3, "price": 0.5, "min_size": 1, "max_weight": 8.0} | settings
    row, weight, ahead = (given.pop(name, None) for name in ("row", "weight", "look_ahead"))

    def walked():
        walk = LeastDilutionWalk(**given)
        walk.push(np.eye(3)[0] if row is None else row, 1.0 if weight is None else weight)
        walk.settle(ahead)

    with pytest.raises(InputError, match=says):
        walked()


def test_a_row_of_less_precision_is_brought_to_length_one():
    rows = draw(60, seed=2)
    walk = LeastDilutionWalk(6, 0.5)
    for row in rows.astype(np.float32):
        walk.push(row)
    assert walk.cuts() == measures.least_dilution_cuts(rows, price=0.5)


def test_the_largest_least_size_is_the_whole_text():
    rows = draw(30, seed=2)
    assert measures.least_dilution_cuts(rows, price=0.1, min_size=2**63 - 1) == []
