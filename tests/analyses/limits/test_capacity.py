"""How many dimensions judgements need: against geometry, against brute force, and by hand."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from semshift_nb.analyses import capacity, critical_dimensions
from semshift_nb.analyses.limits.free_vectors import (
    constructed_vectors,
    critical_documents,
    fit_free_vectors,
)
from semshift_nb.corpora import Corpus, RetrievalSet, limit_set
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError


def every_choice(n_documents: int, n_relevant: int) -> np.ndarray:
    chosen = itertools.combinations(range(n_documents), n_relevant)
    return np.array([np.isin(range(n_documents), own) for own in chosen])


def fitted(wanted: np.ndarray, dim: int) -> float:
    found = [
        fit_free_vectors(wanted, np.ones_like(wanted), dim, n_steps=300, seed=s) for s in (0, 1)
    ]
    return max(one.satisfied.mean() for one in found)


def a_set(texts: list[str], relevant: dict[str, list[int]], **more: object) -> RetrievalSet:
    judged = [(query, str(row), 1) for query, rows in relevant.items() for row in rows]
    return RetrievalSet(
        Corpus.from_texts(texts),
        pd.DataFrame({"query_id": list(relevant), "text": list(relevant)}),
        pd.DataFrame(judged, columns=["query_id", "doc_id", "relevance"]),
        "hand",
        **more,
    )


def value(table: pd.DataFrame, **where: object) -> float:
    for column, wanted in where.items():
        table = table[table[column] == wanted]
    assert len(table) == 1
    return float(table["value"].iloc[0])


@pytest.mark.parametrize("n", [3, 8, 60])
def test_on_a_circle_each_of_any_number_of_documents_can_be_the_nearest(n: int):
    assert fitted(every_choice(n, 1), 2) == 1


def most_pairs_on_a_circle(n: int) -> int:
    """Try queries all around a circle of documents: the two nearest are always neighbours."""
    documents = np.exp(2j * np.pi * np.sort(np.random.default_rng(n).random(n)))
    queries = np.exp(2j * np.pi * np.linspace(0, 1, 20_000))
    nearest = np.argsort(-(queries[:, None] * documents.conj()).real, axis=1)[:, :2]
    return len(set(map(frozenset, nearest.tolist())))


@pytest.mark.parametrize("n", [4, 5, 7])
def test_no_more_pairs_are_satisfied_than_geometry_allows(n: int):
    """On a circle n of them; on a sphere the edges of a planar graph, 3n - 6."""
    n_pairs = math.comb(n, 2)
    assert most_pairs_on_a_circle(n) <= n
    assert 0 < fitted(every_choice(n, 2), 2) * n_pairs <= n + 1e-9
    assert n <= fitted(every_choice(n, 2), 3) * n_pairs <= 3 * n - 6 + 1e-9


@pytest.mark.parametrize(("n", "k"), [(10, 1), (46, 2), (15, 3), (9, 4)])
def test_twice_as_many_dimensions_as_relevant_documents_always_suffice(n: int, k: int):
    wanted = every_choice(n, k)
    found = constructed_vectors(wanted, np.ones_like(wanted))
    assert found.documents.shape == (n, 2 * k)
    for vectors in (found.queries, found.documents):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    # Checked by ranking, not by the gaps it reports.
    best = np.argsort(-found.queries @ found.documents.T, axis=1)[:, :k]
    assert np.take_along_axis(wanted, best, axis=1).all()


def test_fewer_relevant_documents_than_others_have_are_satisfied_too():
    wanted = np.vstack([every_choice(9, 1), every_choice(9, 3)])
    assert constructed_vectors(wanted, np.ones_like(wanted)).satisfied.all()


def test_limit_small_is_learnt_in_12_dimensions_and_not_in_4(static: Encoder):
    table = capacity(limit_set(), static, dims=(4, 12), n_starts=1)
    of_free = table[table["vectors"] == "free"]
    assert value(of_free, dim=12, metric="satisfied") == 1
    assert 0.05 < value(of_free, dim=4, metric="satisfied") < 0.6
    assert value(of_free, metric="least_dimension") == 12
    # It exists in 4, by a gap that int8 does not keep.
    assert table.loc[table["metric"] == "least_gap", "dim"].tolist() == [4]
    assert 0 < value(table, metric="least_gap") < 1e-3
    assert value(table, vectors="chance", metric="R@2") == pytest.approx(2 / 46)
    of_encoder = table[table["vectors"] == "encoder"]
    assert of_encoder["dim"].tolist() == [static.dim] * 2
    satisfied, recall = of_encoder["value"]
    assert 2 / 46 < recall < 0.6
    assert satisfied < recall


def test_an_encoder_is_scored_by_hand(static: Encoder):
    texts = ["cats sleep", "dogs bark", "stars burn", "rivers run"]
    dataset = a_set(texts, {"cats sleep": [0], "stars burn": [3], "dogs bark": [1, 2]})
    table = capacity(dataset, static, dims=[3])
    nearest = np.argsort(-static.encode(texts) @ static.encode(texts).T, axis=1)
    pair = set(nearest[1][:2]) == {1, 2}
    shares = [1, float(3 in nearest[2][:2]), 0.5 + 0.5 * pair]
    assert value(table, vectors="encoder", metric="satisfied") == pytest.approx((1 + pair) / 3)
    assert value(table, vectors="encoder", metric="R@2") == pytest.approx(np.mean(shares))
    one = capacity(dataset, static, dims=[3], k=1)
    assert value(one, vectors="encoder", metric="R@1") == pytest.approx((1 + 0 + 0.5) / 3)


def test_documents_that_are_never_told_apart_and_equal_queries_change_nothing():
    """A hundred documents nobody asks for are one to free vectors, and two queries one."""
    many = a_set(["x"] * 104, {"a": [0], "b": [1], "c": [2], "c again": [2], "d": [3]})
    table = capacity(many, dims=[2])
    assert value(table, dim=2, metric="satisfied") == 1
    assert table["n"].tolist() == [5] * len(table)


def test_a_querys_own_document_is_in_nobodys_way(static: Encoder):
    """Document 0 stands first for its own words; only without it is 1 the first."""
    texts = ["cats sleep", "cats sleep well", "stars burn"]
    judged = pd.DataFrame({"query_id": ["0"], "doc_id": ["1"], "relevance": [1]})
    query = pd.DataFrame({"query_id": ["0"], "text": ["cats sleep"]})
    for ignored, expected in ((True, 1.0), (False, 0.0)):
        dataset = RetrievalSet(
            Corpus.from_texts(texts), query, judged, "own", ignore_identical_ids=ignored
        )
        assert value(capacity(dataset, static), vectors="encoder", metric="R@1") == expected


def test_encoders_of_other_widths_stand_side_by_side(static: Encoder):
    from semshift_nb import measures

    narrow = static.after(measures.keep_dimensions(range(8), dim=static.dim))
    table = capacity(limit_set(5), [static, narrow], dims=[4])
    assert table.loc[table["vectors"] == "encoder", "dim"].tolist() == [384, 384, 8, 8]


@pytest.mark.parametrize(
    "dataset",
    [a_set(["one"], {"q": [0]}), a_set(["one", "two"], {"q": [0, 1]})],
    ids=["one document", "all are relevant"],
)
def test_nothing_to_put_in_order_is_said(dataset: RetrievalSet, static: Encoder):
    table = capacity(dataset, static)
    assert table["status"].eq("not measured").all()
    assert table["reason"].str.contains("nothing is to be ordered").all()
    assert table["value"].isna().all()


def test_what_is_not_solved_is_not_a_least_dimension():
    table = capacity(limit_set(20), dims=[2, 3], n_steps=40, n_starts=1)
    row = table[table["metric"] == "least_dimension"].iloc[0]
    assert row["status"] == "not measured"
    assert row["reason"] == "not all satisfied in 2 and 3 dimensions, most in 3"


def test_the_published_cubic_beside_what_is_found():
    assert critical_documents(4) == pytest.approx(6.66, abs=0.01)
    table = critical_dimensions([6, 46], n_starts=1)
    dims = table.set_index(["n_documents", "vectors"])["dim"]
    assert dims[6, "free"] == dims[6, "constructed"] == dims[46, "constructed"] == 4
    assert 4 < dims[46, "free"] <= dims[46, "published"] == 12
    assert critical_dimensions([6], n_relevant=3)["vectors"].tolist() == ["free", "constructed"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"k": 6}, "k is 6, expected from 1 to 5: among 6 documents"),
        ({"k": 0}, "k is 0"),
        ({"dims": [1]}, r"dims is \[1\], expected whole numbers from 2"),
        ({"dims": []}, r"dims is \[\]"),
        ({"n_starts": 0}, "n_starts is 0"),
        ({"n_steps": 0}, "n_steps is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_out_of_range_are_refused(asked: dict[str, object], message: str):
    with pytest.raises(InputError, match=message):
        capacity(limit_set(6), **asked)


def test_a_single_number_is_a_list_of_one():
    pd.testing.assert_frame_equal(capacity(limit_set(5), dims=4), capacity(limit_set(5), dims=[4]))
    assert critical_dimensions(5)["n_documents"].eq(5).all()


def test_more_choices_than_free_vectors_can_be_moved_for_are_refused():
    with pytest.raises(InputError, match="too many for free vectors: take fewer queries"):
        critical_dimensions([500])
    with pytest.raises(InputError, match="n_documents is 2: expected a whole number from 3"):
        critical_dimensions([2])
