"""Splits as tables: of corpora, of known segments, and of one text at every price."""

import numpy as np
import pandas as pd
import pytest
import segeval

from semshift_nb import measures
from semshift_nb.analyses import (
    SPLIT_METHODS,
    SplitSession,
    evaluate_splits,
    split,
    split_corpus,
)
from semshift_nb.analyses.splitting import segments
from semshift_nb.corpora import Corpus, concatenated_segments, load_corpus
from semshift_nb.errors import InputError


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    return concatenated_segments(load_corpus("news"), n_texts=6, n_segments=6, n_sentences=(4, 8))


@pytest.fixture(scope="module")
def evaluated(known, encoder) -> pd.DataFrame:
    return evaluate_splits(known, encoder)


def value(table: pd.DataFrame, method: str, metric: str) -> float:
    return float(table.query("method == @method and metric == @metric")["value"].iloc[0])


def test_least_dilution_finds_most_of_the_turns_and_no_other_rule_does(evaluated):
    pks = {method: value(evaluated, method, "Pk") for method in SPLIT_METHODS}
    assert pks.pop("least_dilution") < 0.12 < 0.25 < min(pks.values())


def test_figures_are_those_of_the_splits_themselves(evaluated, known, encoder):
    pks, tokens = [], []
    for parts in known["segments"]:
        chunks = split([s for one in parts for s in one], encoder, method="percentile")
        sizes = tuple(len(chunk.sentences) for chunk in chunks)
        pks.append(float(segeval.pk(sizes, tuple(map(len, parts)))))
        tokens += [chunk.n_tokens - 2 for chunk in chunks]
    assert value(evaluated, "percentile", "Pk") == pytest.approx(np.mean(pks))
    assert value(evaluated, "percentile", "size_variation") == pytest.approx(
        np.std(tokens) / np.mean(tokens)
    )
    assert value(evaluated, "percentile", "n_chunks") == len(tokens) / 6


def test_every_figure_has_an_interval(evaluated):
    assert (evaluated["status"] == "measured").all()
    assert (evaluated["ci_low"] <= evaluated["value"] + 1e-12).all()
    assert (evaluated["value"] <= evaluated["ci_high"] + 1e-12).all()
    assert evaluated["method"].nunique() == len(SPLIT_METHODS) + 2


def test_a_text_left_whole_is_what_segeval_says_of_no_cuts(evaluated, known):
    sizes = [tuple(map(len, segments)) for segments in known["segments"]]
    pks = [float(segeval.pk((sum(one),), one)) for one in sizes]
    assert value(evaluated, "no cuts", "Pk") == pytest.approx(np.mean(pks))
    assert value(evaluated, "no cuts", "n_chunks") == 1
    assert value(evaluated, "no cuts", "F1") == 0


def test_one_text_has_figures_without_intervals(known, static):
    table = evaluate_splits(known[:1], static, methods=["fixed"], references=False)
    assert table["method"].unique().tolist() == ["fixed"]
    assert table["value"].notna().all()
    with pytest.raises(InputError, match="method is 'magic'"):
        evaluate_splits(known, static, methods=["magic"])


def test_a_corpus_is_split_document_by_document(encoder):
    texts = ["Cats purr. Kittens mew. Stars burn. Galaxies spin.", "", "  ", "One."]
    corpus = Corpus.from_texts(texts)
    table = split_corpus(corpus, encoder, price=1.0, max_tokens=12)
    joined = table.groupby("doc_id")["text"].agg("".join).to_dict()
    assert joined == {"0": texts[0], "2": texts[2], "3": texts[3]}
    assert (table["n_tokens"] <= 12).all()
    assert (table["price"] == 1).all()
    alone = split(texts[0], encoder, price=1.0, max_tokens=12).table()
    pd.testing.assert_frame_equal(
        table[table["doc_id"] == "0"][["start", "end", "text", "gain"]],
        alone[["start", "end", "text", "gain"]],
        check_dtype=False,
    )
    assert len(split_corpus(Corpus.from_texts([""]), encoder)) == 0


@pytest.fixture(scope="module")
def reading(known, encoder) -> SplitSession:
    return SplitSession([s for one in known["segments"][0] for s in one], encoder)


def test_a_reading_has_the_split_of_every_price(reading, encoder):
    for share in (0.6, 1.0, 1.7, 9.0):
        price = share * reading.fair_price
        chunks = split(reading.sentences["text"].tolist(), encoder, price=price)
        assert reading.at(reading.cuts_at(price)).texts == chunks.texts
    assert reading.cuts_at(0) == reading.cuts_at(0.5 * reading.fair_price)
    assert "".join(reading.at([2, 5]).texts) == reading.text


def test_cuts_by_hand_have_their_cost(reading):
    price = reading.fair_price
    best = reading.cuts_at(price)
    gains = reading.gains(best).set_index("position")["gain"]
    assert reading.cost(best, price=price)["above_best"] == pytest.approx(0, abs=1e-9)
    joined = [cut for cut in best if cut != best[1]]
    assert reading.cost(joined, price=price)["above_best"] == pytest.approx(gains[best[1]] - price)
    place = next(cut for cut in range(1, 99) if cut not in best)
    parted = sorted([*best, place])
    assert reading.cost(parted, price=price)["above_best"] == pytest.approx(price - gains[place])
    told = reading.gains(best)
    assert told.loc[told["is_cut"], "gain"].min() > price > told.loc[~told["is_cut"], "gain"].max()


def test_a_reading_keeps_the_bounds_and_the_rows(known, encoder):
    sentences = [s for one in known["segments"][1] for s in one]
    tight = SplitSession(sentences, encoder, max_tokens=90, min_sentences=2)
    for price in (0.8, 1.4, 5.0):
        cuts = tight.cuts_at(price)
        assert all(chunk.n_tokens <= 90 for chunk in tight.at(cuts))
    assert all(chunk.n_tokens <= 90 for chunk in tight.at([]))
    rows = encoder.encode(tight.sentences["text"].tolist())
    cost = tight.cost([3], price=1)
    assert cost["dilution"] == pytest.approx(
        measures.mean_dilution(rows, [3, len(rows) - 3]), abs=1e-4
    )


def test_nothing_to_read(encoder):
    with pytest.raises(InputError, match="there is nothing to cut"):
        SplitSession(" \n", encoder)


@pytest.fixture
def encoded(monkeypatch):
    """How many sentences were encoded, call by call; token counts of single texts aside."""
    counts = []
    encode = segments.encode_all

    def count(encoder, texts, **named):
        counts.append(len(texts))
        return encode(encoder, texts, **named)

    monkeypatch.setattr(segments, "encode_all", count)
    return counts


def test_documents_are_encoded_together_and_only_so_many_at_once(static, encoded, monkeypatch):
    texts = ["Cats purr. Kittens mew. Stars burn.", "", "One."] * 5
    corpus = Corpus.from_texts(texts)
    together = split_corpus(corpus, static, price=1.0)
    assert encoded == [20]
    encoded.clear()
    monkeypatch.setattr(segments, "_AT_ONCE", 6)
    apart = split_corpus(corpus, static, price=1.0)
    assert encoded == [7, 8, 5]
    pd.testing.assert_frame_equal(together, apart)


def test_a_sentence_without_direction_has_that_of_its_own_document(static):
    """Not of the document before, though all are encoded together."""
    corpus = Corpus.from_texts(["Stars burn.", "\u200b Cats purr."])
    apart = [split(text, static, price=9.0).table() for text in corpus.documents["text"]]
    together = split_corpus(corpus, static, price=9.0)
    assert together["dilution"].tolist() == [table["dilution"].item() for table in apart]
    first, second = segments.segment_texts(
        [("Stars burn.", "en"), (" \n", "en")], static, max_tokens=None
    )
    assert not second.has_direction.any()
    assert not np.array_equal(first.rows[0], second.rows[0])
