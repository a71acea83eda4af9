"""Hubness reduction: the papers' formulas pair by pair, a star by hand, and hubs that go."""

import numpy as np
import pytest
import torch
from scipy import stats

from semshift_nb import measures
from semshift_nb.errors import InputError

K = 5
FITS = {
    "csls": lambda rows: measures.fit_csls(rows, k=K),
    "local scaling": lambda rows: measures.fit_local_scaling(rows, k=K),
    "mutual proximity": measures.fit_mutual_proximity,
}


def around(library, x, *, own=None):
    """Return the cosines of a row with a library, one at a time, the highest first."""
    cosines = [float(np.dot(x, y)) for place, y in enumerate(library) if place != own]
    return sorted(cosines, reverse=True)


def csls(library, q, place):
    means = [np.mean(around(library, q)[:K])]
    means.append(np.mean(around(library, library[place], own=place)[:K]))
    return 2 * np.dot(q, library[place]) - sum(means)


def local_scaling(library, q, place):
    def kth(x, own=None):
        return np.sqrt(2 - 2 * around(library, x, own=own)[K - 1])

    squared = np.sum((q - library[place]) ** 2)
    return np.log(np.exp(-squared / (kth(q) * kth(library[place], place))))


def mutual_proximity(library, q, place):
    distance = 1 - np.dot(q, library[place])
    tails = []
    for x, own in ((q, None), (library[place], place)):
        others = 1 - np.array(around(library, x, own=own))
        tails.append(stats.norm.sf(distance, others.mean(), others.std()))
    return np.log(tails[0] * tails[1])


BY_HAND = {
    "csls": csls,
    "local scaling": local_scaling,
    "mutual proximity": mutual_proximity,
}


@pytest.mark.parametrize("name", FITS)
def test_each_pair_has_the_papers_similarity(unit, name):
    library, queries = unit(40, 8), unit(6, 8, seed=1)
    found = FITS[name](library)(queries)
    for i, q in enumerate(queries):
        wanted = [BY_HAND[name](library, q, place) for place in range(len(library))]
        np.testing.assert_allclose(found[i], wanted, rtol=1e-9, atol=1e-11)
    same = FITS[name](torch.tensor(library))(torch.tensor(queries))
    np.testing.assert_allclose(same, found, atol=1e-12)


@pytest.mark.parametrize("name", FITS)
def test_hubs_go(name):
    """Rows around a centre have hubs, queries find them; after reduction, fewer."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((600, 100)) + 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    library, queries = rows[:300], rows[300:]

    def lopsided(similarities):
        best = np.argsort(-similarities, axis=1)[:, :10]
        return stats.skew(np.bincount(best.ravel(), minlength=300))

    before, after = lopsided(queries @ library.T), lopsided(FITS[name](library)(queries))
    assert before > 2
    assert after < 0.75 * before


def test_what_stands_in_the_middle_of_a_star_no_longer_wins():
    """A query between the pole and a ray, nearer to the pole, belongs to the ray by CSLS.

    Rays have cosine 0.6 with the pole and 0.36 with each other. r(pole) = 0.6 = r(ray) for k = 1,
    so that nothing changes; for k = 3 r(ray) = (0.6 + 0.36 + 0.36) / 3 = 0.44.
    """
    rays = np.column_stack([0.8 * np.eye(4), np.full(4, 0.6)])
    library = np.concatenate([rays, np.eye(5)[4:]])
    middle = rays[0] + library[4] * 1.05
    query = (middle / np.linalg.norm(middle))[None, :]
    assert int(np.argmax(query @ library.T)) == 4
    assert int(np.argmax(measures.fit_csls(library, k=1)(query))) == 4
    assert measures.fit_csls(library, k=3).crowding[:, 0].tolist() == pytest.approx(
        [0.44] * 4 + [0.6]
    )
    assert int(np.argmax(measures.fit_csls(library, k=3)(query))) == 0


@pytest.mark.parametrize("name", FITS)
def test_copies_are_equally_similar_and_nothing_overflows(unit, name):
    library = np.concatenate([unit(10, 6), np.tile(unit(1, 6, seed=3), (9, 1))])
    found = FITS[name](library)(unit(3, 6, seed=1))
    assert np.isfinite(found).all()
    assert (found[:, 10:] == found[:, 10:11]).all()
    same = FITS[name](np.tile(unit(1, 6), (8, 1)))(unit(3, 6, seed=1))
    assert np.isfinite(same).all()
    assert (same == same[:, :1]).all()


def test_what_is_far_nearer_than_all_others_keeps_its_order():
    """Six deviations from the mean 1 - P is 1e-9, and 1 from nine on; logarithms are not."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((500, 400))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    query = rows[:1] + np.array([[0.0], [0.3]]) * rows[1:2]
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    found = measures.fit_mutual_proximity(rows)(query)
    assert found[0, 0] > found[1, 0] > found[1, 1]


@pytest.mark.parametrize("name", FITS)
def test_one_text_has_no_neighbourhood(unit, name):
    with pytest.raises(InputError, match="library have 1 row, expected at least 2"):
        FITS[name](unit(1))
    with pytest.raises(InputError, match="queries have 7 dimensions and the library 8"):
        FITS[name](unit(9, 8))(unit(2, 7))
    with pytest.raises(InputError, match="not of length"):
        FITS[name](unit(9, 8))(2 * unit(2, 8))
    assert FITS[name](unit(9, 8))(unit(1, 8)[:0]).shape == (0, 9)


@pytest.mark.parametrize("fit", [measures.fit_csls, measures.fit_local_scaling])
@pytest.mark.parametrize("k", [0, 9, 2.5, True])
def test_number_of_neighbours_is_checked(unit, fit, k):
    with pytest.raises(InputError, match="expected 1 to 8, the number of other texts"):
        fit(unit(9, 8), k=k)
