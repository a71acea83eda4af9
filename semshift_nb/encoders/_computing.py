"""Out of the store what is there, out of the model what is not."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._backend import Backend, unit_rows
from semshift_nb.encoders._described import Described
from semshift_nb.encoders._encoding import Encoding, NoDirectionError, list_positions
from semshift_nb.encoders._progress import progress
from semshift_nb.encoders._space import text_key
from semshift_nb.encoders._transforms import apply
from semshift_nb.encoders._writer import Writer
from semshift_nb.encoders.transform import Transform
from semshift_nb.errors import SemshiftError


class Computing(Described):
    """How vectors come about, each distinct text once. A base of ``Encoder``."""

    def _encode_distinct(self, texts: list[str], role: str) -> Encoding:
        keys = [text_key(text) for text in texts]
        encoding, known = self._fetched(keys, role)
        missing = np.flatnonzero(~known)
        if len(missing):
            self._compute(texts, keys, missing, role=role, into=encoding)
        return encoding

    def _compute(
        self,
        texts: list[str],
        keys: list[bytes],
        missing: NDArray[np.intp],
        *,
        role: str,
        into: Encoding,
    ) -> None:
        wanted = [texts[row] for row in missing]
        with self._writing(role) as writer, progress(wanted, self._label) as advance:
            for batch in self._tempered_backend().embed(wanted, role):
                rows = missing[batch.rows]
                into.put(rows, batch.encoding)
                _keep(writer, [keys[row] for row in rows], batch.encoding)
                advance(batch.rows)

    def _encode_views(self, views: list[Self], texts: list[str], role: str) -> list[Encoding]:
        """Encode at several layers and poolings of this model, in one pass."""
        keys = [text_key(text) for text in texts]
        fetched = [view._fetched(keys, role) for view in views]  # noqa: SLF001 - of this very class
        found = [encoding for encoding, _ in fetched]
        missing = np.flatnonzero(~np.all([there for _, there in fetched], axis=0))
        if not len(missing):
            return found
        wanted, looks = [texts[row] for row in missing], [view._backend.look for view in views]  # noqa: SLF001
        with ExitStack() as stack:
            writers = [stack.enter_context(view._writing(role)) for view in views]  # noqa: SLF001
            advance = stack.enter_context(progress(wanted, self._label))
            for batches in self._tempered_backend().raw_looks(wanted, role, looks):
                rows = missing[batches[0].rows]
                for batch, (encoding, there), writer in zip(batches, fetched, writers, strict=True):
                    new = np.flatnonzero(~there[rows])
                    unit = batch.unit().encoding.take(new)
                    encoding.put(rows[new], unit)
                    _keep(writer, [keys[row] for row in rows[new]], unit)
                advance(batches[0].rows)
        return found

    def _fetched(self, keys: list[bytes], role: str) -> tuple[Encoding, NDArray[np.bool_]]:
        encoding = Encoding.blank(len(keys), self._backend.dim)
        if self._store is None:
            return encoding, np.zeros(len(keys), dtype=np.bool_)
        return encoding, self._store.index(self._space(role)).fetch(keys, into=encoding)

    def _finished(
        self,
        encoding: Encoding,
        rows: NDArray[np.intp],
        transforms: Iterable[Transform] | None = None,
    ) -> Encoding:
        _check_vectors(encoding.vectors, rows)
        for transform in self._transforms if transforms is None else transforms:
            vectors = unit_rows(apply(transform, encoding.vectors))
            _check_vectors(vectors, rows)
            encoding = replace(encoding, vectors=vectors)
        return encoding

    def _tempered_backend(self) -> Backend:
        setting = self._setting()
        return self._backend if setting is None else self._backend.tempered(setting)

    def _writing(self, role: str) -> AbstractContextManager[Writer | None]:
        return nullcontext() if self._store is None else self._store.writing(self._space(role))


def _keep(writer: Writer | None, keys: list[bytes], encoding: Encoding) -> None:
    if writer is not None:
        sound = np.flatnonzero(_has_direction(encoding.vectors))
        writer.add([keys[row] for row in sound], encoding.take(sound))


def _has_direction(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    # Squared lengths, without a second array of the vectors' size.
    lengths = np.einsum("ij,ij->i", vectors, vectors)
    sound: NDArray[np.bool_] = np.isfinite(lengths) & (lengths > 0)
    return sound


def _check_vectors(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> None:
    wrong = np.flatnonzero(~_has_direction(vectors)[rows])
    if not len(wrong):
        return
    broken = wrong[~np.isfinite(vectors[rows[wrong]]).all(axis=1)]
    if len(broken):
        raise SemshiftError(
            f"the model gave {len(broken)} of {len(rows)} texts vectors that are not finite, at "
            f"{list_positions(broken.tolist())}: try dtype='float32', or look at these texts; "
            "the others are kept where there is a store."
        )
    raise NoDirectionError(wrong.tolist())
