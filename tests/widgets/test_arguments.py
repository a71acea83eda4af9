"""What explorers are given: corpora and encoders, their names, and the wrong way round."""

import pandas as pd
import pytest

from semshift_nb import load_corpus, load_encoder
from semshift_nb.errors import InputError
from semshift_widgets import ShiftExplorer, SpectrumExplorer, SplitExplorer, TempScaleExplorer

TEXTS = ["The river rose. Then it fell.", "Prices fell. Nobody bought.", "A dog barked at night."]


@pytest.fixture(scope="module")
def corpus():
    return load_corpus("news", n_documents=4)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("static", store=None)


EXPLORERS = [ShiftExplorer, SplitExplorer, TempScaleExplorer]


@pytest.mark.parametrize("explorer", EXPLORERS)
def test_corpus_and_encoder_the_wrong_way_round(explorer, corpus, encoder):
    with pytest.raises(InputError, match=r"Are two arguments the wrong way round\?"):
        explorer(encoder, corpus)


@pytest.mark.parametrize("explorer", [ShiftExplorer, SplitExplorer])
@pytest.mark.parametrize("texts", [TEXTS, pd.DataFrame({"text": TEXTS})], ids=["list", "frame"])
def test_texts_and_a_model_by_name_are_enough(explorer, texts, encoder):
    plain = explorer(load_corpus(pd.DataFrame({"text": TEXTS})), encoder)
    pd.testing.assert_frame_equal(explorer(texts, "static").table(), plain.table())


def test_a_corpus_by_name(encoder):
    shown = ShiftExplorer("news", "static").table()
    pd.testing.assert_frame_equal(shown, ShiftExplorer(load_corpus("news"), encoder).table())


def test_a_data_frame_has_a_spectrum(encoder):
    spectrum = SpectrumExplorer(pd.DataFrame({"text": TEXTS}), "static", of="documents").table()
    expected = SpectrumExplorer(TEXTS, encoder).table()
    pd.testing.assert_frame_equal(spectrum, expected)


def test_what_says_neither_is_refused_in_a_line(corpus, encoder):
    with pytest.raises(InputError, match="corpus is int 3: expected a corpus, its name or path"):
        ShiftExplorer(3, encoder)
    with pytest.raises(InputError, match="encoder is int 3: expected an encoder, or the name"):
        SplitExplorer(corpus, 3)
    with pytest.raises(InputError, match="corpus is list"):
        ShiftExplorer(["a text", 3], encoder)
