"""Probe figures: the measures of these names, of any vectors; and the texts they are taken of."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError
from semshift_nb.training.probe import FIGURES, ProbeSet, probe_figures


def some_vectors(n: int = 40, dim: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, dim)) * 3 + 1


def test_they_are_the_measures_of_these_names():
    vectors, groups = some_vectors(), [str(row // 4) for row in range(40)]
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = probe_figures(vectors, groups=groups)
    expected = {
        "MPD": measures.mean_pairwise_distance(rows),
        "mean_cosine": measures.mean_cosine(rows),
        "uniformity": measures.uniformity(rows),
        "effective_rank": measures.effective_rank(rows),
        "uncentred_effective_rank": measures.effective_rank(rows, centred=False),
        "power_law_decay": measures.power_law_decay(rows),
        "uncentred_power_law_decay": measures.power_law_decay(rows, centred=False),
        "first_component_share": measures.first_component_share(rows),
        "uncentred_first_component_share": measures.first_component_share(rows, centred=False),
        "LiDAR": measures.lidar(rows, groups),
        "least_spread": rows.std(axis=0).min(),
        "greatest_spread": rows.std(axis=0).max(),
    }
    assert set(expected) == set(FIGURES)
    assert {name: found[name] for name in FIGURES} == pytest.approx(expected, rel=1e-10)


def test_curves():
    found = probe_figures(some_vectors())
    share = found["spectrum"][0] ** 2 / (found["spectrum"] ** 2).sum()
    assert share == pytest.approx(found["uncentred_first_component_share"])
    assert (found["spectrum"] ** 2).sum() == pytest.approx(1)  # the trace of unit rows
    assert found["cosines"].sum() == pytest.approx(1)
    centres = np.linspace(-0.975, 0.975, 40)
    assert found["cosines"] @ centres == pytest.approx(found["mean_cosine"], abs=0.025)
    assert len(found["dimension_spread"]) == 6


def test_the_map_goes_on_where_it_was():
    """Turned in its plane and mirrored, the same vectors have the same map again."""
    first = probe_figures(some_vectors())["map"]
    turn = np.array([[0.0, 1.0], [1.0, 0.0]])
    other = (first.reshape(-1, 2) @ turn).ravel()
    again = probe_figures(some_vectors(), map_before=other)["map"]
    np.testing.assert_allclose(again, other, atol=1e-10)


def test_vectors_in_one_place_have_figures_or_reasons():
    found = probe_figures(np.ones((8, 3)), groups=list("aabbccdd"))
    assert found["mean_cosine"] == pytest.approx(1)
    assert "rows do not differ" in found["effective_rank"]
    assert "means do not differ" in found["LiDAR"]


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_vectors_without_direction_are_reasons_for_all(bad: float):
    vectors = some_vectors()
    vectors[3] = bad
    assert set(probe_figures(vectors).values()) == {"1 of 40 vectors are zero or not finite"}


def test_a_probe_set_of_a_corpus(small: Corpus):
    probe = ProbeSet.of(small, n_documents=2, n_sentences=4)
    assert probe.groups == ("0",) * 4 + ("3",) * 4
    assert probe.texts[4:] == ("He ran home.", "She ran after him.", "They all ran.", "It rained.")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _: ProbeSet(["a"]), "1 different text, expected 2 to"),
        (lambda _: ProbeSet(["a", "a"]), "1 different text"),
        (lambda _: ProbeSet("texts"), "a list of texts"),
        (lambda _: ProbeSet(["a", "b"], ["x"]), "of 1 text, expected 2: one a text"),
        (lambda c: ProbeSet.of(c, n_sentences=5), "has 1 document with 5 sentences"),
        (lambda c: ProbeSet.of(c, n_documents=1), "n_documents is 1"),
    ],
)
def test_bad_probe_sets(small: Corpus, make, says: str):
    with pytest.raises(InputError, match=says):
        make(small)
