"""What the encoders' tests share."""

import pytest
import torch
from sentence_transformers import SentenceTransformer

from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.encoders.loading.folders import bundled_folder
from tests.encoders.material import reference_model


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "default-store"))


@pytest.fixture
def one_thread():
    """Small matrices are no work for two threads, which would wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    return load_encoder("minilm", device="cpu", store=None)


@pytest.fixture(scope="session")
def reference() -> SentenceTransformer:
    return reference_model(bundled_folder())


@pytest.fixture(scope="session")
def static() -> Encoder:
    return load_encoder("static", store=None)
