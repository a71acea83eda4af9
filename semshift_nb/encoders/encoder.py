"""Text to vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._backend import Backend
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._prompts import check_role
from semshift_nb.encoders._texts import check_texts


class Encoder:
    """first version"""

    def __init__(self, backend: Backend, *, name: str, revision: str, fingerprint: str, store=None):
        self._backend = backend
        self.name, self.revision, self.fingerprint, self.store = name, revision, fingerprint, store
        self.temperature = 1.0

    max_length = property(lambda self: self._backend.max_length)
    pooling = property(lambda self: self._backend.pooling)
    dtype = property(lambda self: self._backend.dtype)
    device = property(lambda self: self._backend.device)
    dim = property(lambda self: self._backend.dim)

    def encode(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        return self.encode_with_tokens(texts, role=role).vectors

    def encode_with_tokens(self, texts: Sequence[str], *, role: str = "document") -> Encoding:
        listed = check_texts(texts)
        check_role(role)
        distinct = list(dict.fromkeys(listed))
        place = {t: i for i, t in enumerate(distinct)}
        n = len(distinct)
        out = Encoding(np.zeros((n, self.dim), np.float32), np.zeros(n, np.int64), np.zeros(n, bool))
        for b in self._backend.embed(distinct, role):
            out.vectors[b.rows] = b.encoding.vectors
            out.n_tokens[b.rows] = b.encoding.n_tokens
            out.truncated[b.rows] = b.encoding.truncated
        rows = np.array([place[t] for t in listed], dtype=np.intp)
        from semshift_nb.encoders._encoding import NoDirectionError
        zero = np.flatnonzero(~out.vectors.any(axis=1)[rows])
        if len(zero):
            raise NoDirectionError(zero)
        return out.take(rows)
