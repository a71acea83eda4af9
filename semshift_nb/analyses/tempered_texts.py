"""What a temperature does to some texts, table by table."""

import pandas as pd

from semshift_nb.analyses import _tempered
from semshift_nb.analyses._tempered_vectors import AS_TRAINED, TemperedVectors, Vectors
from semshift_nb.analyses.tempering import Tempering
from semshift_nb.errors import InputError


class TemperedTexts(TemperedVectors):
    """What a temperature does to some texts; everything is computed once and then kept.

    Parameters
    ----------
    texts : Corpus or sequence of str
        At least three texts, which are encoded at tau 1 at once. Each is read as far as the encoder
        reads, and its first 16 tokens alone: the same content, long and short.
    encoder : Encoder
        One with attention.

    Attributes
    ----------
    encoder : Encoder
        The encoder.
    titles, texts : list of str
        The texts.
    n_tokens : ndarray of shape (n_texts,)
        Tokens of each text that the model reads.
    truncated_share : float
        Share of the texts of which the model reads only the beginning.
    n_short : int
        Tokens of the beginnings.

    Raises
    ------
    InputError
        If there are fewer than three texts, or the encoder has no attention.
    NoDirectionError
        If a text has a zero vector.

    Examples
    --------
    >>> tempered = TemperedTexts(texts, load_encoder())  # doctest: +SKIP
    >>> tempered.figures(Tempering(0.8))  # doctest: +SKIP
    """

    def cosines(self, setting: Tempering) -> pd.DataFrame:
        """Count the cosines of all pairs of texts, short and whole, now and at tau 1.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.

        Returns
        -------
        DataFrame
            ``part`` (``"first 16 tokens"`` or ``"whole text"``), ``at`` (``"now"`` or ``"tau 1"``),
            ``cosine`` (the middle of a bin, from -1 to 1) and ``share`` of the pairs in it.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector.

        Examples
        --------
        >>> tempered.cosines(Tempering(0.8))  # doctest: +SKIP
        """
        parts = {"short": f"first {self.n_short} tokens", "whole": self.whole_name}
        return pd.concat(
            [
                vectors.cosines[part].assign(part=told, at=at)
                for at, vectors in self._compared(setting)
                for part, told in parts.items()
            ],
            ignore_index=True,
        )

    def spectrum(self, setting: Tempering) -> pd.DataFrame:
        """Measure how the variance of the whole texts' vectors spreads over directions.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.

        Returns
        -------
        DataFrame
            ``at``, ``component`` (from 1, at most 64) and ``share`` of the variance.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector.

        Examples
        --------
        >>> tempered.spectrum(Tempering(0.8))  # doctest: +SKIP
        """
        return pd.concat(
            [vectors.spectrum.assign(at=at) for at, vectors in self._compared(setting)],
            ignore_index=True,
        )

    def heads(self, setting: Tempering, text: int) -> pd.DataFrame:
        """Measure how much of a signal's variation each head lets through, on one text.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        text : int
            Which text, from 0.

        Returns
        -------
        DataFrame
            ``layer`` and ``head``, both from 1, ``filter_rate`` and ``filter_rate_at_1``.

        Raises
        ------
        IndexError
            If there is no such text.

        Examples
        --------
        >>> tempered.heads(Tempering(0.8), 0)  # doctest: +SKIP
        """
        now, before = self._attend(setting, text), self._attend(AS_TRAINED, text)
        return now.heads.assign(filter_rate_at_1=before.heads["filter_rate"])

    def attention_map(
        self, setting: Tempering, text: int, *, layer: int, head: int, max_cells: int = 40
    ) -> pd.DataFrame:
        """Show where one head of one layer looks, in cells of a size to draw.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        text : int
            Which text, from 0.
        layer, head : int
            From 1.
        max_cells : int, default 40
            At most so many cells a side; a longer text has several tokens in a cell.

        Returns
        -------
        DataFrame
            ``row``, ``row_end``, ``column``, ``column_end`` (tokens from 0), ``weight`` (a token of
            the row gives so much of its attention to all tokens of the column together, on
            average) and the tokens: ``looking``, ``looked_at``.

        Raises
        ------
        InputError
            If there is no such layer or head.
        IndexError
            If there is no such text.

        Examples
        --------
        >>> tempered.attention_map(Tempering(), 0, layer=1, head=1)  # doctest: +SKIP
        """
        return self._attend(setting, text).cells(layer, head, max_cells)

    def ranking(self, setting: Tempering, query: str, *, n_best: int = 8) -> pd.DataFrame:
        """Rank the whole texts for a query, now and at tau 1.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        query : str
            What to look for.
        n_best : int, default 8
            How many texts to keep: those that are among the best now, or were at tau 1.

        Returns
        -------
        DataFrame
            ``rank`` and ``rank_at_1`` (from 1), ``moved`` (places gained), ``cosine``,
            ``cosine_at_1``, ``title`` and ``text``, the best first. Ties go to the earlier text.

        Raises
        ------
        InputError
            If the query is empty.
        NoDirectionError
            If the query, or a text, has a zero vector.

        Examples
        --------
        >>> tempered.ranking(Tempering(0.8), "the price of gold")  # doctest: +SKIP
        """
        if not query.strip():
            raise InputError("the query is empty: type a few words to look for.")
        now, before = (
            at.whole @ self._query(kept, query)
            for kept, at in ((s, self._at(s)) for s in (setting, AS_TRAINED))
        )
        return _tempered.ranking(now, before, n_best=n_best).assign(
            title=lambda t: [self.titles[i] for i in t["position"]],
            text=lambda t: [self.texts[i] for i in t["position"]],
        )

    def figures(self, setting: Tempering, text: int = 0) -> pd.DataFrame:
        """Sum up what a setting changes; attention is read as far as 256 tokens.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        text : int, default 0
            The text whose attention is measured.

        Returns
        -------
        DataFrame
            ``metric``, ``value``, ``at_tau_1``, ``change``, ``n``, ``unit`` and ``reason`` (why a
            value is missing, if it is): the mean pairwise distance of the beginnings and of the
            whole texts, the gap between the two, the effective rank of the whole texts, and the
            mean filter rate over all heads.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector.
        IndexError
            If there is no such text.

        Examples
        --------
        >>> tempered.figures(Tempering(0.8)).round(3)  # doctest: +SKIP
        """
        columns = [self._figures(at, text) for at in (setting, AS_TRAINED)]
        table = columns[0].assign(at_tau_1=columns[1]["value"])
        table["change"] = table["value"] - table["at_tau_1"]
        return table[["metric", "value", "at_tau_1", "change", "n", "unit", "reason"]]

    def _figures(self, setting: Tempering, text: int) -> pd.DataFrame:
        if (setting, text) not in self._summed:
            self._summed[setting, text] = _tempered.figures(
                self._at(setting).short,
                self._at(setting).whole,
                filter_rates=self._attend(setting, text).heads["filter_rate"],
                short_name=f"first {self.n_short} tokens",
                whole_name=self.whole_name,
            )
        return self._summed[setting, text]

    def _compared(self, setting: Tempering) -> list[tuple[str, Vectors]]:
        return [("now", self._at(setting)), ("tau 1", self._at(AS_TRAINED))]
