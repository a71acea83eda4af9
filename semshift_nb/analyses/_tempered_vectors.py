"""Some texts at one setting of the attention after another, each encoded once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses._attended import Attended, attend
from semshift_nb.analyses.tempering import Tempering
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

#: Tokens of the beginnings that whole texts are compared with.
_N_SHORT = 32

#: Texts that are encoded in one go: a sweep can be stopped between two of them.
_PORTION = 8

AS_TRAINED = Tempering()


@dataclass(frozen=True, eq=False)
class Vectors:
    """Unit rows of the texts' beginnings and of the texts."""

    short: NDArray[np.float32]
    whole: NDArray[np.float32]


class TemperedVectors:
    """The vectors, attention maps and queries of every setting that was asked for."""

    def __init__(self, texts: Corpus | Sequence[str], encoder: Encoder) -> None:
        self.titles, self.texts = _titles_and_texts(texts)
        if len(self.texts) < 3:
            raise InputError(
                f"{len(self.texts)} texts were given: pairs of texts are compared, so at least 3 "
                "are needed."
            )
        Tempering(0.5).apply(encoder)  # says at once if it cannot be tempered
        self.encoder = encoder
        self.n_short = min(_N_SHORT, encoder.max_length or _N_SHORT)
        self._vectors: dict[Tempering, Vectors] = {}
        self._attended: dict[tuple[Tempering, int], Attended] = {}
        self._queries: dict[tuple[Tempering, str], NDArray[np.float32]] = {}
        self.prepare(AS_TRAINED)
        whole = encoder.encode_with_tokens(self.texts)
        self.n_tokens = np.minimum(whole.n_tokens, encoder.max_length or np.inf).astype(np.int64)
        self.truncated_share = float(whole.truncated.mean())

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
        stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Encode all texts at a setting, a few at a time.

        Parameters
        ----------
        setting : Tempering
            The temperature and where it holds.
        advance : callable
            Told how many more texts are done.
        stopped : callable
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
        for start in range(0, len(self.texts), _PORTION):
            if stopped():
                return False
            part = self.texts[start : start + _PORTION]
            portions.append((at.at_length(self.n_short).encode(part), at.encode(part)))
            advance(len(part))
        short, whole = (np.concatenate(kind) for kind in zip(*portions, strict=True))
        self._vectors[setting] = Vectors(short, whole)
        return True

    def _at(self, setting: Tempering) -> Vectors:
        self.prepare(setting)
        return self._vectors[setting]

    def _attend(self, setting: Tempering, text: int) -> Attended:
        if (setting, text) not in self._attended:
            encoder = setting.apply(self.encoder)
            self._attended[setting, text] = attend(encoder, self.texts[text])
        return self._attended[setting, text]

    def _query(self, setting: Tempering, query: str) -> NDArray[np.float32]:
        if (setting, query) not in self._queries:
            encoder = setting.apply(self.encoder).without_store()
            self._queries[setting, query] = encoder.encode([query], role="query")[0]
        return self._queries[setting, query]


def _titles_and_texts(texts: Corpus | Sequence[str]) -> tuple[list[str], list[str]]:
    if isinstance(texts, Corpus):
        documents = texts.documents
        return documents["title"].tolist(), documents["text"].tolist()
    if isinstance(texts, str):
        raise InputError("one string was given; expected a list of at least 3 texts, or a corpus.")
    return [f"Text {i}" for i in range(1, len(texts) + 1)], list(texts)
