"""Likelihood makes a cone and tying passes it on; what keeps it open: three seeds each."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial import ConvexHull

from semshift_nb import measures
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError
from semshift_nb.training import Budget, Degeneration, run_arms
from semshift_nb.training.language_model.experiment import ARMS, cosine_penalty
from semshift_nb.training.language_model.hull import hull_margin
from semshift_nb.training.language_model.model import SpectralTable
from semshift_nb.training.language_model.words import read_words

SMALL = {"n_types": 1000, "n_unseen": 50}


@pytest.mark.slow
def test_likelihood_makes_a_cone_and_what_keeps_it_open():
    experiment = Degeneration(load_corpus("news"), arms=ARMS, **SMALL)
    traces = run_arms(experiment, Budget(70, every=70), n_processes=1)
    assert [trace.status for trace in traces] == ["finished"] * 15
    ends = {
        arm: {
            name: [t.values(name)[-1] for t in traces if t.arm == arm] for name in traces[0].metrics
        }
        for arm in ARMS
    }
    tied, untied = ends["tied"], ends["untied"]
    assert min(tied["mean_cosine"]) > 0.4
    assert min(untied["mean_cosine"]) > 0.4
    assert max(map(abs, untied["input_mean_cosine"])) < 0.1
    assert min(tied["unseen_mean_cosine"]) > 0.9
    assert min(tied["unseen_length"]) > 2
    assert min(tied["band_5_mean_cosine"]) > max(tied["band_1_mean_cosine"]) + 0.3
    for arm in ("cosine", "spectrum", "centred"):
        assert max(map(abs, ends[arm]["mean_cosine"])) < 0.1
    # Theorem 2: a direction in which words can run away there is, until states are centred.
    assert min(tied["hull_margin"]) > 0
    assert max(ends["centred"]["hull_margin"]) == 0
    assert max(ends["centred"]["unseen_length"]) < 1
    assert all(end["perplexity"][0] < SMALL["n_types"] for end in ends.values())


def test_words_are_numbered_by_frequency():
    words = read_words(Corpus.from_texts(["b a b, c", "A b 数学"]), 2)
    assert words.names == ["b", "a"]
    assert words.counts.tolist() == [3, 2]
    assert words.ids.tolist() == [0, 1, 0, 1, 0]
    assert read_words(Corpus.from_texts(["数学 数"]), 2).names == ["数", "学"]


@pytest.mark.parametrize(
    ("states", "margin"),
    [
        ([[1.0, 2.0], [3.0, -1.0]], 2.5),
        ([[1.0, 0.0], [-1.0, 0.1], [0.0, -1.0]], 0.0),
    ],
)
def test_the_hull_by_hand(states: list[list[float]], margin: float):
    rows = np.array(states)
    found = hull_margin(rows)
    # On a fine grid of the directions that are allowed, none does better.
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 401)] * 2), axis=-1).reshape(-1, 2)
    assert found == pytest.approx(max((grid @ rows.T * -1).min(axis=1).max(), 0), abs=0.01)
    assert (found > 0) == (margin > 0)


@pytest.mark.parametrize("shift", [0.0, 0.7, 3.0])
def test_the_hull_is_that_of_qhull(shift: float):
    rows = np.random.default_rng(0).standard_normal((40, 3)) + shift
    inside = (ConvexHull(rows).equations[:, -1] <= 0).all()  # 0 is on the inner side of every face
    assert (hull_margin(rows) == 0) == inside


def test_the_cosine_penalty_is_about_the_mean_cosine():
    rows = torch.from_numpy(np.random.default_rng(0).standard_normal((30, 4)) + 1)
    unit = torch.nn.functional.normalize(rows, dim=1)
    expected = measures.mean_cosine(unit) * 29 / 30
    assert cosine_penalty(rows).item() == pytest.approx(expected)


def test_spectrum_control_starts_orthogonal_and_costs_only_its_decay():
    torch.manual_seed(0)
    table = SpectralTable(50, 8, decay=0.5)
    shares = table.s.detach() / table.s.detach().max()
    decay = torch.arange(1, 9).pow(-0.5)
    assert table.penalty().item() == pytest.approx((shares - decay).square().sum().item(), rel=1e-3)
    assert torch.allclose(torch.linalg.svdvals(table()), table.s, rtol=1e-4)


def test_settings_and_perplexity_of_an_untrained_model():
    experiment = Degeneration(load_corpus("news"), arms="tied", **SMALL)
    assert experiment.settings()["n_types"] == 1000
    (trace,) = run_arms(experiment, Budget(1), seeds=[0], n_processes=1)
    assert trace.values("perplexity")[0] == pytest.approx(1050, rel=0.1)
    assert math.log(trace.values("perplexity")[0]) == pytest.approx(
        trace.values("loss")[1], rel=0.05
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"arms": ["bound"]}, r"arms are \['bound'\], expected at least one of tied"),
        ({"dim": 6}, "dim is 6, expected a multiple of 4"),
        ({"batch_size": 1}, "batch_size is 1: expected a whole number from 2 on"),
        ({"n_types": 10**6}, "different words, expected n_types, 1,000,000, or more"),
        ({"length": 10**5}, "for contexts of length 100000, of which a tenth is held out"),
        ({"decay": 0}, "decay is 0, expected a number above 0"),
    ],
)
def test_what_cannot_be_trained(options: dict, says: str):
    with pytest.raises(InputError, match=says):
        Degeneration(load_corpus("news"), **{**SMALL, **options}).settings()
