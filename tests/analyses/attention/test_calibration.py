"""The calibrated schedule does what it says: measured again, the rates are level."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb import analyses
from semshift_nb.analyses.attention.calibration import nearest_root
from semshift_nb.errors import InputError

WANTED = {"n_reference": 32, "lengths": (8, 24, 48), "n_documents": 2}


@pytest.fixture(scope="module")
def calibration(wikipedia, encoder):
    return analyses.calibrate(encoder, wikipedia, **WANTED)


def mean_rate(encoder, texts: list[str], n_tokens: int) -> float:
    """The mean filter rate by LAPACK alone."""
    rates = []
    for read in encoder.at_length(n_tokens).attention(texts):
        weights = read.weights.astype(np.float64)
        centred = weights - weights.mean(axis=-2, keepdims=True)
        rates.append(np.linalg.norm(centred, 2, axis=(-2, -1)))
    return float(np.mean(rates))


def test_rates_are_level_under_the_schedule(calibration, wikipedia, encoder):
    heads = analyses.read_filter(
        wikipedia, encoder, lengths=(32, 48), n_documents=2, shuffled_at=()
    ).heads
    text = wikipedia.documents.set_index("doc_id")["text"]
    texts = [text[doc_id] for doc_id in heads["doc_id"].unique()]
    target = mean_rate(encoder, texts, 32)
    tempered = encoder.at_temperature(calibration.schedule)
    for n_tokens in (24, 32, 48):
        assert mean_rate(tempered, texts, n_tokens) == pytest.approx(target, rel=0.005)
    assert mean_rate(encoder, texts, 48) > 1.1 * target


def test_schedule_and_table(calibration):
    schedule, table = calibration
    assert schedule.name == "calibrated(32) on 24-48"
    assert schedule.lengths == (24, 32, 48)
    assert schedule(32) == 1
    assert schedule(24) < 1 < schedule(48)
    assert schedule(8) == schedule(24)
    assert schedule(500) == schedule(48)
    assert table["n_tokens"].tolist() == [8, 24, 32, 48]
    assert table["status"].tolist() == ["not measured"] + ["measured"] * 3
    assert table["reason"].tolist()[2] == "the reference"
    assert table["tau"].tolist()[1:] == list(schedule.taus)
    assert set(table["n"]) == {2}
    assert table["target"].nunique() == 1
    assert table["value_at_1"].is_monotonic_increasing
    assert math.isnan(table["tau"][0])


def test_what_cannot_be_matched_is_told(calibration):
    """Eight tokens never reach the rate of 32: that the range was tried is in the reason."""
    reason = calibration.table["reason"][0]
    assert reason.startswith("no tau from 0.5 to 2 gives 1.")
    assert reason.endswith("left out of the schedule")


def test_same_seed_same_schedule(calibration, wikipedia, encoder):
    again = analyses.calibrated_schedule(encoder.at_temperature(0.7), wikipedia, **WANTED)
    assert again.key == calibration.schedule.key


def test_asked_wrongly(wikipedia, encoder, static, small):
    with pytest.raises(InputError, match="static has no attention to calibrate"):
        analyses.calibrate(static, wikipedia)
    for between in ((1.0, 2.0), (0.0, 2.0), (0.5, math.inf), (math.nan, 2.0)):
        with pytest.raises(InputError, match=r"between is .* one below 1 and one above it"):
            analyses.calibrate(encoder, wikipedia, between=between)
    with pytest.raises(
        InputError, match="the reference has no filter_rate: 0 of 4 documents have 128"
    ):
        analyses.calibrate(encoder, small)
    with pytest.raises(InputError, match=r"no temperature was found .*8: no tau from 0.9 to 1.1"):
        analyses.calibrate(
            encoder, wikipedia, n_reference=32, lengths=(8,), n_documents=1, between=(0.9, 1.1)
        )


def test_the_other_figure_may_ask_for_the_opposite(calibration, wikipedia, encoder):
    """The largest rate grows with length and the typical one falls: one smooths, one sharpens."""
    wanted = {**WANTED, "lengths": (64,)}
    schedule, table = analyses.calibrate(encoder, wikipedia, hold="rms_filter_rate", **wanted)
    assert schedule.name == "calibrated rms(32) on 32-64"
    assert schedule(64) < 1 < calibration.schedule(48)
    assert set(table["metric"]) == {"rms_filter_rate"}
    assert table["value"].to_numpy() == pytest.approx(table["target"].to_numpy(), rel=0.005)
    assert table["value_at_1"][1] < table["target"][1]
    with pytest.raises(InputError, match="hold is 'entropy', expected one of filter_rate, rms"):
        analyses.calibrate(encoder, wikipedia, hold="entropy")


def test_lengths_beyond_the_corpus_are_told(encoder, small):
    """Two of the four documents have 18 tokens, none 500."""
    _, table = analyses.calibrate(
        encoder, small, n_reference=12, lengths=(16, 500), n_documents=2, between=(0.2, 5)
    )
    assert table["status"].tolist() == ["measured", "measured", "not measured"]
    assert "documents have 500 tokens" in table["reason"][2]


@settings(deadline=None, max_examples=60)
@given(root=st.floats(0.51, 1.99), steepness=st.floats(0.1, 50))
def test_a_single_zero_is_found(root, steepness):
    tau, looked = nearest_root(lambda tau: steepness * math.log(root / tau), between=(0.5, 2.0))
    assert tau == pytest.approx(root, rel=2e-3)
    assert all(0.5 - 1e-9 <= tried <= 2 + 1e-9 for tried in looked)


@pytest.mark.parametrize(("roots", "nearest"), [((0.6, 1.3), 1.3), ((0.8, 1.9), 0.8)])
def test_of_two_zeros_the_nearer_one(roots, nearest):
    """A rate that is not monotone crosses its target on both sides of 1."""
    tau, _ = nearest_root(
        lambda tau: math.log(tau / roots[0]) * math.log(tau / roots[1]), between=(0.5, 2.0)
    )
    assert tau == pytest.approx(nearest, rel=2e-3)


def test_of_two_zeros_in_the_same_step_the_nearer_one():
    tau, _ = nearest_root(
        lambda tau: math.log(tau / 0.9) * math.log(tau / 1.15), between=(0.5, 2.0)
    )
    assert tau == pytest.approx(0.9, rel=2e-3)


def test_none_at_all_is_said_and_one_at_the_start_is_not_looked_for():
    tau, looked = nearest_root(lambda tau: 1 + tau, between=(0.5, 2.0))
    assert tau is None
    assert sorted(looked) == pytest.approx([2 ** (i / 4) for i in range(-4, 5)])
    assert nearest_root(lambda tau: 0.0, between=(0.5, 2.0)) == (1.0, {1.0: 0.0})


def test_ends_of_the_range_are_looked_at():
    tau, _ = nearest_root(lambda tau: tau - 1.3, between=(0.95, 1.3))
    assert tau == pytest.approx(1.3, rel=2e-3)
