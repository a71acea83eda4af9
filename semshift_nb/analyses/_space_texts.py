"""What the texts have to do with a view: at the ends of its dimensions, in a part of it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses import _space_tables as tables
from semshift_nb.analyses._space_places import SpacePlaces
from semshift_nb.analyses._space_source import Points
from semshift_nb.analyses._space_vectors import Recent
from semshift_nb.analyses.dimension_extremes import dimension_extremes
from semshift_nb.analyses.space_view import SpaceView

_KEPT = 16


class SpaceTexts(SpacePlaces):
    """The dimensions and the texts of every view that was asked for."""

    def __init__(self, points: Points, *, seed: int) -> None:
        super().__init__(points, seed=seed)
        self._profiles: Recent[SpaceView, pd.DataFrame] = Recent(_KEPT)

    def ready(self, view: SpaceView) -> bool:
        """Say whether a view can be shown at once.

        Parameters
        ----------
        view : SpaceView
            The view; which dimensions are off does not matter.

        Returns
        -------
        bool

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> spaces.ready(SpaceView("minilm"))  # doctest: +SKIP
        False
        """
        return view.whole in self._moments

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

        Examples
        --------
        >>> spaces.prepare(SpaceView("minilm"))  # doctest: +SKIP
        True
        """
        if self.ready(view):
            return True
        if not self.read(view, advance=advance, stopped=stopped):
            return False
        self.moments(view.whole)
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

        Examples
        --------
        >>> spaces.dimensions(SpaceView("minilm", off=(1,)))["off"].sum()  # doctest: +SKIP
        1
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

        Examples
        --------
        >>> spaces.extremes(SpaceView("minilm"), 127)  # doctest: +SKIP
        """
        texts = self.points.texts or [""] * self.points.n_points
        table = dimension_extremes(texts, self.moments(view.whole).rows(), dimension, n)
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

        Examples
        --------
        >>> spaces.sentences(SpaceView("minilm"), np.array([1, 2]))  # doctest: +SKIP
        """
        moments = self.moments(view)
        one = len(part) < 2
        mean = moments.rows(part).mean(axis=0) if one else self._of(view, part).mean
        cosines = moments.along(mean, part) / max(float(np.linalg.norm(mean)), 1e-300)
        return tables.sentences(cosines, part, self.points, n)

    def _profile(self, view: SpaceView) -> pd.DataFrame:
        return tables.profile(self.moments(view).rows(), self.points.texts)
