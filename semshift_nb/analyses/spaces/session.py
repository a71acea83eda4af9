"""Some texts in embedding space after embedding space, table by table."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from semshift_nb import measures
from semshift_nb.analyses.geometry.dimensions import dimension_extremes
from semshift_nb.analyses.geometry.geometry import METRICS, geometry
from semshift_nb.analyses.lru_cache import LRUCache
from semshift_nb.analyses.spaces import tables
from semshift_nb.analyses.spaces.data import Part, SpaceVectors, space_data
from semshift_nb.analyses.spaces.projection import SpaceMaps
from semshift_nb.analyses.spaces.view import SpaceView
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count

#: Tables of dimensions, each of a view.
_KEPT = 16


#: Tables of figures, each of a part of a view.
_KEPT_TABLES = 64

#: Figures of pairs, and intervals, are worked out on so many points: they are waited for.
_SAMPLE = 2_000


class EmbeddingSpaces:
    """Some texts in embedding space after embedding space; each is read once and then kept.

    Parameters
    ----------
    source : Corpus, sequence of str, array of shape (n, dim), or mapping of str to such arrays
        Texts, or vectors by the name of their space: row i of each belongs to the same text.
        Vectors may have any length and number type; they are brought to length one.
    encoders : Encoder or iterable of Encoder, optional
        What reads the texts, each under its own name; ``minilm`` if left out. None for vectors.
    texts : sequence of str, optional
        The texts of given vectors.
    of : {"sentences", "documents"}
        What of a corpus is a point.
    n_points : int, optional
        The most points, drawn at random if there are more: by default 2,000 texts or 10,000
        vectors.
    seed : int, default 0
        Seed of everything random here.

    Attributes
    ----------
    points : SpaceData
        What is looked at: ``n_points`` of ``n_all``, ``texts``, ``titles``, ``encoders``.
    metrics : tuple of str
        The figures, in their order; what needs pairs of texts is not among them.

    Raises
    ------
    InputError
        If vectors and encoders are given together, there are fewer than three points, vectors are
        not finite, zero, or not a matrix, or their numbers differ.

    Examples
    --------
    >>> spaces = EmbeddingSpaces(np.eye(8))
    >>> len(spaces.spectrum(SpaceView("vectors")))
    7
    """

    metrics = tuple(metric for metric in METRICS if metric != "alignment")

    def __init__(
        self,
        source: Corpus | Sequence[str] | ArrayLike | Mapping[str, ArrayLike],
        encoders: Encoder | Iterable[Encoder] = (),
        *,
        texts: Sequence[str] | None = None,
        of: str = "sentences",
        n_points: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = space_data(source, encoders, texts=texts, of=of, n_points=n_points, seed=seed)
        self.seed = seed
        self._vectors = SpaceVectors(self.points)
        self._maps = SpaceMaps(self.points, self._vectors, seed=seed)
        self._profiles: LRUCache[SpaceView, pd.DataFrame] = LRUCache(_KEPT)
        self._figures: LRUCache[tuple[SpaceView, bytes], pd.DataFrame] = LRUCache(_KEPT_TABLES)

    def ready(self, view: SpaceView) -> bool:
        """Say whether a view can be shown at once.

        Parameters
        ----------
        view : SpaceView
            The view; which dimensions are off does not matter.

        Returns
        -------
        bool
        """
        return self._vectors.ready(view)

    def prepare(
        self,
        view: SpaceView,
        *,
        advance: Callable[[float], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Encode the texts for a view, a few at a time, and work out what all tables need.

        Parameters
        ----------
        view : SpaceView
            The view.
        advance : callable
            Told the share of the texts that is done.
        stopped : callable
            Asked now and then whether to stop.

        Returns
        -------
        bool
            Whether the view is ready; False if it was stopped.

        Raises
        ------
        InputError
            If the view cannot be made.
        NoDirectionError
            If a text has a zero vector in it.
        """
        if self.ready(view):
            return True
        if not self._vectors.read(view, advance=advance, stopped=stopped):
            return False
        self._vectors.moments(view.whole)
        self.dimensions(view.whole)
        return not stopped()

    def dimensions(self, view: SpaceView) -> pd.DataFrame:
        """Describe every dimension of a view, those that are switched off too.

        Parameters
        ----------
        view : SpaceView
            The view.

        Returns
        -------
        DataFrame
            ``dimension``, ``variance_share``, ``cosine_share``, ``near_zero`` and ``outlier`` as
            `semshift_nb.analyses.vector_profile` gives them, ``off``, and the two ``highest`` and
            ``lowest`` texts (empty without texts).

        Raises
        ------
        InputError
            If the view cannot be made.
        """
        profile = self._profiles.get(view.whole, lambda: self._profile(view.whole))
        return profile.assign(off=np.isin(profile["dimension"], view.off))

    def extremes(self, view: SpaceView, dimension: int, n: int = 5) -> pd.DataFrame:
        """Give the texts with the lowest and the highest values in one dimension.

        Parameters
        ----------
        view : SpaceView
            The view.
        dimension : int
            From 0, among all dimensions of the view.
        n : int, default 5
            Texts at each end.

        Returns
        -------
        DataFrame
            As `semshift_nb.analyses.dimension_extremes` gives it; no row without texts.

        Raises
        ------
        InputError
            If the view cannot be made, or there is no such dimension.
        """
        texts = self.points.texts or [""] * self.points.n_points
        table = dimension_extremes(texts, self._vectors.moments(view.whole).rows(), dimension, n)
        return table if self.points.texts else table.iloc[:0]

    def sentences(self, view: SpaceView, part: NDArray[np.intp], n: int = 20) -> pd.DataFrame:
        """Give the texts of a part, the most typical of it first.

        Parameters
        ----------
        view : SpaceView
            The view.
        part : ndarray of int
            Some of the points.
        n : int, default 20
            The most rows.

        Returns
        -------
        DataFrame
            ``position``, ``cosine`` with the part's mean, ``title`` of the document and ``text``;
            no row without texts.

        Raises
        ------
        InputError
            If the view cannot be made.
        """
        moments = self._vectors.moments(view)
        one = len(part) < 2
        mean = moments.rows(part).mean(axis=0) if one else self._vectors.part(view, part).mean
        cosines = moments.along(mean, part) / max(float(np.linalg.norm(mean)), 1e-300)
        return tables.sentences(cosines, part, self.points, n)

    def encoder(self, view: SpaceView) -> Encoder:
        """Give a view as an encoder, for every analysis that takes one.

        Parameters
        ----------
        view : SpaceView
            The view; its correction is fitted on these texts.

        Returns
        -------
        Encoder

        Raises
        ------
        InputError
            If the view is of vectors, or cannot be made.
        """
        encoder = view.read_by(self._vectors.encoder_of(view))
        correction = self._vectors.correction(view)
        if correction is not None:
            encoder = encoder.after(correction)
        if view.off:
            dim = self._vectors.moments(view.whole).dim
            encoder = encoder.after(measures.drop_dimensions(view.off, dim=dim))
        return encoder

    def spectrum(self, view: SpaceView, part: Part = None) -> pd.DataFrame:
        """Measure how the variance spreads over directions.

        Parameters
        ----------
        view : SpaceView
            The view.
        part : ndarray of int, optional
            Some of the points; all by default.

        Returns
        -------
        DataFrame
            ``component`` (from 1; after the first hundred only some, evenly on a log axis) and
            ``share`` of the variance, above 0.

        Raises
        ------
        InputError
            If the view cannot be made, or the part has fewer than two points.

        Examples
        --------
        >>> spaces = EmbeddingSpaces(np.eye(4))
        >>> spaces.spectrum(SpaceView("vectors"))["share"].round(3).tolist()
        [0.333, 0.333, 0.333]
        """
        return tables.spectrum(self._vectors.part(view, part).singular_values)

    def quick_figures(self, view: SpaceView, part: Part = None) -> pd.DataFrame:
        """Give the figures that can follow a brush: those of the spectrum, without intervals.

        Parameters
        ----------
        view : SpaceView
            The view.
        part : ndarray of int, optional
            Some of the points; all by default.

        Returns
        -------
        DataFrame
            As `figures`, the interval missing.

        Raises
        ------
        InputError
            If the view cannot be made, or the part has fewer than two points.

        Examples
        --------
        >>> table = EmbeddingSpaces(np.eye(4)).quick_figures(SpaceView("vectors"))
        >>> float(table.set_index("metric").loc["MPD", "value"])
        1.0
        """
        moments = self._vectors.part(view, part)
        return tables.quick_figures(moments.figures(), n=moments.n)

    def figures(self, view: SpaceView, part: Part = None) -> pd.DataFrame:
        """Give all figures with their intervals, which are over documents.

        Figures of pairs and intervals are worked out on 2,000 of the points at most.

        Parameters
        ----------
        view : SpaceView
            The view.
        part : ndarray of int, optional
            Some of the points; all by default.

        Returns
        -------
        DataFrame
            ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``, ``unit``, ``status`` and
            ``reason``; see `semshift_nb.analyses.geometry.geometry`.

        Raises
        ------
        InputError
            If the view cannot be made, or the part has fewer than two points.

        Examples
        --------
        >>> EmbeddingSpaces(np.eye(16)).figures(SpaceView("vectors"))["metric"][0]
        'MPD'
        """
        return self._figures.get(_key(view, part), lambda: self._measure(view, part)).copy()

    def measured(self, view: SpaceView, part: Part = None) -> bool:
        """Say whether `figures` would answer at once.

        Parameters
        ----------
        view : SpaceView
            The view.
        part : ndarray of int, optional
            Some of the points; all by default.

        Returns
        -------
        bool

        Examples
        --------
        >>> EmbeddingSpaces(np.eye(4)).measured(SpaceView("vectors"))
        False
        """
        return _key(view, part) in self._figures

    def at_random(self, n: int) -> NDArray[np.intp]:
        """Draw as many points: what a part of this size is to be compared with.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        ndarray of int
            Ascending; always the same for the same number.

        Raises
        ------
        InputError
            If there are not so many.

        Examples
        --------
        >>> len(EmbeddingSpaces(np.eye(8)).at_random(3))
        3
        """
        if not 0 <= n <= self.points.n_points:
            raise InputError(
                f"{count(n, 'point was', 'points were')} asked for; there are "
                f"{self.points.n_points}."
            )
        order = np.random.default_rng(self.seed).permutation(self.points.n_points)
        return np.sort(order[:n])

    def mapped(self, view: SpaceView, kind: str) -> bool:
        """Say whether a map is there without much work; one on disk is taken from there.

        Parameters
        ----------
        view : SpaceView
            The view.
        kind : {"PCA", "t-SNE"}
            Which map.

        Returns
        -------
        bool

        Raises
        ------
        InputError
            If there is no such map.
        """
        return self._maps.ready(view, kind)

    def prepare_map(
        self,
        view: SpaceView,
        kind: str,
        *,
        advance: Callable[[float], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Work a map out, and keep it in memory and on disk.

        It is the map of the view with all its dimensions: a dimension that is switched off moves no
        point.

        Parameters
        ----------
        view : SpaceView
            The view.
        kind : {"PCA", "t-SNE"}
            Which map: two directions of the greatest variance, or one that keeps neighbours
            together.
        advance : callable
            Told the share that is done.
        stopped : callable
            Asked now and then whether to stop.

        Returns
        -------
        bool
            Whether the map is there; False if it was stopped.

        Raises
        ------
        InputError
            If there is no such map, or the view cannot be made.
        SemshiftError
            If t-SNE failed.

        References
        ----------
        van der Maaten & Hinton 2008, as scikit-learn has it, on the 50 strongest directions.
        """
        return self._maps.prepare(view, kind, advance=advance, stopped=stopped)

    def places(self, view: SpaceView, kind: str = "PCA") -> pd.DataFrame:
        """Give the map of a view.

        Parameters
        ----------
        view : SpaceView
            The view.
        kind : {"PCA", "t-SNE"}
            Which map.

        Returns
        -------
        DataFrame
            ``point`` (from 0), ``x`` and ``y``: one row a point. Of a t-SNE neither axes nor
            distances mean anything.

        Raises
        ------
        InputError
            If there is no such map, or the view cannot be made.
        SemshiftError
            If t-SNE failed.
        """
        return self._maps.places(view, kind)

    def within(
        self, view: SpaceView, kind: str, x: tuple[float, float], y: tuple[float, float]
    ) -> NDArray[np.intp]:
        """Find the points in a rectangle of a map.

        Parameters
        ----------
        view : SpaceView
            The view.
        kind : {"PCA", "t-SNE"}
            Which map.
        x, y : tuple of float
            The rectangle's sides, in either order.

        Returns
        -------
        ndarray of int
            Ascending.

        Raises
        ------
        InputError
            If there is no such map, or the view cannot be made.
        """
        table = self.places(view, kind)
        inside = table["x"].between(min(x), max(x)) & table["y"].between(min(y), max(y))
        return np.flatnonzero(inside)

    def _profile(self, view: SpaceView) -> pd.DataFrame:
        return tables.profile(self._vectors.moments(view).rows(), self.points.texts)

    def _measure(self, view: SpaceView, part: Part) -> pd.DataFrame:
        rows, groups = self._vectors.moments(view).rows(part), self.points.groups
        if part is not None and groups is not None:
            groups = groups[part]
        table = geometry(rows, groups=groups, seed=self.seed, n_sample=_SAMPLE)
        return table[table["metric"].isin(self.metrics)].reset_index(drop=True)


def _key(view: SpaceView, part: Part) -> tuple[SpaceView, bytes]:
    return view, b"" if part is None else part.tobytes()
