"""A corpus encoded once and read document by document: as the tables say, and each thing once."""

import pandas as pd
import pytest

from semshift_nb import analyses
from semshift_nb.measures import shift


@pytest.fixture(scope="module")
def session(small, encoder):
    return analyses.ShiftSession(small, encoder)


@pytest.fixture
def normalised(monkeypatch):
    """How many sentences were brought to length one, call by call."""
    counts = []
    once = shift.unit_rows

    def count(embeddings, **named):
        counts.append(len(embeddings))
        return once(embeddings, **named)

    monkeypatch.setattr(shift, "unit_rows", count)
    return counts


def test_the_overview_is_that_of_the_documents(session, small, encoder):
    table = analyses.document_shift(small, encoder)
    for column in ("doc_id", "title", "n_sentences", "status", "reason"):
        assert session.overview[column].tolist() == table[column].tolist()
    assert session.overview["semantic_shift"].tolist() == pytest.approx(
        table["semantic_shift"].tolist(), nan_ok=True
    )


def test_a_document_is_read_as_the_tables_have_it(session, small, encoder):
    doc_id = small.documents["doc_id"][3]
    read = session.document(doc_id)
    for found, table in (
        (read.sentences, analyses.sentence_shift(small, encoder)),
        (read.prefixes, analyses.prefix_shift(small, encoder)),
    ):
        expected = table[table["doc_id"] == doc_id]
        pd.testing.assert_frame_equal(
            found.reset_index(drop=True), expected.reset_index(drop=True), check_dtype=False
        )
    cells = analyses.distance_map(read.embeddings, max_cells=48)
    pd.testing.assert_frame_equal(read.cells, cells)


def test_sentences_are_normalised_once_for_all_figures_of_a_text(
    session, small, encoder, normalised
):
    analyses.ShiftSession(small, encoder)
    assert normalised == [4, 1, 8]
    normalised.clear()
    document = session.document(small.documents["doc_id"][3])
    assert normalised == [8]
    normalised.clear()
    analyses.range_shift(
        document.sentences,
        document.embeddings,
        start=1,
        stop=7,
        encoder=encoder,
        text=document.text,
    )
    assert normalised == [6]


def test_prefixes_are_not_worked_out_for_the_last_of_them(small, encoder, monkeypatch):
    """Without what they are made of, a session begins all the same."""
    monkeypatch.delattr(shift, "_squared_prefix_lengths")
    assert len(analyses.ShiftSession(small, encoder).overview) == 4
