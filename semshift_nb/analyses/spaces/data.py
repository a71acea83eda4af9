"""What embedding spaces are looked at through: some texts and encoders, or vectors alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encode_all, text_notices
from semshift_nb.analyses.lru_cache import LRUCache
from semshift_nb.analyses.spaces.moments import Moments, RowMoments
from semshift_nb.analyses.spaces.view import SpaceView
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences import notices_of
from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import shortened

#: More points than this are a blot on a map, and slow to redraw.
MOST = 10_000

#: So many texts are encoded in some ten seconds; vectors cost nothing.
_MOST_ENCODED = 2_000


@dataclass(frozen=True, eq=False)
class SpaceData:
    """The points of every space: row i is the same text in all of them.

    Attributes
    ----------
    n_all : int
        How many there were, before some were drawn.
    n_undirected : int
        How many of those drawn were left out because an encoder gives them a zero vector.
    texts, titles : list of str
        The texts, and the documents they stand in; empty for vectors without texts.
    groups : ndarray of shape (n_points,) or None
        The document of each.
    encoders : dict of str to Encoder
        By name.
    vectors : dict of str to ndarray
        Unit rows that were given instead.
    notices : list of str
        What is to be known of the texts, and which encoders do not know their tokens.
    """

    n_all: int
    n_points: int
    n_undirected: int = 0
    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    groups: NDArray[np.str_] | None = None
    encoders: dict[str, Encoder] = field(default_factory=dict)
    vectors: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def space_data(
    source: Corpus | Sequence[str] | ArrayLike | Mapping[str, ArrayLike],
    encoders: Encoder | Iterable[Encoder],
    *,
    texts: Sequence[str] | None,
    of: str,
    n_points: int | None,
    seed: int,
) -> SpaceData:
    """Read the points of a corpus, of a list of texts, or of vectors."""
    if n_points is not None and not 2 <= n_points <= MOST:
        raise InputError(f"n_points is {n_points}: expected 2 to {MOST:,}, a map holds no more.")
    listed = [encoders] if isinstance(encoders, Encoder) else list(encoders)
    if isinstance(source, Corpus) or _are_texts(source):
        if texts is not None:
            raise InputError("texts= is for vectors: a corpus brings its own.")
        return _read(source, listed, of=of, n_points=n_points or _MOST_ENCODED, seed=seed)
    if listed:
        raise InputError("vectors were given with encoders: expected texts for them, or neither.")
    return _given(source, texts, n_points=n_points or MOST, seed=seed)


def _are_texts(source: object) -> bool:
    if isinstance(source, str):
        raise InputError("one string was given; expected a corpus, a list of texts, or vectors.")
    listed = list(source) if isinstance(source, Sequence) else []
    return bool(listed) and all(isinstance(text, str) for text in listed)


def _read(
    source: object, encoders: list[Encoder], *, of: str, n_points: int, seed: int
) -> SpaceData:
    named = {encoder.name: encoder for encoder in encoders or [load_encoder()]}
    if len(named) < len(encoders):
        raise InputError(
            f"encoders are called {', '.join(e.name for e in encoders)}: expected different names."
        )
    texts, titles, groups = _texts_of(source, of)
    drawn = _draw(len(texts), n_points, seed)
    chosen = [texts[i] for i in drawn]
    read = {name: encode_all(encoder, chosen) for name, encoder in named.items()}
    has_direction = np.all([each.has_direction for each in read.values()], axis=0)
    notices = notices_of(_documents(source))
    for name, encoder in named.items():
        notices += text_notices((), encoder, read[name].tokens)
    kept = drawn[has_direction]
    _check_enough(
        len(kept), f"{count(int((~has_direction).sum()), 'text has', 'texts have')} no direction"
    )
    return SpaceData(
        n_all=len(texts),
        n_points=len(kept),
        n_undirected=int((~has_direction).sum()),
        texts=[texts[i] for i in kept],
        titles=[titles[i] for i in kept],
        groups=None if groups is None else groups[kept],
        encoders=named,
        notices=notices,
    )


def _documents(source: object) -> Iterable[tuple[str, str, str]]:
    """Return id, text and language of all documents; of a list nobody said the language."""
    if isinstance(source, Corpus):
        columns = (source.documents[name] for name in ("doc_id", "text", "language"))
        return zip(*columns, strict=True)
    return ((f"text {i}", text, "") for i, text in enumerate(source, start=1))  # type: ignore[arg-type,var-annotated]


def _texts_of(source: object, of: str) -> tuple[list[str], list[str], NDArray[np.str_] | None]:
    if of not in {"sentences", "documents"}:
        raise InputError(f"of is {of!r}: expected 'sentences' or 'documents'.")
    if not isinstance(source, Corpus):
        texts = list(source)  # type: ignore[call-overload]
        return texts, [""] * len(texts), None
    documents = source.documents
    if of == "documents":
        return documents["text"].tolist(), documents["title"].tolist(), None
    titles = documents.set_index("doc_id")["title"]
    sentences = source.sentences
    ids = sentences["doc_id"]
    return sentences["text"].tolist(), ids.map(titles).tolist(), ids.to_numpy(dtype=np.str_)


def _given(source: object, texts: Sequence[str] | None, *, n_points: int, seed: int) -> SpaceData:
    spaces = source if isinstance(source, Mapping) else {"vectors": source}
    arrays = {str(name): _matrix(array, str(name)) for name, array in spaces.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if texts is not None:
        lengths["texts"] = len(texts)
    if len(set(lengths.values())) != 1:
        shown = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        raise InputError(f"rows of {shown or 'nothing'}: expected as many everywhere, row by row.")
    n_all = next(iter(lengths.values()))
    _check_enough(n_all, "each row is one")
    drawn = _draw(n_all, n_points, seed)
    return SpaceData(
        n_all=n_all,
        n_points=len(drawn),
        texts=[] if texts is None else [str(texts[i]) for i in drawn],
        titles=[] if texts is None else [""] * len(drawn),
        vectors={name: _unit_rows(array, drawn, name) for name, array in arrays.items()},
    )


def _check_enough(n_points: int, source: str) -> None:
    if n_points < 3:
        raise InputError(
            f"{count(n_points, 'point')} ({source}): expected at least 3 to see a spread."
        )


def _draw(n_all: int, n_points: int, seed: int) -> NDArray[np.intp]:
    if n_all <= n_points:
        return np.arange(n_all)
    return np.sort(np.random.default_rng(seed).choice(n_all, n_points, replace=False))


def _matrix(array: object, name: str) -> NDArray[np.generic]:
    given = np.asarray(array)
    if given.ndim != 2 or 0 in given.shape:
        raise InputError(
            f"{name!r} has shape {given.shape}: expected (n, dim), one row a vector; the token "
            "states of a 3-D array must be pooled first."
        )
    if given.dtype.kind not in "fiu":
        raise InputError(f"{name!r} is of {given.dtype}: expected numbers.")
    return given


def _unit_rows(
    array: NDArray[np.generic], drawn: NDArray[np.intp], name: str
) -> NDArray[np.float64]:
    """Bring some vectors of any length and number type to unit rows, or say which cannot be."""
    rows = array[drawn].astype(np.float64)
    finite = np.isfinite(rows).all(axis=1)
    # Scaled first: the squares of 1e-200 and of 1e200 are no numbers.
    largest = np.abs(rows).max(axis=1, keepdims=True)
    bad = drawn[~finite | (largest[:, 0] == 0)]
    if len(bad):
        n_unfinite = int((~finite).sum())
        raise InputError(
            f"{name!r}: {len(bad)} of {len(rows)} rows cannot be used (rows {shortened(bad)}): "
            f"{n_unfinite} hold NaN or infinity, {len(bad) - n_unfinite} are zero and have no "
            "direction. Leave them out."
        )
    rows /= largest
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


#: Texts that are encoded in one go: the work can be stopped between two of them.
_PORTION = 32

#: Of 10,000 rows of 384 numbers each view takes 30 MiB.
_KEPT = 12

#: A brush passes over many parts, each with a matrix of products, that nobody asks for again.
_PARTS = 4

Part: TypeAlias = NDArray[np.intp] | None


class SpaceVectors:
    """The rows of some points in view after view, and what is known of any part of them."""

    def __init__(self, points: SpaceData) -> None:
        self._points = points
        self._read: LRUCache[SpaceView, NDArray[np.float64]] = LRUCache(_KEPT)
        self._moments: LRUCache[SpaceView, RowMoments] = LRUCache(_KEPT)
        self._parts: LRUCache[tuple[SpaceView, bytes], Moments] = LRUCache(_PARTS)

    def ready(self, view: SpaceView) -> bool:
        """Say whether the rows of a view, and what is known of all of them, are there."""
        return view.whole in self._moments

    def read(
        self, view: SpaceView, *, advance: Callable[[float], None], stopped: Callable[[], bool]
    ) -> bool:
        """Encode all texts for a view, a few at a time; say whether it was not stopped."""
        if view.plain in self._read or view.encoder in self._points.vectors:
            return True
        encoder = view.read_by(self.encoder_of(view))
        n_points = self._points.n_points
        portions = []
        for start in range(0, n_points, _PORTION):
            if stopped():
                return False
            portions.append(encoder.encode(self._points.texts[start : start + _PORTION]))
            advance(min(start + _PORTION, n_points) / n_points)
        self._read.put(view.plain, _unit(np.concatenate(portions)))
        return True

    def encoder_of(self, view: SpaceView) -> Encoder:
        """Give the encoder that a view names, as it was given."""
        if view.encoder not in self._points.encoders:
            there = ", ".join([*self._points.encoders, *self._points.vectors])
            raise InputError(
                f"encoder {view.encoder!r} was asked for; there are {there}. Vectors have neither "
                "layers nor a temperature."
            )
        return self._points.encoders[view.encoder]

    def moments(self, view: SpaceView) -> RowMoments:
        """Give the rows of a view and what is known of them."""
        return self._moments.get(view, lambda: self._make(view))

    def part(self, view: SpaceView, part: Part) -> Moments:
        """Give the moments of some rows of a view, or of all."""
        if part is None:
            return self.moments(view).whole
        if len(part) < 2:
            raise InputError(
                f"{count(len(part), 'point is', 'points are')} marked: mark at least 2 to see a "
                "spread."
            )
        return self._parts.get((view, part.tobytes()), lambda: self.moments(view).part(part))

    def correction(self, view: SpaceView) -> measures.Correction | None:
        """Give the view's correction, fitted on all its rows."""
        return view.fit(self._plain_rows(view))

    def _make(self, view: SpaceView) -> RowMoments:
        if view.off:
            return self.moments(view.whole).without(view.off)
        plain = self._plain_rows(view)
        correction = view.fit(plain)
        return RowMoments.of(plain if correction is None else correction(plain))

    def _plain_rows(self, view: SpaceView) -> NDArray[np.float64]:
        if view.encoder in self._points.vectors:
            return self._points.vectors[view.encoder]
        return self._read.get(view.plain, lambda: self._read_now(view))

    def _read_now(self, view: SpaceView) -> NDArray[np.float64]:
        return _unit(view.read_by(self.encoder_of(view)).encode(self._points.texts))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
