"""Each text once: fetched from the store if it is there, else computed and kept."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.backends.protocol import Batch
from semshift_nb.encoders.encoding import Encoding, may_be_kept
from semshift_nb.encoders.progress import progress
from semshift_nb.encoders.store.key import StoreKey, text_key
from semshift_nb.encoders.store.store import Store
from semshift_nb.encoders.store.writer import Writer
from semshift_nb.encoders.token_counts import TokenCounts

#: Turns texts into rows, batch by batch: in each step one batch for every space.
Compute: TypeAlias = Callable[[list[str]], Iterable[Sequence[Batch]]]
#: Counts the tokens of texts without running the model.
Count: TypeAlias = Callable[[list[str]], TokenCounts]


@dataclass
class Tally:
    """How many vectors were asked for, and how many of them the store had."""

    n_asked: int = 0
    n_known: int = 0

    def __str__(self) -> str:
        """Say both, and the share."""
        share = f" ({self.n_known / self.n_asked:.0%})" if self.n_asked else ""
        return f"{self.n_known:,} of {self.n_asked:,} vectors{share} were in the store"


@dataclass(frozen=True)
class VectorCache:
    """The store, if there is one, before the model."""

    store: Store | None
    tally: Tally | None = None

    def encode(
        self,
        texts: list[str],
        spaces: Sequence[StoreKey],
        compute: Compute,
        *,
        count: Count,
        label: str,
    ) -> list[Encoding]:
        """Encode distinct texts in some spaces; what none of them lacks is not computed.

        Of rows that an earlier version kept the unknown tokens are counted now.
        """
        keys = [text_key(text) for text in texts]
        found = [self._fetch(space, keys) for space in spaces]
        missing = np.flatnonzero(~np.all([each.known for each in found], axis=0))
        if self.tally is not None:
            self.tally.n_asked += len(texts)
            self.tally.n_known += len(texts) - len(missing)
        if len(missing):
            wanted = [texts[row] for row in missing]
            with ExitStack() as stack:
                writers = [stack.enter_context(self._writing(space)) for space in spaces]
                advance = stack.enter_context(progress(wanted, label))
                for batches in compute(wanted):
                    rows = missing[batches[0].rows]
                    for each, batch, writer in zip(found, batches, writers, strict=True):
                        each.take(rows, batch.encoding, writer)
                    advance(batches[0].rows)
        _complete([each.encoding.tokens for each in found], texts, count)
        return [each.encoding for each in found]

    def _fetch(self, space: StoreKey, keys: list[bytes]) -> "_Found":
        encoding, known = Encoding.blank(len(keys), space.dim), np.zeros(len(keys), dtype=np.bool_)
        if self.store is not None:
            known = self.store.index(space).fetch(keys, into=encoding)
        return _Found(keys, encoding, known, space.unit)

    def _writing(self, space: StoreKey) -> AbstractContextManager[Writer | None]:
        return nullcontext() if self.store is None else self.store.writing(space)


def _complete(found: Sequence[TokenCounts], texts: list[str], count: Count) -> None:
    """Count unknown tokens where the store did not tell them."""
    lacking = np.flatnonzero(np.any([np.isnan(each.unknown) for each in found], axis=0))
    if len(lacking):
        unknown = count([texts[row] for row in lacking]).unknown
        for each in found:
            each.unknown[lacking] = unknown


@dataclass(frozen=True, eq=False)
class _Found:
    """Texts in one space: their keys, their rows so far, and which of these the store had."""

    keys: list[bytes]
    encoding: Encoding
    known: NDArray[np.bool_]
    unit: bool

    def take(self, rows: NDArray[np.intp], batch: Encoding, writer: Writer | None) -> None:
        """Take in what was computed; what is a vector of the space is kept."""
        new = np.flatnonzero(~self.known[rows])
        rows, computed = rows[new], batch.take(new)
        self.encoding.put(rows, computed)
        if writer is not None:
            sound = np.flatnonzero(may_be_kept(computed, unit=self.unit))
            writer.add([self.keys[row] for row in rows[sound]], computed.take(sound))
