"""The real model and real text, read once a run, and a small corpus to check by eye."""

import pytest

from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.encoders import Encoder, load_encoder

FOUR = "The cat sat on the mat. Dogs bark at night. Prices rose again in spring. A comet passed."
EIGHT = (
    "He ran home. She ran after him. They all ran. It rained. Snow fell. "
    "The sun came out at last. Birds sang in the trees. Wine was poured for everyone."
)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The bundled model with a store of this test run's own."""
    return load_encoder("minilm", store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def static() -> Encoder:
    """The encoder for which a text may have no direction."""
    return load_encoder("static", store=None)


@pytest.fixture(scope="session")
def wikipedia() -> Corpus:
    return load_corpus("wikipedia")


@pytest.fixture(scope="session")
def small() -> Corpus:
    """Four documents of 4, 0, 1 and 8 sentences."""
    return Corpus.from_texts(
        [FOUR, "", "Word", EIGHT], titles=["four", "none", "one", "eight"], name="small"
    )
