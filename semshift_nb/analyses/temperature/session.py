"""What a temperature does to some texts, table by table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses.attention.calibration import calibrated_schedule
from semshift_nb.analyses.encoded import text_notices
from semshift_nb.analyses.lru_cache import LRUCache
from semshift_nb.analyses.temperature import tables
from semshift_nb.analyses.temperature.setting import SCHEDULES, Tempering
from semshift_nb.analyses.temperature.tables import (
    MAX_TOKENS,
    Attended,
    attend,
    cosine_shares,
    spectrum,
)
from semshift_nb.analyses.token_counts import beginnings
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Schedule, entropy_matched
from semshift_nb.errors import InputError
from semshift_nb.names import count

#: Tokens of the beginnings that whole texts are compared with.
_N_SHORT = 16

#: Tokens of a text that every schedule leaves as the slider says.
N_REFERENCE = 128

#: Texts that are encoded in one go: a sweep can be stopped between two of them.
_PORTION = 8

#: The slider stops at 35 temperatures; of some hundred texts each takes a few hundred kB.
KEPT_SETTINGS = 40

#: Some 9 MB a text: a sweep of eleven temperatures stays, with some to spare.
KEPT_ATTENTION = 16

#: Small tables and vectors of queries.
_KEPT = 256

AS_TRAINED = Tempering()


@dataclass(frozen=True, eq=False)
class Vectors:
    """Unit rows of the texts' beginnings and of the texts, and what is drawn of them."""

    short: NDArray[np.float32]
    whole: NDArray[np.float32]

    @cached_property
    def cosines(self) -> dict[str, pd.DataFrame]:
        """How the cosines of pairs spread, of both."""
        return {"short": cosine_shares(self.short), "whole": cosine_shares(self.whole)}

    @cached_property
    def spectrum(self) -> pd.DataFrame:
        """How the variance of the whole texts spreads over directions."""
        return spectrum(self.whole)


class TemperedVectors:
    """The vectors of some texts, and of their beginnings, at every setting that was asked for."""

    def __init__(self, whole: list[str], short: list[str], encoder: Encoder, n_short: int) -> None:
        self._whole, self._short = whole, short
        self._encoder, self._n_short = encoder, n_short
        self._kept: LRUCache[Tempering, Vectors] = LRUCache(KEPT_SETTINGS)

    def ready(self, setting: Tempering) -> bool:
        """Say whether all texts are encoded at a setting."""
        return setting in self._kept

    def at(self, setting: Tempering) -> Vectors:
        """Give the vectors at a setting, encoded now in one go if they are not there."""
        return self._kept.get(setting, lambda: self._encode(setting, slice(None)))

    def prepare(
        self,
        setting: Tempering,
        *,
        advance: Callable[[int], None],
        stopped: Callable[[], bool] | None,
    ) -> bool:
        """Encode all texts at a setting: in one go, or a few at a time if it can be stopped."""
        if self.ready(setting):
            return True
        portions = []
        step = len(self._whole) if stopped is None else _PORTION
        for start in range(0, len(self._whole), step):
            if stopped is not None and stopped():
                return False
            portions.append(self._encode(setting, slice(start, start + step)))
            advance(len(portions[-1].whole))
        short, whole = (
            np.concatenate([getattr(portion, part) for portion in portions])
            for part in ("short", "whole")
        )
        self._kept.put(setting, Vectors(short, whole))
        return True

    def _encode(self, setting: Tempering, part: slice) -> Vectors:
        at = setting.apply(self._encoder)
        short = at.at_length(self._n_short).encode(self._short[part])
        return Vectors(short, at.encode(self._whole[part]))


def _corpus_of(texts: Sequence[str]) -> Corpus:
    if isinstance(texts, str):
        raise InputError("one string was given; expected a list of at least 3 texts, or a corpus.")
    titles = [f"Text {i}" for i in range(1, len(texts) + 1)]
    return Corpus("texts", pd.DataFrame({"doc_id": titles, "title": titles, "text": list(texts)}))


class TemperedTexts:
    """What a temperature does to some texts; what was seen last is kept, and given at once.

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
    truncated_share, unknown_share : float
        Share of the texts of which the model reads only the beginning, and of their tokens those
        that it does not know.
    n_short : int
        Tokens of the beginnings.
    notices : list of str
        What is to be known of the texts: another script than their language has, machine data, and
        tokens that the encoder does not know.

    Raises
    ------
    InputError
        If there are fewer than three texts, or the encoder has no attention.
    NoDirectionError
        If a text has a zero vector.
    """

    def __init__(self, texts: Corpus | Sequence[str], encoder: Encoder) -> None:
        self.corpus = texts if isinstance(texts, Corpus) else _corpus_of(texts)
        self.titles = self.corpus.documents["title"].tolist()
        self.texts = self.corpus.documents["text"].tolist()
        if len(self.texts) < 3:
            raise InputError(
                f"{count(len(self.texts), 'text was', 'texts were')} given: pairs of texts are "
                "compared, so at least 3 are needed."
            )
        Tempering(0.5).apply(encoder)  # says at once if it cannot be tempered
        self.encoder = encoder
        self.n_short = min(_N_SHORT, encoder.max_length or _N_SHORT)
        self._read = beginnings(self.texts, encoder)
        short = beginnings(self.texts, encoder.at_length(self.n_short))
        self._vectors = TemperedVectors(self._read, short, encoder, self.n_short)
        self._attended: LRUCache[tuple[Tempering, int], Attended] = LRUCache(KEPT_ATTENTION)
        self._summed: LRUCache[tuple[Tempering, int], pd.DataFrame] = LRUCache(_KEPT)
        self._queries: LRUCache[tuple[Tempering, str], NDArray[np.float32]] = LRUCache(_KEPT)
        self._schedules: dict[str, Schedule | None] = {
            "constant": None,
            "entropy-matched": entropy_matched(N_REFERENCE),
        }
        self.prepare(AS_TRAINED)
        whole = encoder.encode_with_tokens(self.texts)
        self.n_tokens = np.minimum(whole.n_tokens, encoder.max_length or np.inf).astype(np.int64)
        self.truncated_share, self.unknown_share = whole.tokens.shares().values()
        columns = (self.corpus.documents[name] for name in ("doc_id", "text", "language"))
        self.notices = text_notices(zip(*columns, strict=True), encoder, whole.tokens)

    @property
    def n_attended(self) -> int:
        """How many tokens of a text its attention is read on, at most."""
        return min(int(self.n_tokens.max()), MAX_TOKENS)

    @property
    def whole_name(self) -> str:
        """What the longer version of the texts is: all of each, or as far as the model reads."""
        return f"first {self.n_tokens.max()} tokens" if self.truncated_share else "whole text"

    def ready(self, setting: Tempering) -> bool:
        """Say whether all texts are encoded at a setting.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.

        Returns
        -------
        bool
        """
        return self._vectors.ready(setting)

    def prepare(
        self,
        setting: Tempering,
        *,
        advance: Callable[[int], None] = lambda _: None,
        stopped: Callable[[], bool] | None = None,
    ) -> bool:
        """Encode all texts at a setting: in one go, or a few at a time if it can be stopped.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        advance : callable
            Told how many more texts are done.
        stopped : callable, optional
            Asked between two portions whether to stop.

        Returns
        -------
        bool
            Whether all texts are encoded; False if it was stopped.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector.
        """
        return self._vectors.prepare(setting, advance=advance, stopped=stopped)

    def schedule(self, name: str) -> Schedule | None:
        """Give a schedule by name; it leaves a text of 128 tokens, or the longest, as it was.

        Parameters
        ----------
        name : {"constant", "entropy-matched", "calibrated"}
            The same temperature for all texts; the one that keeps the attention's entropy; or the
            one that holds the filter rate level on these texts, for which the model is run at many
            temperatures, once.

        Returns
        -------
        Schedule or None
            None for the constant one.

        Raises
        ------
        InputError
            If there is no such schedule, or the texts are too short or too few to calibrate on.

        References
        ----------
        See `semshift_nb.encoders.entropy_matched` and `semshift_nb.analyses.calibrate`.
        """
        if name not in SCHEDULES:
            raise InputError(f"schedule {name!r} was asked for; there are {', '.join(SCHEDULES)}.")
        if name not in self._schedules:
            # At least two texts must reach the reference.
            reference = min(N_REFERENCE, int(np.sort(self.n_tokens)[-2]))
            self._schedules[name] = calibrated_schedule(
                self.encoder, self.corpus, n_reference=reference
            )
        return self._schedules[name]

    def has_schedule(self, name: str) -> bool:
        """Say whether a schedule is there without measuring.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        bool
        """
        return name in self._schedules

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
        """
        parts = {"short": f"first {self.n_short} tokens", "whole": self.whole_name}
        return pd.concat(
            [
                vectors.cosines[part].assign(part=name, at=at)
                for at, vectors in self._compared(setting)
                for part, name in parts.items()
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
        """
        if not query.strip():
            raise InputError("the query is empty: type a few words to look for.")
        now, before = (
            at.whole @ self._query(kept, query)
            for kept, at in ((s, self._vectors.at(s)) for s in (setting, AS_TRAINED))
        )
        return tables.ranking(now, before, n_best=n_best).assign(
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
        """
        columns = [self._figures(at, text) for at in (setting, AS_TRAINED)]
        table = columns[0].assign(at_tau_1=columns[1]["value"])
        table["change"] = table["value"] - table["at_tau_1"]
        return table[["metric", "value", "at_tau_1", "change", "n", "unit", "reason"]]

    def _figures(self, setting: Tempering, text: int) -> pd.DataFrame:
        return self._summed.get((setting, text), lambda: self._sum_up(setting, text))

    def _sum_up(self, setting: Tempering, text: int) -> pd.DataFrame:
        vectors = self._vectors.at(setting)
        return tables.figures(
            vectors.short,
            vectors.whole,
            filter_rates=self._attend(setting, text).heads["filter_rate"],
            short_name=f"first {self.n_short} tokens",
            whole_name=self.whole_name,
        )

    def _attend(self, setting: Tempering, text: int) -> Attended:
        return self._attended.get(
            (setting, text), lambda: attend(setting.apply(self.encoder), self._read[text])
        )

    def _query(self, setting: Tempering, query: str) -> NDArray[np.float32]:
        def encode() -> NDArray[np.float32]:
            encoder = setting.apply(self.encoder).without_store()
            (vector,) = encoder.encode([query], role="query")
            return np.asarray(vector)

        return self._queries.get((setting, query), encode)

    def _compared(self, setting: Tempering) -> list[tuple[str, Vectors]]:
        return [("now", self._vectors.at(setting)), ("tau 1", self._vectors.at(AS_TRAINED))]
