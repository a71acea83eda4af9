"""Some texts at many temperatures: nothing is computed twice, and nothing is held for ever."""

import gc

import numpy as np

from semshift_nb.analyses import TemperedTexts, Tempering
from semshift_nb.analyses.temperature import session
from semshift_nb.analyses.temperature.tables import Attended
from semshift_nb.encoders import Encoder

TEXTS = ["rain", "a cat", "oil"]


def held(kind):
    gc.collect()
    return sum(type(thing) is kind for thing in gc.get_objects())  # asked otherwise, some answer


def test_of_all_attention_that_was_looked_at_only_the_last_is_held(encoder, monkeypatch):
    monkeypatch.setattr(session, "KEPT_ATTENTION", 3)
    texts = TemperedTexts(TEXTS, encoder)
    before = held(Attended)
    for step in range(5):
        texts.heads(Tempering(0.5 + step / 10), step % 3)
    assert held(Attended) - before == 3


def test_of_all_temperatures_only_the_last_are_held_and_the_trained_model_stays(
    encoder, monkeypatch
):
    monkeypatch.setattr(session, "KEPT_SETTINGS", 3)
    before = held(session.Vectors)
    texts = TemperedTexts(TEXTS, encoder)
    settings = [Tempering(0.5 + step / 10) for step in range(5)]
    for setting in settings:
        texts.cosines(setting)
    assert held(session.Vectors) - before == 3
    assert [texts.ready(setting) for setting in settings] == [False, False, False, True, True]
    assert texts.ready(Tempering())


def test_what_was_seen_is_not_encoded_again(encoder, monkeypatch):
    texts = TemperedTexts(TEXTS, encoder)
    calls = []
    encode = Encoder.encode
    monkeypatch.setattr(
        Encoder,
        "encode",
        lambda self, *args, **named: calls.append(args) or encode(self, *args, **named),
    )
    cooler = Tempering(0.7)
    first = texts.ranking(cooler, "weather")
    n_first = len(calls)
    assert n_first == 4  # beginnings and texts, and the query at both temperatures
    again = texts.ranking(cooler, "weather")
    assert len(calls) == n_first
    assert np.array_equal(first["cosine"], again["cosine"])
