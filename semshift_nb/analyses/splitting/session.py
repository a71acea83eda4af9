"""A text laid out once and then cut at any price, or by hand: what an explorer of splits shows."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.encoded import text_notices
from semshift_nb.analyses.splitting.chunks import ChunkCache, chunks_at, kept_within, parts_at
from semshift_nb.analyses.splitting.segments import segment_text
from semshift_nb.analyses.splitting.split import Splitting
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures.segmentation.scatter import check_price
from semshift_nb.validation import check_whole

_CHEAPEST = 0.5
"""The path begins at this share of the fair price; below it chunks are little but sentences."""


class SplitSession:
    """One text whose sentences are encoded once; after that every price costs next to nothing.

    Parameters
    ----------
    text_or_sentences : str or iterable of str
        As `split` takes it; it must hold at least one word.
    encoder : Encoder
        What turns sentences into vectors.
    min_sentences, max_tokens, language, separator
        As for `split`.

    Attributes
    ----------
    text : str
        The original.
    sentences : DataFrame
        One row for each sentence, or part of one that is too long: ``position``, ``start``,
        ``end``, ``text`` and ``n_tokens`` without special ones.
    fair_price : float
        The price that ``price="auto"`` stands for.
    notices : list of str
        What is to be known of the text: another script than its language has, machine data, and
        tokens that the encoder does not know.

    Raises
    ------
    InputError
        As `split` does, and if there is nothing to cut.
    """

    def __init__(
        self,
        text_or_sentences: str | Iterable[str],
        encoder: Encoder,
        *,
        min_sentences: int = 1,
        max_tokens: int | None = None,
        language: str = "en",
        separator: str = " ",
    ) -> None:
        self._min_sentences = check_whole(min_sentences, "min_sentences", least=1)
        self._max_tokens = max_tokens
        self._segmented = segment_text(
            text_or_sentences,
            encoder,
            max_tokens=max_tokens,
            language=language,
            separator=separator,
        )
        if not self._segmented.has_direction.any():
            raise InputError("there is nothing to cut: the text has no sentence with a direction.")
        self.text = self._segmented.text
        self._known = ChunkCache(self._segmented)
        self.fair_price = measures.fair_price(self._segmented.rows)
        text = ("the text", self.text, language)
        self.notices = text_notices([text], encoder, self._segmented.tokens)

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """The sentences; see the class."""
        rows = [
            (number, piece.start, piece.end, self.text[piece.start : piece.end].strip())
            for number, piece in enumerate(self._segmented.pieces)
        ]
        table = pd.DataFrame(rows, columns=["position", "start", "end", "text"])
        return table.assign(n_tokens=self._segmented.weights.astype(np.int64))

    @cached_property
    def stages(self) -> list[measures.Stage]:
        """Every segmentation that is the best at a price from half of the fair one on."""
        most = self._max_tokens
        path = measures.dilution_path(
            self._segmented.rows,
            least_price=_CHEAPEST * self.fair_price,
            min_size=self._min_sentences,
            weights=None if most is None else self._segmented.weights,
            max_weight=None if most is None else most - self._segmented.lengths.n_special,
        )
        return [stage._replace(cuts=self.within(stage.cuts)) for stage in path]

    def cuts_at(self, price: float) -> list[int]:
        """Return the best cuts at a price.

        Parameters
        ----------
        price : float
            At least half of ``fair_price``; below it the cuts are those at that half.

        Returns
        -------
        list of int
            Positions of the sentences before which there is a cut.

        Raises
        ------
        InputError
            If the price is no finite number from 0 on.
        """
        ends = [stage.to_price for stage in self.stages]
        return list(self.stages[bisect_left(ends, check_price(price))].cuts)

    def at(self, cuts: Sequence[int]) -> Splitting:
        """Make the chunks between cuts, however they came about.

        Parameters
        ----------
        cuts : sequence of int
            Positions of sentences, ascending. Where ``max_tokens`` was given, more are added to
            chunks beyond it.

        Returns
        -------
        Splitting
            Of the method ``"by hand"``.

        Raises
        ------
        InputError
            If the cuts are none.
        """
        chunks = chunks_at(self._segmented, self.within(cuts), self._known)
        return Splitting(chunks, "by hand", None)

    def within(self, cuts: Sequence[int]) -> list[int]:
        """Keep to ``max_tokens``: add what cuts it takes to the given ones.

        Parameters
        ----------
        cuts : sequence of int
            Positions of sentences, ascending.

        Returns
        -------
        list of int
            The same cuts where ``max_tokens`` was not given, or no chunk is beyond it.

        Raises
        ------
        InputError
            If the cuts are none.
        """
        parts_at(len(self._segmented.pieces), cuts)  # refuses what are no cuts
        return kept_within(self._max_tokens, self._segmented, cuts, self._known)

    def chunks(self, spans: Iterable[tuple[int, int]]) -> pd.DataFrame:
        """Tell of any stretches of sentences what a chunk of them would be.

        Parameters
        ----------
        spans : iterable of (int, int)
            First sentence, and the one after the last; they may overlap.

        Returns
        -------
        DataFrame
            One row for each: ``first``, ``stop``, ``n_tokens``, ``dilution`` and ``text``.

        Raises
        ------
        InputError
            If a stretch is empty or reaches beyond the text.
        """
        wanted = list(spans)
        for first, stop in wanted:
            if not 0 <= first < stop <= len(self.sentences):
                raise InputError(
                    f"a chunk of the sentences {first}:{stop} was asked for; the text has "
                    f"0:{len(self.sentences)}."
                )
        made = self._known.of([range(first, stop) for first, stop in wanted])
        rows = [
            (first, stop, chunk.n_tokens, chunk.dilution, chunk.text.strip())
            for (first, stop), chunk in zip(wanted, made, strict=True)
        ]
        return pd.DataFrame(rows, columns=["first", "stop", "n_tokens", "dilution", "text"])

    def gains(self, cuts: Sequence[int]) -> pd.DataFrame:
        """Tell for every place what a cut there saves, or what joining there costs.

        Parameters
        ----------
        cuts : sequence of int
            Where there are cuts now.

        Returns
        -------
        DataFrame
            One row for each sentence but the first: ``position``, ``gain`` in scatter and
            ``is_cut``. At a price, a cut is worth it where the gain is greater.

        Raises
        ------
        InputError
            If the cuts are none.
        """
        gains = measures.cut_gains(self._segmented.rows, cuts)
        places = np.arange(1, len(gains) + 1)
        return pd.DataFrame({"position": places, "gain": gains, "is_cut": np.isin(places, cuts)})

    def cost(self, cuts: Sequence[int], *, price: float) -> pd.Series:
        """Compare cuts with the best ones at a price.

        Parameters
        ----------
        cuts : sequence of int
            Where there are cuts now.
        price : float
            What each costs; see `cuts_at`.

        Returns
        -------
        Series
            ``n_chunks``, ``scatter``, ``dilution`` (mean over sentences), ``cost`` (scatter, and
            the price of each cut), and ``above_best``, the cost beyond that of the best cuts.

        Raises
        ------
        InputError
            If the cuts are none or the price is.
        """
        rows, best = self._segmented.rows, self.cuts_at(price)
        checked = list(cuts)
        scatter = measures.total_scatter(rows, checked)
        cost = scatter + price * len(checked)
        least = measures.total_scatter(rows, best) + price * len(best)
        sizes = np.diff([0, *checked, len(rows)])
        return pd.Series(
            {
                "n_chunks": len(checked) + 1,
                "scatter": scatter,
                "dilution": measures.mean_dilution(rows, sizes),
                "cost": cost,
                "above_best": cost - least,
            }
        )


_SPAN = ["from_price", "to_price"]


class SplitTables(NamedTuple):
    """What each price makes of a text; rows hold for prices in ``(from_price, to_price]``.

    Attributes
    ----------
    chunks : DataFrame
        ``first`` and ``stop`` (sentences, from 0), ``n_tokens``, ``dilution`` and ``text``.
    gains : DataFrame
        ``position`` of the sentence a cut would stand before, ``gain`` and ``is_cut``.
    stages : DataFrame
        ``n_chunks`` and ``scatter``.
    sentences : DataFrame
        At all prices: ``position`` from 1, the sentence ``before`` and the one ``after``.
    """

    chunks: pd.DataFrame
    gains: pd.DataFrame
    stages: pd.DataFrame
    sentences: pd.DataFrame


def split_tables(reading: SplitSession, cuts: Sequence[int] | None = None) -> SplitTables:
    """Return the best splits at all prices, or those cuts whatever the price.

    A chunk that several prices have in common has one row, and so has a gain; that keeps the tables
    of a text of n sentences at some multiple of n, however many prices tell it apart.

    Parameters
    ----------
    reading : SplitSession
        The text.
    cuts : sequence of int, optional
        Cuts made by hand; where ``max_tokens`` was given, more are added to chunks beyond it.

    Returns
    -------
    SplitTables
        See there. ``stages`` has all prices also when the cuts are given.

    Raises
    ------
    InputError
        If the cuts are none.
    """
    stages = reading.stages
    # Below the prices that were tried the finest of these splits stands.
    best = [stages[0]._replace(from_price=0.0), *stages[1:]]
    shown = best if cuts is None else [measures.Stage(0.0, np.inf, reading.within(cuts), np.nan)]
    return SplitTables(
        chunks=_chunks(reading, shown),
        gains=_joined(
            (_gain_rows(reading, stage) for stage in shown), ["position", "gain", "is_cut"]
        ),
        stages=_stages(stages),
        sentences=_sentences(reading),
    )


def _stages(stages: Sequence[measures.Stage]) -> pd.DataFrame:
    rows = [(one.from_price, one.to_price, len(one.cuts) + 1, one.scatter) for one in stages]
    return pd.DataFrame(rows, columns=[*_SPAN, "n_chunks", "scatter"])


def _chunks(reading: SplitSession, stages: Sequence[measures.Stage]) -> pd.DataFrame:
    found = _joined((_chunk_rows(reading, stage) for stage in stages), ["first", "stop"])
    spans = found[["first", "stop"]].drop_duplicates()
    of_chunks = reading.chunks(spans.itertuples(index=False, name=None))
    return found.merge(of_chunks, on=["first", "stop"], how="left")


def _chunk_rows(reading: SplitSession, stage: measures.Stage) -> pd.DataFrame:
    edges = [0, *stage.cuts, len(reading.sentences)]
    table = pd.DataFrame({"first": edges[:-1], "stop": edges[1:]})
    return table.assign(from_price=stage.from_price, to_price=stage.to_price)


def _gain_rows(reading: SplitSession, stage: measures.Stage) -> pd.DataFrame:
    return reading.gains(stage.cuts).assign(from_price=stage.from_price, to_price=stage.to_price)


def _joined(tables: Iterable[pd.DataFrame], key: list[str]) -> pd.DataFrame:
    """Make one row of those that prices next to each other have in common."""
    rows = pd.concat(list(tables), ignore_index=True)
    rows = rows.sort_values([*key, "from_price"], kind="stable", ignore_index=True)
    before = rows.shift()
    same = (rows["from_price"] == before["to_price"]) & rows[key].eq(before[key]).all(axis=1)
    kept = rows[~same].copy()
    kept["to_price"] = rows.groupby((~same).cumsum())["to_price"].last().to_numpy()
    return kept.sort_values(["from_price", key[0]], kind="stable", ignore_index=True)


def _sentences(reading: SplitSession) -> pd.DataFrame:
    texts = reading.sentences["text"].tolist()
    return pd.DataFrame(
        {"position": range(1, len(texts)), "before": texts[:-1], "after": texts[1:]}
    )
