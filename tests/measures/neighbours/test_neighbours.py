"""Nearest neighbours against a full sort, above all where there are ties."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.neighbours.neighbours import nearest_others, top_k


def test_neighbours_by_distance_are_scipys(unit):
    """In blocks, far from the origin, and copies at distance 0."""
    rows = np.concatenate([unit(3000, 6), unit(3000, 6)[:5]]) + 3
    apart = cdist(rows, rows)
    np.fill_diagonal(apart, np.inf)
    found = nearest_others(rows, 4)
    assert found.distances == pytest.approx(np.sort(apart, axis=1)[:, :4], abs=1e-12)
    assert (found.distances[:5, 0] == 0).all()
    assert np.take_along_axis(apart, found.places, axis=1) == pytest.approx(found.distances)


@pytest.mark.parametrize("width", [7, 200, 4100, 20_003])
@pytest.mark.parametrize("library", [np, torch])
def test_the_highest_are_those_of_a_sort(width, library):
    scores = np.random.default_rng(width).standard_normal((5, width)).astype(np.float32)
    expected = np.sort(np.argsort(-scores, axis=1)[:, :6], axis=1)
    given = scores if library is np else torch.tensor(scores)
    import array_api_compat

    found = top_k(array_api_compat.array_namespace(given), given, 6)
    assert isinstance(found, type(given))
    assert (np.asarray(found) == expected).all()


def by_full_sort(queries: np.ndarray, library: np.ndarray, k: int) -> np.ndarray:
    """Score each pair alone in float64, sort stably: higher score, then lower position."""
    scores = (queries.astype(np.float64)[:, None, :] * library.astype(np.float64)).sum(axis=-1)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 10, 300])
def test_against_a_full_sort(unit, k, dtype):
    queries, library = unit(40, seed=1), unit(300, seed=2)
    found = measures.nearest_neighbours(queries.astype(dtype), library.astype(dtype), k)
    assert (found == by_full_sort(queries.astype(dtype), library.astype(dtype), k)).all()


@settings(deadline=None, max_examples=40)
@given(
    copies=st.integers(1, 60),
    kinds=st.integers(1, 8),
    k=st.integers(1, 8),
    seed=st.integers(0, 999),
)
def test_exact_ties_fall_to_the_lower_position(copies, kinds, k, seed):
    """Copies of a few rows, shuffled: more equal scores than there are spare candidates."""
    rng = np.random.default_rng(seed)
    distinct = rng.standard_normal((kinds, 384))
    distinct /= np.linalg.norm(distinct, axis=1, keepdims=True)
    library = rng.permutation(np.repeat(distinct, copies, axis=0)).astype(np.float32)
    queries = distinct.astype(np.float32)
    k = min(k, len(library))
    expected = by_full_sort(queries, library, k)
    assert (measures.nearest_neighbours(queries, library, k) == expected).all()
    in_torch = measures.nearest_neighbours(torch.tensor(queries), torch.tensor(library), k)
    assert isinstance(in_torch, torch.Tensor)
    assert (in_torch.numpy() == expected).all()


def test_all_equal():
    library = np.tile([[0.6, 0.8]], (5000, 1)).astype(np.float32)
    assert measures.nearest_neighbours(library[:2], library, 3).tolist() == [[0, 1, 2]] * 2


def test_blocks_of_queries_join(unit):
    """A library of 60,000 makes blocks of 69 queries."""
    queries, library = unit(150, 8, seed=3), unit(60_000, 8, seed=4)
    found = measures.nearest_neighbours(queries, library, 5)
    alone = np.concatenate(
        [measures.nearest_neighbours(query[None, :], library, 5) for query in queries]
    )
    assert (found == alone).all()
    assert (found[::50] == by_full_sort(queries[::50], library, 5)).all()


def test_no_query(unit):
    assert measures.nearest_neighbours(np.zeros((0, 24)), unit(5), 2).shape == (0, 2)


@pytest.mark.parametrize("k", [0, 6])
def test_k_out_of_range(unit, k):
    with pytest.raises(InputError, match=rf"k is {k}, expected 1 to 5"):
        measures.nearest_neighbours(unit(2), unit(5), k)


def test_spaces_and_rows_are_checked(unit):
    with pytest.raises(InputError, match="24 dimensions and the library 8"):
        measures.nearest_neighbours(unit(2), unit(5, 8), 1)
    with pytest.raises(InputError, match="queries: 1 row"):
        measures.nearest_neighbours(np.zeros((1, 24)), unit(5), 1)
    with pytest.raises(InputError, match="library: 5 rows"):
        measures.nearest_neighbours(unit(1), np.zeros((5, 24)), 1)


def test_overlap_by_hand():
    a = np.array([[1, 2, 3, 4], [9, 8, 7, 6]])
    b = np.array([[4, 3, 2, 1], [9, 1, 8, 2]])
    assert measures.overlap_at_k(a, b, 4).tolist() == [1.0, 0.5]
    assert measures.overlap_at_k(a, b, 2).tolist() == [0.0, 0.5]
    assert measures.overlap_at_k(a, b, 1).tolist() == [0.0, 1.0]
    assert measures.overlap_at_k(torch.tensor(a), torch.tensor(b), 4).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("a", "b", "k"),
    [((2, 3), (2, 3), 4), ((2, 3), (1, 3), 2), ((3,), (3,), 1), ((2, 3), (2, 3), 0)],
)
def test_overlap_refuses_other_shapes(a, b, k):
    with pytest.raises(InputError):
        measures.overlap_at_k(np.zeros(a, dtype=int), np.zeros(b, dtype=int), k)
