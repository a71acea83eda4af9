"""All splits of a text at once: each price's rows against that price split by itself."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from semshift_nb import measures
from semshift_nb.analyses import SplitSession, SplitTables, split, split_tables
from semshift_nb.corpora import load_corpus
from semshift_nb.errors import InputError

SHARES = (0.0, 0.3, 0.5, 0.77, 1.0, 1.3, 2.1, 4.0, 1e3)
"""Of the fair price; below a half the finest split stands."""


@pytest.fixture(scope="module")
def text() -> str:
    return load_corpus("news", n_documents=9, seed=0).documents["text"].str.cat(sep="\n\n")


@pytest.fixture(scope="module")
def reading(text, encoder) -> SplitSession:
    return SplitSession(text, encoder)


@pytest.fixture(scope="module")
def tables(reading) -> SplitTables:
    return split_tables(reading)


def at(table: pd.DataFrame, price: float) -> pd.DataFrame:
    rows = table[(table["from_price"] < price) & (price <= table["to_price"])]
    order = [name for name in ("first", "position") if name in rows]
    return rows.sort_values(order, ignore_index=True) if order else rows


def prices_of(reading: SplitSession) -> list[float]:
    """Also the very prices at which one split gives way to the next, and those just beside."""
    edges = [stage.from_price for stage in reading.stages[1::3]]
    near = [edge * factor for edge in edges for factor in (1 - 1e-6, 1, 1 + 1e-6)]
    return [max(share * reading.fair_price, 1e-9) for share in SHARES] + near


def test_the_rows_of_a_price_are_its_best_chunks(reading, tables):
    numbers = set()
    for price in prices_of(reading):
        chunks = at(tables.chunks, price)
        cuts = reading.cuts_at(price)
        assert chunks["first"].tolist() == [0, *cuts]
        assert chunks["stop"].tolist() == [*cuts, len(reading.sentences)]
        alone = reading.at(cuts).table()
        assert chunks["n_tokens"].tolist() == alone["n_tokens"].tolist()
        assert chunks["dilution"].to_numpy() == pytest.approx(alone["dilution"].to_numpy())
        assert chunks["text"].tolist() == alone["text"].str.strip().tolist()
        assert at(tables.stages, max(price, reading.stages[0].from_price * (1 + 1e-9)))[
            "n_chunks"
        ].tolist() == [len(chunks)]
        numbers.add(len(chunks))
    assert len(numbers) > 8


def test_the_rows_of_a_price_are_its_gains(reading, tables):
    for price in prices_of(reading):
        gains = at(tables.gains, price)
        expected = reading.gains(reading.cuts_at(price))
        assert gains["position"].tolist() == expected["position"].tolist()
        assert gains["is_cut"].tolist() == expected["is_cut"].tolist()
        assert gains["gain"].to_numpy() == pytest.approx(expected["gain"].to_numpy(), abs=1e-12)


@pytest.mark.parametrize("share", [0.6, 1.0, 2.0])
def test_a_price_cuts_as_split_does(share, text, reading, tables, encoder):
    price = share * reading.fair_price
    alone = split(text, encoder, price=price)
    chunks = at(tables.chunks, price)
    assert chunks["text"].tolist() == [chunk.strip() for chunk in alone.texts]
    assert chunks["n_tokens"].tolist() == [chunk.n_tokens for chunk in alone]
    rows = encoder.encode(reading.sentences["text"].tolist())
    sizes = (chunks["stop"] - chunks["first"]).to_numpy()
    mean = np.average(chunks["dilution"], weights=sizes)
    assert mean == pytest.approx(measures.mean_dilution(rows, sizes), abs=1e-4)


def test_prices_are_covered_once_and_what_they_share_has_one_row(reading, tables):
    for key in ("position", ["first", "stop"]):
        table = tables.gains if key == "position" else tables.chunks
        for _, rows in table.groupby(key):
            spans = rows.sort_values("from_price")[["from_price", "to_price"]].to_numpy()
            assert all(a[1] <= b[0] for a, b in pairwise(spans))
    naive = sum(len(stage.cuts) + 1 for stage in reading.stages)
    assert len(tables.chunks) < naive / 3
    assert len(tables.gains) < len(reading.stages) * len(tables.sentences) / 3
    assert tables.chunks["from_price"].min() == 0
    assert tables.chunks["to_price"].max() == np.inf


def test_stages_and_sentences_are_those_of_the_reading(reading, tables):
    rows = zip(tables.stages.itertuples(index=False), reading.stages, strict=True)
    for row, stage in rows:
        assert (row.from_price, row.to_price) == (stage.from_price, stage.to_price)
        assert (row.n_chunks, row.scatter) == (len(stage.cuts) + 1, stage.scatter)
    texts = reading.sentences["text"].tolist()
    assert tables.sentences["before"].tolist() == texts[:-1]
    assert tables.sentences["after"].tolist() == texts[1:]
    assert tables.sentences["position"].tolist() == list(range(1, len(texts)))


def test_cuts_by_hand_hold_at_every_price(reading, tables):
    by_hand = split_tables(reading, [2, 7, 8])
    pd.testing.assert_frame_equal(by_hand.stages, tables.stages)
    for price in prices_of(reading):
        assert at(by_hand.chunks, price)["first"].tolist() == [0, 2, 7, 8]
        shown = at(by_hand.gains, price)
        pd.testing.assert_frame_equal(
            shown[["position", "gain", "is_cut"]], reading.gains([2, 7, 8])
        )
    uncut = split_tables(reading, [])
    assert uncut.chunks[["first", "stop"]].to_numpy().tolist() == [[0, len(reading.sentences)]]
    with pytest.raises(InputError, match="cuts are"):
        split_tables(reading, [9, 3])


@pytest.mark.parametrize("one", ["One sentence only.", "Word"])
def test_a_text_of_one_sentence_has_one_chunk_and_no_place_to_cut(one, encoder):
    tables = split_tables(SplitSession(one, encoder))
    assert tables.chunks["text"].tolist() == [one]
    assert tables.chunks["dilution"].tolist() == pytest.approx([0])
    assert tables.stages["n_chunks"].tolist() == [1]
    assert len(tables.gains) == len(tables.sentences) == 0
    assert {"position", "gain", "is_cut", "from_price", "to_price"} <= set(tables.gains)


@pytest.mark.parametrize("most", [40, 90])
def test_no_chunk_has_more_tokens_than_it_may_at_any_price(most, text, encoder):
    reading = SplitSession(text, encoder, max_tokens=most)
    tables = split_tables(reading)
    assert tables.chunks["n_tokens"].max() <= most
    for share in (0.6, 1.0, 50.0):
        price = share * reading.fair_price
        alone = split(text, encoder, price=price, max_tokens=most)
        assert at(tables.chunks, price)["text"].tolist() == [part.strip() for part in alone.texts]


class MoreOfAWhole:
    """A tokenizer that makes more of a whole than of its parts, as some do."""

    def __init__(self, lengths) -> None:
        self._lengths = lengths
        self.n_special = lengths.n_special

    def count(self, texts):
        return self._lengths.count(texts) + np.array([text.count(".") ** 2 for text in texts])


def test_cuts_that_a_tokenizer_demands_are_shown_at_every_price(text, encoder):
    plain, reading = (SplitSession(text, encoder, max_tokens=120) for _ in range(2))
    segmented = replace(reading._segmented, lengths=MoreOfAWhole(reading._segmented.lengths))
    reading._segmented, reading._known._segmented = segmented, segmented
    tables = split_tables(reading)
    assert tables.chunks["n_tokens"].max() <= 120
    added = 0
    for price in (0.7, 1.5, 1e3):
        cuts, kept = plain.cuts_at(price), reading.cuts_at(price)
        added += len(kept) - len(cuts)
        assert set(cuts) <= set(kept)
        assert kept == reading.within(cuts)
        assert at(tables.chunks, price)["first"].tolist() == [0, *kept]
        assert reading.at(cuts).texts == reading.at(kept).texts
    assert added > 0


def test_any_stretch_is_told_as_a_chunk_of_it_would_be(reading, encoder):
    spans = [(0, 3), (2, 9), (4, 5), (2, 9)]
    told = reading.chunks(spans)
    assert list(zip(told["first"], told["stop"], strict=True)) == spans
    rows = encoder.encode(reading.sentences["text"].tolist())
    for (first, stop), row in zip(spans, told.itertuples(), strict=True):
        assert row.dilution == pytest.approx(measures.dilution(rows[first:stop]), abs=1e-4)
        start, end = reading.sentences["start"][first], reading.sentences["end"][stop - 1]
        assert row.text == reading.text[start:end].strip()
        assert row.n_tokens == encoder.at_length(None).encode_with_tokens([row.text]).n_tokens[0]
    assert len(reading.chunks([])) == 0


@pytest.mark.parametrize("span", [(3, 3), (5, 2), (-1, 2), (0, 10**6)])
def test_a_stretch_that_is_none_is_refused(span, reading):
    with pytest.raises(InputError, match="a chunk of the sentences"):
        reading.chunks([span])


def test_within_leaves_cuts_alone_where_nothing_is_too_long(reading):
    assert reading.within([3, 8]) == [3, 8]
    assert reading.within([]) == []


def test_chunks_that_were_made_are_not_made_again(reading, monkeypatch):
    cuts = reading.cuts_at(reading.fair_price)
    first = reading.at(cuts)
    monkeypatch.setattr(reading._segmented.lengths, "count", None)  # would fail if it were asked
    again = reading.at(cuts)
    assert again.chunks == first.chunks
    gains = reading.gains(cuts).query("is_cut")["gain"]
    assert [chunk.gain for chunk in again[1:]] == pytest.approx(gains.tolist())


@pytest.mark.parametrize("most", [None, 90])
def test_cuts_that_are_none_are_refused(most, text, encoder):
    reading = SplitSession(text, encoder, max_tokens=most)
    for cuts in ([9, 3], [0], [10**6], [4, 4]):
        for refuse in (reading.within, reading.at, lambda cuts: split_tables(reading, cuts)):
            with pytest.raises(InputError, match="cuts are"):
                refuse(cuts)
