"""Rankings by what a model declares or a person asks for, against sentence-transformers' own."""

import numpy as np
import pandas as pd
import pytest
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from sentence_transformers.util import SimilarityFunction

from semshift_nb import load_encoder, measures
from semshift_nb.analyses import chunk_retrieval, quality_order, remedy_ladder, retrieval
from semshift_nb.analyses.retrieval.search import search
from semshift_nb.analyses.splitting.chunk_retrieval import sentences_of
from semshift_nb.corpora import Corpus, known_item, load_corpus
from semshift_nb.errors import InputError
from tests.encoders.material import reference_model, tiny_model

NAMES = ["cosine", "dot", "euclidean", "manhattan"]
PLAIN = {"n_resamples": 1, "n_permutations": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of few layers whose vectors differ in length; it declares the inner product."""
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny", similarity="dot", max_length=48)


@pytest.fixture(scope="module")
def encoder(folder):
    return load_encoder(str(folder), device="cpu", store=None)


@pytest.fixture(scope="module")
def dataset():
    return known_item(load_corpus("news", n_documents=40))


def theirs(folder, dataset, name):
    """Scores of every query with every document, by sentence-transformers alone."""
    model = reference_model(folder)
    asked = model.encode_query(dataset.queries["text"].tolist())
    there = model.encode_document(list(dataset.texts))
    return SimilarityFunction.to_similarity_fn(name)(asked, there).numpy()


def evaluated(folder, dataset, name):
    """nDCG@10 of sentence-transformers' own evaluator."""
    ids = dataset.corpus.documents["doc_id"]
    evaluator = InformationRetrievalEvaluator(
        dict(zip(dataset.queries["query_id"], dataset.queries["text"], strict=True)),
        dict(zip(ids, dataset.texts, strict=True)),
        {query: set(judged) for query, judged in dataset.relevance.items()},
        score_functions={name: SimilarityFunction.to_similarity_fn(name)},
        write_csv=False,
        name="own",
    )
    return evaluator(reference_model(folder))[f"own_{name}_ndcg@10"]


def main_figure(table):
    return table.loc[table["metric"] == "nDCG@10", "value"].item()


@pytest.mark.parametrize("name", NAMES)
def test_rankings_and_figures_are_sentence_transformers(folder, encoder, dataset, name):
    scores, rows = theirs(folder, dataset, name), search(dataset, encoder, name).ranking.rows
    expected = np.argsort(-scores, axis=1, kind="stable")
    near = np.abs(np.diff(np.sort(scores, axis=1), axis=1)).min(axis=1) > 1e-5
    assert near.sum() > 20
    assert (rows == expected)[near].all()
    table = retrieval(dataset, encoder, taus=(), by=(), similarity=name, **PLAIN).table
    assert main_figure(table) == pytest.approx(evaluated(folder, dataset, name), abs=1e-4)
    assert table["similarity"].unique().tolist() == [name]


def test_the_four_rank_differently_and_the_declared_one_is_obeyed(encoder, dataset):
    found = {name: search(dataset, encoder, name).ranking.rows for name in NAMES}
    assert len({rows.tobytes() for rows in found.values()}) == 4
    assert (search(dataset, encoder).ranking.rows == found["dot"]).all()
    result = retrieval(dataset, encoder, taus=(0.5,), by=(), **PLAIN)
    assert result.table["similarity"].unique().tolist() == ["dot"]
    assert result.by_query["similarity"].unique().tolist() == ["dot"]
    again = retrieval(dataset, encoder, taus=(0.5,), by=(), similarity="dot", **PLAIN)
    pd.testing.assert_frame_equal(result.table, again.table)
    tempered = retrieval(dataset, encoder.at_temperature(0.5), taus=(), by=(), **PLAIN)
    assert main_figure(tempered.table) == result.table.query("metric == 'nDCG@10'")["value"].iloc[0]


def test_figures_of_directions_stay_as_they_are(encoder, dataset):
    by_name = [
        retrieval(dataset, encoder, taus=(), similarity=name, **PLAIN) for name in ("cosine", "dot")
    ]
    mpd = [found.table.query("metric == 'MPD'").drop(columns="similarity") for found in by_name]
    pd.testing.assert_frame_equal(*mpd)
    expected = measures.mean_pairwise_distance(encoder.encode(list(dataset.texts)))
    assert mpd[0].iloc[0]["value"] == pytest.approx(expected, abs=1e-6)
    assert by_name[0].notes == by_name[1].notes


def test_texts_without_direction_are_never_found(static):
    corpus = Corpus.from_texts(["", "The cat purrs.", "Stars burn.", " "])
    source = known_item(Corpus.from_texts(["The cat purrs on a mat. Stars burn far away."] * 4))
    dataset = type(source)(corpus, source.queries, source.judgements, "tiny", "test")
    for name in ("dot", "euclidean", "manhattan"):
        rows = search(dataset, static, name).ranking.rows
        assert {frozenset(row) for row in rows.tolist()} == {frozenset({1, 2})}


def best_chunks(folder, dataset, encoder, name):
    """Rank whole documents as chunks, by sentence-transformers' scores, and work MRR out."""
    scores = theirs(folder, dataset, name)
    ids = dataset.corpus.documents["doc_id"].tolist()
    wanted = [ids.index(next(iter(judged))) for judged in dataset.relevance.values()]
    ranks = 1 + (scores > scores[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
    return np.where(ranks <= 10, 1 / ranks, 0).mean()


def test_chunks_obey_it_too(folder, encoder, dataset):
    values = {}
    for name in (None, *NAMES):
        table = chunk_retrieval(dataset, encoder, methods=["fixed"], similarity=name, **PLAIN)
        assert table["similarity"].unique().tolist() == [name or "dot"]
        rows = table[table["metric"] == "RR@10"].set_index("method")["value"]
        values[name] = rows.to_dict()
        expected = best_chunks(folder, dataset, encoder, name or "dot")
        assert rows["whole document"] == pytest.approx(expected, abs=1e-4)
    assert values[None] == values["dot"]
    assert len({tuple(rows.values()) for rows in values.values()}) == 4


def test_the_mean_of_sentences_is_that_of_their_raw_rows(folder, encoder, dataset):
    model = reference_model(folder)
    documents = sentences_of(dataset, encoder).documents
    pieces = [[one.text[a:b].strip() for a, b, *_ in one.pieces] for one in documents]
    means = np.stack([model.encode_document(own).mean(axis=0) for own in pieces])
    scores = model.encode_query(dataset.queries["text"].tolist()) @ means.T
    ids = dataset.corpus.documents["doc_id"].tolist()
    wanted = [ids.index(next(iter(judged))) for judged in dataset.relevance.values()]
    ranks = 1 + (scores > scores[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
    table = chunk_retrieval(dataset, encoder, methods=[], **PLAIN)
    found = table.query("method == 'mean of its sentences' and metric == 'RR@10'")["value"].item()
    assert found == pytest.approx(np.where(ranks <= 10, 1 / ranks, 0).mean(), abs=1e-4)


def test_variants_of_one_model(encoder, dataset):
    """Each ranks as its model declares, after a correction by the cosine, or all as one asks."""
    centred = encoder.after(measures.fit_centring(encoder.encode(list(dataset.texts))))
    families = {"own": [encoder, encoder.at_layer(1), centred]}
    table = quality_order(dataset, families, n_halves=10, n_resamples=10).variants
    declared = table.drop_duplicates("variant").set_index("variant")["similarity"]
    assert declared.tolist() == ["dot", "dot", "cosine"]
    found = retrieval(dataset, encoder, taus=(), by=(), **PLAIN).table
    own = table[table["variant"] == encoder.name]
    assert main_figure(own) == pytest.approx(main_figure(found))
    table = quality_order(
        dataset, families, similarity="manhattan", n_halves=10, n_resamples=10
    ).variants
    assert set(table["similarity"]) == {"manhattan"}


def test_remedies_say_that_they_rank_by_the_cosine(encoder, static, dataset):
    told = "tiny declares the similarity dot; all remedies, and the model as it is, rank by the"
    for model in (encoder, static):
        ladder = remedy_ladder(dataset, model, remedies=[], tune=False, **PLAIN)
        assert any(told in note for note in ladder.notes) == (model is encoder)
    ladder = remedy_ladder(dataset, encoder, remedies=[], tune=False, **PLAIN)
    expected = retrieval(dataset, encoder, taus=(), by=(), similarity="cosine", **PLAIN)
    assert main_figure(ladder.table) == pytest.approx(main_figure(expected.table))


@pytest.mark.parametrize("ask", [retrieval, chunk_retrieval])
def test_an_unknown_one_is_refused_with_the_list(ask, encoder, dataset):
    with pytest.raises(InputError, match="'l2': expected one of cosine, dot, euclidean, manhattan"):
        ask(dataset, encoder, similarity="l2")
