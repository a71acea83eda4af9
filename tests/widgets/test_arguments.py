"""What explorers are given the wrong way round, or by name."""

import pytest

from semshift_nb import load_corpus, load_encoder
from semshift_nb.errors import InputError
from semshift_widgets import ShiftExplorer, SpectrumExplorer, SplitExplorer, TempScaleExplorer


@pytest.fixture(scope="module")
def corpus():
    return load_corpus("news", n_documents=4)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("static", store=None)


@pytest.mark.parametrize("explorer", [ShiftExplorer, SplitExplorer])
def test_corpus_and_encoder_the_wrong_way_round(explorer, corpus, encoder):
    with pytest.raises(InputError, match=r"is Encoder .* expected Corpus"):
        explorer(encoder, corpus)
    with pytest.raises(InputError, match="encoder is str 'static': expected Encoder"):
        explorer(corpus, "static")


def test_a_list_of_texts_is_no_text_to_split(encoder):
    with pytest.raises(InputError, match=r"corpus_or_text is list .* expected Corpus or str"):
        SplitExplorer(["One.", "Two."], encoder)


def test_an_encoder_is_not_named(corpus):
    with pytest.raises(InputError, match="encoder is Corpus"):
        TempScaleExplorer(corpus, load_encoder("static", store=None))
    with pytest.raises(InputError, match="encoders is str 'static': expected Encoder"):
        SpectrumExplorer(corpus, "static")
