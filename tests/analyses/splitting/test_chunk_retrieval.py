"""Retrieval by chunks, against rankings made with nothing but loops."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.analyses import chunk_retrieval, split
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.splitting.chunk_retrieval import rank_by_parts, sentences_of
from semshift_nb.corpora import Corpus, concatenated_segments, known_item, load_corpus
from semshift_nb.corpora.segments import segments_corpus
from semshift_nb.errors import InputError

pytestmark = pytest.mark.slow

N_TEXTS = 24


@pytest.fixture(scope="module")
def joined():
    """Documents of four stories each: their meaning turns three times."""
    texts = concatenated_segments(
        load_corpus("news"), n_texts=N_TEXTS, n_segments=4, n_sentences=(4, 6), seed=1
    )
    return known_item(segments_corpus(texts, name="joined"), per_document=2, seed=1)


@pytest.fixture(scope="module")
def found(joined, encoder):
    return chunk_retrieval(joined, encoder, methods=("percentile", "fixed"), n_permutations=199)


def figure(table, method, metric, column="value"):
    return table.query("method == @method and metric == @metric")[column].item()


def test_documents_are_ranked_by_their_best_part_and_ties_by_id(encoder):
    texts = ["Cats purr. Rates rose.", "", "Stars burn.", "Stars burn.", "Rain fell on the sea."]
    corpus = Corpus.from_texts(texts)
    dataset = known_item(Corpus.from_texts(["One cat sat. Two dogs ran about the house."] * 5))
    dataset = type(dataset)(corpus, dataset.queries, dataset.judgements, "tiny", "test")
    parts = ["Rates rose.", "Cats purr.", "Stars burn.", "Stars burn.", "Rain fell.", "The sea."]
    parents = np.array([0, 0, 2, 3, 4, 4])
    encoded = encode_all(encoder, parts)
    queries = encode_all(encoder, dataset.queries["text"].tolist())
    rows = rank_by_parts(dataset, queries, encoded, parents).rows
    for query, row in zip(queries.vectors, rows, strict=True):
        best = {}
        for vector, parent in zip(encoded.vectors, parents.tolist(), strict=True):
            best[parent] = max(best.get(parent, -2.0), float(query @ vector))
        expected = sorted(best, key=lambda parent: (-round(best[parent], 6), parent))
        assert row.tolist() == expected


def test_all_methods_cut_documents_into_equally_many_chunks(found, joined, encoder):
    assert figure(found, "whole document", "n_chunks") == 1
    whole = encoder.encode_with_tokens(list(joined.texts)).n_tokens.mean()
    assert figure(found, "whole document", "chunk_tokens") == pytest.approx(whole)
    least = figure(found, "least_dilution", "n_chunks")
    assert 2 < least < 8
    for method in ("percentile", "fixed"):
        assert figure(found, method, "n_chunks") == pytest.approx(least, rel=0.02)
    sentences = sentences_of(joined, encoder)
    parts = sentences.cut("least_dilution")
    for method in ("windowed_percentile", "shift"):
        like = sentences.cut(method, like=parts)
        assert len(like.texts) == pytest.approx(len(parts.texts), rel=0.02)


def test_chunks_are_those_of_split_and_keep_within_what_the_model_reads(joined, encoder):
    sentences = sentences_of(joined, encoder)
    parts = sentences.cut("least_dilution")
    text = joined.texts[3]
    alone = split(text, encoder, max_tokens=encoder.max_length).texts
    assert [parts.texts[i] for i in np.flatnonzero(parts.parents == 3)] == alone
    assert encode_all(encoder, parts.texts).truncated.sum() == 0
    even = sentences.cut("fixed", like=parts)
    for row in range(len(joined.corpus)):
        own = "".join(even.texts[i] for i in np.flatnonzero(even.parents == row))
        assert own == joined.texts[row]


def test_figures_are_what_they_say(found, joined, encoder):
    rows = [
        encoder.encode(own["text"].tolist()) for _, own in joined.corpus.sentences.groupby("doc_id")
    ]
    dilutions = [measures.dilution(own) for own in rows]
    assert figure(found, "whole document", "dilution") == pytest.approx(
        np.mean(dilutions), abs=1e-5
    )
    assert figure(found, "whole document", "dilution", "n") == N_TEXTS
    for method in ("percentile", "whole document", "mean of its sentences"):
        for metric in ("nDCG@10", "dilution"):
            gap = figure(found, method, metric) - figure(found, "least_dilution", metric)
            assert figure(found, method, metric, "difference") == pytest.approx(gap)
            low, high = (
                figure(found, method, metric, f"difference_{end}") for end in ("low", "high")
            )
            assert low <= gap <= high
    assert np.isnan(figure(found, "least_dilution", "nDCG@10", "difference"))


def test_queries_for_the_same_document_count_once(found, joined):
    assert len(joined.queries) == 2 * N_TEXTS
    assert figure(found, "fixed", "nDCG@10", "n") == N_TEXTS


def test_the_mean_of_sentences_is_that_of_all_of_them(joined, encoder, found):
    """Rank by plain means of the sentences' vectors, and work MRR out by hand."""
    queries = encoder.encode(joined.queries["text"].tolist())
    by_document = joined.corpus.sentences.groupby("doc_id", sort=False)
    means = np.stack([encoder.encode(own["text"].tolist()).mean(axis=0) for _, own in by_document])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    wanted = joined.judgements["doc_id"].astype(int).to_numpy()
    cosines = queries @ means.T
    ranks = 1 + (cosines > cosines[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
    reciprocal = np.where(ranks <= 10, 1 / ranks, 0)
    by_hand = [reciprocal[wanted == document].mean() for document in range(len(means))]
    assert figure(found, "mean of its sentences", "RR@10") == pytest.approx(np.mean(by_hand))


def test_where_the_meaning_turns_chunks_find_more_than_wholes(found):
    for whole in ("whole document", "mean of its sentences"):
        assert figure(found, whole, "nDCG@10", "difference_high") < 0
    assert figure(found, "fixed", "dilution", "difference_low") > 0


def test_an_unknown_method_is_refused(joined, encoder):
    with pytest.raises(InputError, match="method is 'magic'"):
        chunk_retrieval(joined, encoder, methods=["magic"])


def test_documents_without_words_are_never_found(encoder):
    corpus = Corpus.from_texts(
        ["", "  ", "The cat likes to purr. The cat sleeps on a mat.", "It rained."]
    )
    table = chunk_retrieval(known_item(corpus), encoder, n_permutations=9)
    assert figure(table, "fixed", "nDCG@10") == 1
    assert figure(table, "whole document", "dilution", "n") == 2
