"""Some texts at one setting of the attention after another, each encoded once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses._attended import MAX_TOKENS, Attended, attend
from semshift_nb.analyses._beginnings import beginnings
from semshift_nb.analyses._tempered import cosine_shares, spectrum
from semshift_nb.analyses.calibration import calibrated_schedule
from semshift_nb.analyses.tempering import SCHEDULES, Tempering
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Schedule, entropy_matched
from semshift_nb.errors import InputError

#: Tokens of the beginnings that whole texts are compared with.
_N_SHORT = 16

#: Tokens of a text that every schedule leaves as the slider says.
N_REFERENCE = 128

#: Texts that are encoded in one go: a sweep can be stopped between two of them.
_PORTION = 8

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
    """The vectors, attention maps and queries of every setting that was asked for."""

    def __init__(self, texts: Corpus | Sequence[str], encoder: Encoder) -> None:
        self.corpus = texts if isinstance(texts, Corpus) else _corpus_of(texts)
        self.titles = self.corpus.documents["title"].tolist()
        self.texts = self.corpus.documents["text"].tolist()
        if len(self.texts) < 3:
            raise InputError(
                f"{len(self.texts)} texts were given: pairs of texts are compared, so at least 3 "
                "are needed."
            )
        Tempering(0.5).apply(encoder)  # says at once if it cannot be tempered
        self.encoder = encoder
        self.n_short = min(_N_SHORT, encoder.max_length or _N_SHORT)
        self._vectors: dict[Tempering, Vectors] = {}
        self._summed: dict[tuple[Tempering, int], pd.DataFrame] = {}
        self._attended: dict[tuple[Tempering, int], Attended] = {}
        self._queries: dict[tuple[Tempering, str], NDArray[np.float32]] = {}
        self._schedules: dict[str, Schedule | None] = {
            "constant": None,
            "entropy-matched": entropy_matched(N_REFERENCE),
        }
        self._read = beginnings(self.texts, encoder)
        self._read_short = beginnings(self.texts, encoder.at_length(self.n_short))
        self.prepare(AS_TRAINED)
        whole = encoder.encode_with_tokens(self.texts)
        self.n_tokens = np.minimum(whole.n_tokens, encoder.max_length or np.inf).astype(np.int64)
        self.truncated_share = float(whole.truncated.mean())

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

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> tempered.ready(Tempering())  # doctest: +SKIP
        True
        """
        return setting in self._vectors

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

        Examples
        --------
        >>> tempered.prepare(Tempering(0.8))  # doctest: +SKIP
        True
        """
        if self.ready(setting):
            return True
        at = setting.apply(self.encoder)
        portions: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        step = len(self.texts) if stopped is None else _PORTION
        for start in range(0, len(self.texts), step):
            if stopped is not None and stopped():
                return False
            part = slice(start, start + step)
            short = at.at_length(self.n_short).encode(self._read_short[part])
            portions.append((short, at.encode(self._read[part])))
            advance(len(self.texts[part]))
        self._vectors[setting] = Vectors(*map(np.concatenate, zip(*portions, strict=True)))
        return True

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

        Examples
        --------
        >>> tempered.schedule("entropy-matched")  # doctest: +SKIP
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

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> tempered.has_schedule("calibrated")  # doctest: +SKIP
        False
        """
        return name in self._schedules

    def _at(self, setting: Tempering) -> Vectors:
        self.prepare(setting)
        return self._vectors[setting]

    def _attend(self, setting: Tempering, text: int) -> Attended:
        if (setting, text) not in self._attended:
            encoder = setting.apply(self.encoder)
            self._attended[setting, text] = attend(encoder, self._read[text])
        return self._attended[setting, text]

    def _query(self, setting: Tempering, query: str) -> NDArray[np.float32]:
        if (setting, query) not in self._queries:
            encoder = setting.apply(self.encoder).without_store()
            self._queries[setting, query] = encoder.encode([query], role="query")[0]
        return self._queries[setting, query]


def _corpus_of(texts: Sequence[str]) -> Corpus:
    if isinstance(texts, str):
        raise InputError("one string was given; expected a list of at least 3 texts, or a corpus.")
    titles = [f"Text {i}" for i in range(1, len(texts) + 1)]
    return Corpus("texts", pd.DataFrame({"doc_id": titles, "title": titles, "text": list(texts)}))
