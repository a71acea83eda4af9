"""Nearest rows by four similarities, against SciPy's distances and a full sort."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.neighbours.similarity import RULES

METRICS = {"euclidean": "euclidean", "manhattan": "cityblock"}


def by_full_sort(
    queries: np.ndarray, library: np.ndarray, k: int, similarity: str
) -> tuple[np.ndarray, np.ndarray]:
    """Score each pair alone in float64: SciPy's distances, or sums of products."""
    queries, library = queries.astype(np.float64), library.astype(np.float64)
    if similarity in METRICS:
        scores = -cdist(queries, library, METRICS[similarity])
    else:
        scores = (queries[:, None, :] * library).sum(axis=-1)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k], scores


def rows(n: int, dim: int, seed: int) -> np.ndarray:
    """Rows of lengths from a third to thrice the usual one, away from the origin."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, dim)) + 0.5) * rng.uniform(1 / 3, 3, (n, 1))


@pytest.mark.parametrize("similarity", ["dot", "euclidean", "manhattan"])
@pytest.mark.parametrize(("n", "k"), [(300, 1), (300, 300), (4000, 20)])
def test_against_a_full_sort(similarity, n, k):
    queries, library = rows(30, 24, 1), rows(n, 24, 2)
    found = measures.nearest_neighbours(queries, library, k, similarity=similarity)
    assert (found == by_full_sort(queries, library, k, similarity)[0]).all()


def test_the_four_disagree_and_the_cosine_is_the_default(unit):
    queries, library = rows(30, 24, 1), rows(300, 24, 2)
    found = {
        each: measures.nearest_neighbours(queries, library, 5, similarity=each)
        for each in ("dot", "euclidean", "manhattan")
    }
    queries, library = (
        each / np.linalg.norm(each, axis=1, keepdims=True) for each in (queries, library)
    )
    found["cosine"] = measures.nearest_neighbours(queries, library, 5)
    assert len({each.tobytes() for each in found.values()}) == 4
    for similarity in ("cosine", "dot", "euclidean"):  # of unit rows these order alike
        again = measures.nearest_neighbours(queries, library, 5, similarity=similarity)
        assert (again == found["cosine"]).all()


@settings(deadline=None, max_examples=40)
@given(
    similarity=st.sampled_from(["dot", "euclidean", "manhattan"]),
    copies=st.integers(1, 60),
    kinds=st.integers(1, 8),
    k=st.integers(1, 8),
    exponent=st.sampled_from([-300, -30, 0, 3, 30, 150]),
    seed=st.integers(0, 999),
)
def test_ties_fall_to_the_lower_position_at_every_size(
    similarity, copies, kinds, k, exponent, seed
):
    """Whole numbers, so that nothing rounds: ties are exact, of copies and of others too."""
    rng = np.random.default_rng(seed)
    library = rng.permutation(np.repeat(rng.integers(-3, 4, (kinds, 8)), copies, axis=0))
    queries, k = rng.integers(-3, 4, (5, 8)), min(k, kinds * copies)
    scores = {
        "dot": queries @ library.T,
        "euclidean": -((queries[:, None, :] - library) ** 2).sum(axis=-1),
        "manhattan": -np.abs(queries[:, None, :] - library).sum(axis=-1),
    }
    expected = np.argsort(-scores[similarity], axis=1, kind="stable")[:, :k]
    asked, there = (each * 2.0**exponent for each in (queries, library))
    assert (measures.nearest_neighbours(asked, there, k, similarity=similarity) == expected).all()
    in_torch = measures.nearest_neighbours(
        torch.tensor(asked), torch.tensor(there), k, similarity=similarity
    )
    assert isinstance(in_torch, torch.Tensor)
    assert (in_torch.numpy() == expected).all()


def test_scores_order_as_scipys_distances():
    queries, library = rows(7, 24, 1), rows(50, 24, 2)
    for similarity in ("dot", "euclidean", "manhattan"):
        order, scores = by_full_sort(queries, library, 50, similarity)
        ours = RULES[similarity].scores(np, queries, library)
        assert (np.argsort(-ours, axis=1, kind="stable") == order).all()
        if similarity == "manhattan":
            assert ours == pytest.approx(scores)


def test_no_query_and_rows_of_zeros():
    library = np.zeros((4, 3))
    for similarity in ("dot", "euclidean", "manhattan"):
        none = measures.nearest_neighbours(np.zeros((0, 3)), library, 2, similarity=similarity)
        assert none.shape == (0, 2)
        found = measures.nearest_neighbours(np.ones((1, 3)), library, 2, similarity=similarity)
        assert found.tolist() == [[0, 1]]


@pytest.mark.parametrize("similarity", ["Cosine", "", None, 1, np.array(["dot", "dot"])])
def test_an_unknown_similarity_is_refused_with_the_list(unit, similarity):
    with pytest.raises(InputError, match="expected one of cosine, dot, euclidean, manhattan"):
        measures.nearest_neighbours(unit(2, 3), unit(4, 3), 1, similarity=similarity)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(broken):
    library = np.array([[1.0, 2.0], [broken, 0.0]])
    with pytest.raises(InputError, match="1 row holds NaN or infinity"):
        measures.nearest_neighbours(np.ones((1, 2)), library, 1, similarity="dot")
    with pytest.raises(InputError, match="queries: 1 row holds"):
        measures.nearest_neighbours(library, np.ones((1, 2)), 1, similarity="manhattan")
