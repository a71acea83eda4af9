"""What each dimension does, by hand and for the bundled model."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses
from semshift_nb.errors import InputError

FOUR_AXES = np.array([[1.0, 0, 0, 0], [0.6, 0.8, 0, 0], [0.6, -0.8, 0, 0]])


def test_shares_by_hand():
    """Cosines 0.6, 0.6 and -0.28: 0.92 in all; of the first dimension 0.6, 0.6 and 0.36."""
    profile = analyses.vector_profile(FOUR_AXES)
    assert profile["cosine_share"].tolist() == pytest.approx([1.56 / 3, -0.64 / 3, 0, 0])
    spread = np.array([0.32 / 9, 1.28 / 3])
    assert profile["sd"].tolist() == pytest.approx([*np.sqrt(spread), 0, 0])
    assert profile["variance_share"].tolist() == pytest.approx([*spread / spread.sum(), 0, 0])
    assert profile["mean"].tolist() == pytest.approx([2.2 / 3, 0, 0, 0])
    assert profile["sd_raw"].isna().all()


def test_raw_vectors_keep_their_own_scale():
    raw = FOUR_AXES * np.array([[1.0], [2.0], [3.0]])
    profile = analyses.vector_profile(FOUR_AXES, raw=raw)
    assert profile["sd_raw"].tolist() == pytest.approx(raw.std(axis=0).tolist())
    with pytest.raises(InputError, match=r"raw has shape \(2, 4\), expected \(3, 4\)"):
        analyses.vector_profile(FOUR_AXES, raw=raw[:2])


def test_the_published_near_zero_dimensions_are_found(wikipedia, encoder, static):
    """huggingface/sentence-transformers issue 2662, 2024-05-22: elements 127, 223, 319."""
    assert analyses.published_near_zero(encoder) == [127, 223, 319]
    assert analyses.published_near_zero(static) is None
    profile = analyses.dimension_profile(wikipedia.sentences["text"][:120].tolist(), encoder)
    assert profile["dimension"].tolist() == list(range(384))
    assert profile.loc[profile["near_zero"], "dimension"].tolist() == [127, 223, 319]
    assert profile["variance_share"].sum() == pytest.approx(1)
    assert not profile["outlier"].any()


def test_raw_and_kept_vectors_have_the_same_profile(wikipedia, static):
    """The static model's vectors are means of token embeddings, shorter than 1 by far."""
    texts = wikipedia.sentences["text"][:50].tolist()
    whole = analyses.dimension_profile(texts, static)
    kept = analyses.dimension_profile(texts, static, raw=False)
    assert kept["sd_raw"].isna().all()
    assert (whole["sd_raw"] < 0.6 * whole["sd"]).all()
    pd.testing.assert_frame_equal(whole.assign(sd_raw=np.nan), kept, rtol=1e-4, atol=1e-7)


def test_texts_without_a_direction_are_left_out(static):
    some = ["a river", "a bank", "the sea"]
    whole = analyses.dimension_profile([*some, ""], static)
    assert whole.equals(analyses.dimension_profile(some, static))


def test_too_few_texts_have_a_reason(static):
    for texts, raw in ((["a river", ""], True), (["a river"], False), (["same", "same"], True)):
        profile = analyses.dimension_profile(texts, static, raw=raw)
        assert set(profile["status"]) == {"not measured"}
        assert profile["reason"].str.len().gt(20).all()
        assert profile[["sd", "sd_raw", "cosine_share"]].isna().all(axis=None)
        assert not profile[["near_zero", "outlier"]].any(axis=None)
    assert profile["dimension"].tolist() == list(range(384))


def test_the_ends_of_a_dimension_hold_its_texts_in_order():
    texts = [f"text {i}" for i in range(6)]
    vectors = np.array([[0.0, 1], [3, 1], [-2, 1], [3, 1], [5, 1], [-7, 1]])
    ends = analyses.dimension_extremes(texts, vectors, 0, 2)
    assert ends["end"].tolist() == ["lowest"] * 2 + ["highest"] * 2
    assert ends["position"].tolist() == [5, 2, 4, 1]  # of the two 3, the one that came first
    assert ends["rank"].tolist() == [1, 2, 1, 2]
    assert ends["value"].tolist() == [-7, -2, 5, 3]
    assert ends["text"].tolist() == ["text 5", "text 2", "text 4", "text 1"]


@pytest.mark.parametrize(
    ("n_texts", "dimension", "n"), [(2, 0, 1), (3, 4, 1), (3, -1, 1), (3, 0, 0)]
)
def test_what_has_no_ends_is_refused(n_texts, dimension, n):
    with pytest.raises(InputError, match="expected"):
        analyses.dimension_extremes(["a"] * n_texts, FOUR_AXES, dimension, n)
