"""The same figures from MTEB's own evaluation, with its own model and with ours."""

import warnings

import mteb
import pytest

from mteb_local_task import local_task
from semshift_nb.adapters.mteb import MtebModel
from semshift_nb.analyses import retrieval
from semshift_nb.corpora import known_item, load_corpus, read_mteb
from semshift_nb.encoders import Encoder, load_encoder, tempscale
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.encoders.loading.load import load_model
from semshift_nb.errors import InputError
from tests.encoders.material import reference_model, tiny_model

AS_MTEB = {"nDCG@10": "ndcg_at_10", "RR@10": "mrr_at_10", "R@100": "recall_at_100"}
N = 30


def task():
    dataset = known_item(load_corpus("news", n_documents=N))
    ids, texts = dataset.corpus.documents["doc_id"], dataset.texts
    queries = zip(dataset.queries["query_id"], dataset.queries["text"], strict=True)
    return local_task(
        [
            {"id": doc_id, "title": f"Story {doc_id}" if int(doc_id) % 2 else "", "text": text}
            for doc_id, text in zip(ids, texts, strict=True)
        ],
        [{"id": query_id, "text": text} for query_id, text in queries],
        dataset.relevance,
    )


def scores(model) -> dict[str, float]:
    result = mteb.evaluate(model, task(), cache=None, show_progress_bar=False)
    return result.task_results[0].scores["test"][0]


@pytest.mark.parametrize("tau", [1.0, 0.6])
def test_mteb_with_its_own_model_with_ours_and_our_command_agree(encoder: Encoder, tau) -> None:
    model = load_model(bundled_folder(), dtype="float32", device="cpu", allow=())
    model.max_seq_length, encoder = 64, encoder.at_length(64)
    with tempscale(model, tau), warnings.catch_warnings():
        # Handed a SentenceTransformer, MTEB uses what it and that library call deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        theirs = scores(model)
    ours = scores(MtebModel(encoder.at_temperature(tau)))
    table = retrieval(read_mteb(task()), encoder, taus=(tau,), by=(), n_resamples=10).table
    direct = table[table["tau"] == tau].set_index("metric")["value"]
    assert 0.3 < direct["nDCG@10"] < 1
    for name, key in {**AS_MTEB, "AP": "map_at_1000"}.items():
        # MTEB rounds to five digits.
        assert direct[name] == pytest.approx(theirs[key], abs=1e-5)
        assert ours[key] == theirs[key]


def test_what_mteb_knows_the_model_by(encoder: Encoder) -> None:
    views = [encoder, encoder.at_temperature(0.9), encoder.at_length(32)]
    metas = [MtebModel(view).mteb_model_meta for view in views]
    assert metas[0].name == "semshift/minilm"
    # MTEB keeps results under these two: another temperature or length is another model to it.
    assert len({(meta.revision, meta.experiment_name) for meta in metas}) == 3


def test_a_batch_without_texts(encoder: Encoder) -> None:
    with pytest.raises(InputError, match="'image' without a 'text'"):
        MtebModel(encoder).encode([{"image": [1]}])


def test_roles_and_texts_without_direction(static: Encoder) -> None:
    found = MtebModel(static).encode([{"text": ["a cat", ""]}, {"text": ["a dog"]}])
    assert found.shape == (3, static.dim)
    assert (found[1] == 0).all()
    assert (found[[0, 2]] == static.encode(["a cat", "a dog"])).all()


def test_the_declared_similarity_is_obeyed_as_mteb_does_for_the_model_itself(tmp_path) -> None:
    folder = tiny_model(tmp_path / "tiny", similarity="dot")
    encoder = load_encoder(str(folder), device="cpu", store=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        theirs = scores(reference_model(folder))
    ours = scores(MtebModel(encoder))
    others = scores(MtebModel(encoder, similarity="cosine"))
    for key in AS_MTEB.values():
        assert ours[key] == pytest.approx(theirs[key], abs=1e-4)
    assert others["ndcg_at_10"] != ours["ndcg_at_10"]
    names = ["cosine", "dot", "euclidean", "manhattan"]
    metas = [MtebModel(encoder, similarity=name).mteb_model_meta for name in names]
    assert [meta.similarity_fn_name.value for meta in metas] == names
    assert len({(meta.revision, meta.experiment_name) for meta in metas}) == 4
    with pytest.raises(InputError, match="expected one of cosine, dot, euclidean, manhattan"):
        MtebModel(encoder, similarity="l2")
