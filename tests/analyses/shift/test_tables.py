"""Per document, prefix, sentence, window and range: each figure is what the measure says it is."""

import re

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses, measures
from semshift_nb.corpora import Corpus, TextWarning
from semshift_nb.errors import InputError

SHIFT = ["local_evolution", "mean_adjacent_distance", "dispersion", "semantic_shift", "dilution"]
STATUS = ["status", "reason"]
FIGURES = ["n_sentences", "n_tokens", "truncated", "unknown", *SHIFT, "discrepancy", *STATUS]


def vectors_of(corpus, encoder, doc_id):
    sentences = corpus.sentences
    return encoder.encode(sentences["text"][sentences["doc_id"] == doc_id].tolist())


def test_documents(small, encoder):
    table = analyses.document_shift(small, encoder)
    assert table.columns.tolist() == ["doc_id", "title", *FIGURES]
    assert table["doc_id"].tolist() == small.documents["doc_id"].tolist()
    assert table["n_sentences"].tolist() == [4, 0, 1, 8]
    assert table["status"].tolist() == ["measured", "not measured", "measured", "measured"]
    assert table["reason"].tolist() == ["", "the text has no sentence", "", ""]
    whole = encoder.encode_with_tokens(small.documents["text"].tolist())
    assert table["n_tokens"].tolist() == whole.n_tokens.tolist()
    for place in (0, 2, 3):
        rows = vectors_of(small, encoder, table["doc_id"][place])
        for name in SHIFT:
            assert table[name][place] == pytest.approx(getattr(measures, name)(rows)), name
        expected = measures.discrepancy(rows, whole.vectors[place])
        assert table["discrepancy"][place] == pytest.approx(expected)
    assert table.loc[1, [*SHIFT, "discrepancy"]].isna().all()


def test_labels_come_along(encoder):
    table = pd.DataFrame(
        {"doc_id": ["a"], "title": "A", "text": "One. Two.", "language": "en", "label": ["good"]}
    )
    assert analyses.document_shift(Corpus("x", table), encoder)["label"].tolist() == ["good"]


def test_truncation_is_told(encoder):
    corpus = Corpus.from_texts(["The cat sat on the mat. " * 100, "Short."])
    table = analyses.document_shift(corpus, encoder)
    assert table["truncated"].tolist() == [True, False]
    assert table["n_tokens"][0] > encoder.max_length


VERSES = """The harbour is grey
and the sky that hung over it all day long is low
and Nobody walks
on the long stone wall where the boats used to lie
The nets are wet
and Somewhere a bell that none of us can see tonight
Rings for the ones who went"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (VERSES, "are its lines sentences\\? Put a blank line between them"),
        ("and so we went on and on " * 12, "no mark ends a sentence in it"),
    ],
)
def test_a_long_text_of_one_sentence_is_doubted(static, text, why):
    corpus = Corpus.from_texts([text, "One. Two.", "A short title"])
    table = analyses.document_shift(corpus, static)
    assert table["n_sentences"].tolist() == [1, 2, 1]
    assert table["status"].tolist() == ["not measured", "measured", "measured"]
    assert re.match(rf"1 sentence of \d+ tokens: {why}", table["reason"][0])
    assert np.isnan(table["semantic_shift"][0])
    for other in (analyses.prefix_shift(corpus, static), analyses.sentence_shift(corpus, static)):
        assert other["reason"][0] == table["reason"][0]


def test_one_long_sentence_with_its_mark_is_measured(static):
    text = ", ".join(["and then we went on to the next of the houses"] * 8) + "."
    (row,) = analyses.document_shift(Corpus.from_texts([text]), static).itertuples()
    assert (row.n_sentences, row.status, row.semantic_shift) == (1, "measured", 0)


def test_turns_are_sentences_and_are_measured(static):
    turns = "Ann: the van is in the yard\nTom: who left it there\nAnn: no idea at all"
    (row,) = analyses.document_shift(Corpus.from_texts([turns]), static).itertuples()
    assert row.n_sentences == 3
    assert row.semantic_shift > 0


def test_prefixes(small, encoder):
    table = analyses.prefix_shift(small, encoder)
    curves = ["local_evolution", "dispersion", "semantic_shift", "dilution"]
    assert table.columns.tolist() == ["doc_id", "title", "k", *curves, *STATUS]
    assert table["k"].tolist() == [1, 2, 3, 4, 0, 1, *range(1, 9)]
    assert table["reason"].tolist()[4] == "the text has no sentence"
    last = table[table["title"] == "eight"].iloc[-1]
    whole = analyses.document_shift(small, encoder).iloc[3]
    for name in curves:
        assert last[name] == pytest.approx(whole[name]), name


def test_sentences(small, encoder):
    table = analyses.sentence_shift(small, encoder)
    assert table["text"].tolist() == small.sentences["text"].tolist()
    texts = dict(zip(small.documents["doc_id"], small.documents["text"], strict=True))
    for line in table.itertuples():
        assert texts[line.doc_id][line.start : line.end] == line.text
    # Missing exactly on each document's last sentence, which has no next one.
    assert np.flatnonzero(table["adjacent_distance"].isna()).tolist() == [3, 4, 12]
    rows = vectors_of(small, encoder, table["doc_id"][0])
    assert table["adjacent_distance"][1] == pytest.approx(1 - rows[1] @ rows[2], abs=1e-6)
    pooled = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
    assert table["cosine_to_pooled"][:4].tolist() == pytest.approx((rows @ pooled).tolist())
    steps = table[table["doc_id"] == table["doc_id"][0]]["adjacent_distance"].sum()
    whole = analyses.document_shift(small, encoder)["local_evolution"][0]
    assert steps == pytest.approx(whole)


def test_windows(small, encoder):
    table = analyses.window_shift(small, encoder, n_sentences=3, n_windows=5, seed=1)
    assert table.columns.tolist() == [
        *["window_id", "doc_id", "title", "start_position", "text"],
        *FIGURES,
    ]
    assert table["window_id"].tolist() == list(range(5))
    assert not table.duplicated(["doc_id", "start_position"]).any()
    sentences = small.sentences.set_index(["doc_id", "position"])["text"]
    texts = dict(zip(small.documents["doc_id"], small.documents["text"], strict=True))
    for window in table.itertuples():
        parts = [sentences[window.doc_id, window.start_position + i] for i in range(3)]
        assert window.text == " ".join(parts)
        assert window.text in texts[window.doc_id]
        rows = encoder.encode(parts)
        assert window.dispersion == pytest.approx(measures.dispersion(rows))
        whole = encoder.encode([window.text])[0]
        assert window.discrepancy == pytest.approx(measures.discrepancy(rows, whole), abs=1e-6)


def test_windows_are_a_matter_of_the_seed(small, encoder):
    drawn = [
        analyses.window_shift(small, encoder, n_sentences=2, n_windows=5, seed=seed)
        for seed in (0, 0, 1)
    ]
    pd.testing.assert_frame_equal(drawn[0], drawn[1])
    assert drawn[0]["text"].tolist() != drawn[2]["text"].tolist()


def test_windows_are_all_there_are_when_there_are_few(small, encoder):
    assert len(analyses.window_shift(small, encoder, n_sentences=3)) == 2 + 6
    (only,) = analyses.window_shift(small, encoder, n_sentences=9).itertuples()
    assert only.status == "not measured"
    assert "no document has 9 sentences" in only.reason


@pytest.mark.parametrize("sizes", [{"n_sentences": 1}, {"n_windows": 0}])
def test_windows_refuse_bad_sizes(small, encoder, sizes):
    with pytest.raises(InputError, match="expected at least 2 and 1"):
        analyses.window_shift(small, encoder, **sizes)


def test_one_text_without_direction_loses_only_itself(static):
    """A zero-width space is a sentence with no token: static has no vector for it."""
    corpus = Corpus.from_texts(["One is here. Two is there.", "\u200b", "Three sat. Four ran."])
    table = analyses.document_shift(corpus, static)
    assert table["status"].tolist() == ["measured", "not measured", "measured"]
    assert "1 of 1 sentences have no direction" in table["reason"][1]
    assert table["n_tokens"].isna().tolist() == [False, True, False]
    alone = analyses.document_shift(Corpus.from_texts(["One is here. Two is there."]), static)
    assert table["discrepancy"][0] == pytest.approx(alone["discrepancy"][0])
    sentences = analyses.sentence_shift(corpus, static)
    assert sentences["status"].tolist().count("not measured") == 1
    prefixes = analyses.prefix_shift(corpus, static)
    assert prefixes[prefixes["status"] == "not measured"]["k"].tolist() == [1]


def test_nothing_to_measure(static):
    table = analyses.document_shift(Corpus.from_texts(["", "  "]), static)
    assert table["status"].tolist() == ["not measured"] * 2
    assert len(analyses.sentence_shift(Corpus.from_texts([""]), static)) == 0
    assert analyses.prefix_shift(Corpus.from_texts([""]), static)["k"].tolist() == [0]


def test_long_and_strange_texts(static):
    """20,000 sentences; 50,000 characters without a full stop; NUL, emoji, right to left."""
    texts = ["He ran home. She ran there. " * 10_000, "word " * 10_000, "a\x00b. 🙂 مرحبا بالعالم."]
    with pytest.warns(TextWarning, match=r"'2' \(taken for 'en', perhaps 'ar'\)"):
        table = analyses.document_shift(Corpus.from_texts(texts), static)
    assert table["status"].tolist() == ["measured", "not measured", "measured"]
    assert table["reason"][1].startswith("1 sentence of 10,00")
    assert table["n_sentences"].tolist()[:2] == [20_000, 1]


def test_range_is_a_document_of_its_own(small, encoder):
    """The figures of sentences 2..6 are those of a document that holds just these."""
    sentences = small.sentences[small.sentences["doc_id"] == small.documents["doc_id"][3]]
    text = small.documents["text"][3]
    vectors = encoder.encode(sentences["text"].tolist())
    (row,) = analyses.range_shift(
        sentences, vectors, start=2, stop=6, encoder=encoder, text=text
    ).to_dict("records")
    alone = Corpus.from_texts([row["text"]])
    (expected,) = analyses.document_shift(alone, encoder).to_dict("records")
    assert row["text"] == "They all ran. It rained. Snow fell. The sun came out at last."
    for name in FIGURES:
        assert (
            row[name]
            == (pytest.approx(expected[name], abs=1e-6) if name in SHIFT else expected[name])
            or name == "discrepancy"
        )
    assert row["discrepancy"] == pytest.approx(expected["discrepancy"], abs=1e-6)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (2, 2), (3, 2), (0, 9)])
def test_range_must_lie_in_the_document(small, encoder, start, stop):
    sentences = small.sentences[small.sentences["doc_id"] == small.documents["doc_id"][3]]
    with pytest.raises(InputError, match="expected at least one sentence between 0 and 8"):
        analyses.range_shift(
            sentences, np.eye(8), start=start, stop=stop, encoder=encoder, text="x"
        )
    with pytest.raises(InputError, match="8 sentences came with 3 vectors"):
        analyses.range_shift(sentences, np.eye(3), start=0, stop=1, encoder=encoder, text="x")


def test_range_with_a_zero_row_says_so(small, encoder):
    sentences = small.sentences[small.sentences["doc_id"] == small.documents["doc_id"][0]]
    vectors = encoder.encode(sentences["text"].tolist())
    vectors[1] = 0
    text = small.documents["text"][0]
    (row,) = analyses.range_shift(
        sentences, vectors, start=0, stop=3, encoder=encoder, text=text
    ).to_dict("records")
    assert row["status"] == "not measured"
    assert "1 of 3 sentences" in row["reason"]


def test_map_of_500_sentences_has_at_most_4096_cells():
    rows = np.random.default_rng(0).standard_normal((500, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cells = analyses.distance_map(rows)
    assert len(cells) == 64 * 64
    cell = cells.iloc[64 * 3 + 10]
    block = 1 - rows[cell["row"].astype(int) : int(cell["row_end"])] @ (
        rows[int(cell["column"]) : int(cell["column_end"])].T
    )
    assert cell["distance"] == pytest.approx(block.mean())
    covered = (cells["row_end"] - cells["row"]) * (cells["column_end"] - cells["column"])
    assert covered.sum() == 500**2


def test_neighbours(small, encoder):
    vectors = encoder.encode(small.sentences["text"].tolist())
    table = analyses.neighbours_of(vectors[0], small, embeddings=vectors, n_neighbours=4)
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["text"][0] == small.sentences["text"][0]
    assert table["title"][0] == "four"
    order = np.argsort(-(vectors @ vectors[0]))[:4]
    assert table["text"].tolist() == small.sentences["text"].iloc[order].tolist()
    assert table["cosine"].tolist() == pytest.approx((vectors @ vectors[0])[order].tolist())


def test_neighbours_of_few_and_of_none(small, encoder):
    vectors = encoder.encode(small.sentences["text"].tolist())
    vectors[2] = 0
    table = analyses.neighbours_of(vectors[0], small, embeddings=vectors, n_neighbours=100)
    assert len(table) == len(vectors) - 1
    assert small.sentences["text"][2] not in table["text"].tolist()
    with pytest.raises(InputError, match="k is 0"):
        analyses.neighbours_of(vectors[0], small, embeddings=vectors, n_neighbours=0)
    with pytest.raises(InputError, match="came with 3 vectors"):
        analyses.neighbours_of(vectors[0], small, embeddings=vectors[:3])
