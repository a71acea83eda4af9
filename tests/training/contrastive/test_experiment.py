"""Contrast flattens the spectrum, alignment alone collapses: the real model, three seeds."""

import pickle

import numpy as np
import pytest
import torch

from semshift_nb import load_encoder
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.corpora.pairs.pairs import TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.training.arms import run_arms
from semshift_nb.training.contrastive.experiment import KINDS, Contrastive
from semshift_nb.training.contrastive.tower import Tower
from semshift_nb.training.loop import Budget
from semshift_nb.training.trace import Trace

SMALL = {
    "layer": 1,
    "batch_size": 12,
    "max_length": 10,
    "n_texts": 256,
    "probe_documents": 12,
    "probe_sentences": 8,
    "learning_rate": 1e-3,
}


@pytest.fixture(scope="module")
def news() -> Corpus:
    return load_corpus("news")


def run(corpus: Corpus, arms: list[str], *, steps: int, seeds=(0,), **options) -> list[Trace]:
    experiment = Contrastive(corpus, arms=arms, **{**SMALL, **options})
    return run_arms(experiment, Budget(steps, every=3), seeds=seeds, n_processes=1)


@pytest.mark.slow
def test_contrast_opens_the_cone_and_alignment_alone_closes_it(news: Corpus):
    traces = run(news, ["simcse", "alignment"], steps=6, seeds=(0, 1, 2))
    for trace in traces[:3]:
        cosine = trace.values("mean_cosine")
        assert cosine[0] > 0.4
        assert cosine[-1] <= cosine[0] / 2
        assert (np.diff(trace.values("uncentred_first_component_share")) < 0).all()
        rank = trace.values("effective_rank")
        assert rank[-1] == pytest.approx(rank[0], rel=0.1)  # the common direction is what went
        assert (trace.values("contrast") >= trace.values("contrast_bound")).all()
    for trace in traces[3:]:
        assert trace.values("mean_cosine")[-1] > 0.9
        rank = trace.values("uncentred_effective_rank")
        assert rank[-1] < rank[0] / 2
    assert len({trace.values("loss")[-1] for trace in traces}) == 6


@pytest.mark.slow
def test_every_arm_trains(news: Corpus):
    pairs = TextPairs(
        "same",
        "labelled",
        news.sentences[["text"]]
        .head(40)
        .assign(left=lambda t: t["text"], right=lambda t: t["text"])[["left", "right"]],
    )
    traces = run(news, [*KINDS, "simcse@1"], steps=1, pairs=pairs)
    ends = {trace.arm: trace.curve("spectrum") for trace in traces}
    assert {trace.status for trace in traces} == {"finished"}
    starts = [trace.curve("spectrum", 0).tolist() for trace in traces]
    assert all(start == starts[0] for start in starts)
    assert len({curve[0] for curve in ends.values()}) == len(ends)


def test_a_tower_is_the_encoder_and_leaves_it_alone(encoder: Encoder):
    texts = ["A river runs.", "Prices rose again, which nobody in the town had expected at all."]
    layer = encoder.without_store().at_layer(2)
    tower = Tower(layer, max_length=9)
    expected = layer.at_length(9).encode(texts)
    np.testing.assert_allclose(tower.vectors(texts), expected, atol=1e-5)
    whole = Tower(encoder, max_length=9)
    np.testing.assert_allclose(
        whole.vectors(texts), encoder.without_store().at_length(9).encode(texts), atol=1e-5
    )
    with torch.no_grad():
        for weights in tower.parameters():
            weights.zero_()
    np.testing.assert_array_equal(layer.at_length(9).encode(texts), expected)


def test_a_random_twin_begins_elsewhere(news: Corpus):
    one = Contrastive(news, random_twin=True, **SMALL)
    assert "random 0" in one.settings()["model"]
    assert (
        one.settings()["model_fingerprint"]
        != Contrastive(news, **SMALL).settings()["model_fingerprint"]
    )


def test_nothing_that_is_looked_at_is_trained_on(news: Corpus):
    experiment = Contrastive(news, **SMALL)
    of = news.sentences.groupby("text")["doc_id"].agg(set)
    looked_at = set(experiment.probe.groups)
    assert len(experiment.texts) == 256
    trained_on = {left for left, _ in experiment.texts}
    assert all(of[text] - looked_at for text in trained_on)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"batch_size": 1}, "batch_size is 1, expected a whole number from 2 on"),
        ({"arms": []}, "arms are"),
        ({"arms": ["simcse", "simcse"]}, "each once"),
        ({"arms": ["contrast"]}, "there is no arm 'contrast': expected simcse, supervised"),
        ({"arms": ["alignment@2"]}, "there is no arm 'alignment@2'"),
        ({"arms": ["simcse@hot"]}, "'hot' is no temperature"),
        ({"arms": ["simcse@0"]}, "no temperature"),
        ({"tau": 0}, "tau is 0, expected a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"probe_sentences": 3}, "probe_sentences is 3, expected an even number"),
        ({"probe_documents": 1}, "n_documents is 1"),
        ({"encoder": "static", "layer": None}, "no layers that could be trained"),
        ({"layer": 9}, "layers 0 .* to 6"),
    ],
)
def test_what_cannot_be_trained(news: Corpus, options: dict, says: str):
    with pytest.raises(InputError, match=says):
        run(news, **{"arms": ["simcse"], "steps": 1, **options})


def test_too_few_texts_are_counted(small: Corpus):
    with pytest.raises(InputError, match=r"has 0 sentences to train on in documents that are not"):
        Contrastive(small, **{**SMALL, "probe_sentences": 4}).settings()


@pytest.mark.slow
def test_an_encoder_from_another_process_has_its_layers(encoder: Encoder):
    """transformers notes what a class can give when a model is made, which is not done there."""
    from transformers.utils import output_capturing

    sent = pickle.dumps(encoder.without_store().at_layer(2))
    output_capturing._CAN_RECORD_REGISTRY.clear()
    there = pickle.loads(sent)
    np.testing.assert_allclose(
        there.encode(["A river runs."]), encoder.at_layer(2).encode(["A river runs."]), atol=1e-6
    )
    assert there.layers == load_encoder("minilm", store=None).layers
