"""SpectrumExplorer: how concentrated a space is, in which directions, because of which texts."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import altair as alt
import pandas as pd
from numpy.typing import ArrayLike

from semshift_nb.analyses import EmbeddingSpaces
from semshift_nb.analyses.arguments import Texts, corpus_of, encoder_of
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_widgets.explorer import Explorer
from semshift_widgets.spaces.state import SpectrumState
from semshift_widgets.spaces.view import SpectrumView


class SpectrumExplorer(Explorer):
    """Look at a space's spectrum, figures, map and dimensions, and at others beside it.

    Encoder, layer, pooling, temperature and correction are dialled; views are kept side by side.
    Drag on the map for the texts and the spectrum of a part; switch dimensions off with a click.

    Parameters
    ----------
    source : Corpus, sequence of str, array of shape (n, dim), or mapping of str to such arrays
        Texts (or what `load_corpus` takes), or vectors by the name of their space.
    encoders : Encoder, str, or iterable of Encoder, optional
        What reads the texts; ``minilm`` if left out. None for vectors.
    texts : sequence of str, optional
        The texts of given vectors.
    of : {"sentences", "documents"}
        What of a corpus is a point.
    n_points : int, optional
        The most points, drawn at random if there are more: by default 2,000 texts or 10,000
        vectors; never more than 10,000.
    seed : int, default 0
        Seed of the draw, of the t-SNE and of the intervals.

    Raises
    ------
    InputError
        If an argument is of another kind, or as `semshift_nb.analyses.EmbeddingSpaces`.
    """

    def __init__(
        self,
        source: Texts | ArrayLike | Mapping[str, ArrayLike],
        encoders: Encoder | str | Iterable[Encoder] = (),
        *,
        texts: Sequence[str] | None = None,
        of: str = "sentences",
        n_points: int | None = None,
        seed: int = 0,
    ) -> None:
        meant = corpus_of(source) if isinstance(source, str | Path | pd.DataFrame) else source
        read_by = encoder_of(encoders) if isinstance(encoders, str | Corpus) else encoders
        spaces = EmbeddingSpaces(meant, read_by, texts=texts, of=of, n_points=n_points, seed=seed)
        self._state = SpectrumState(spaces)

    @functools.cached_property
    def _view(self) -> SpectrumView:
        return SpectrumView(self._state)

    def chart(self) -> alt.VConcatChart:
        """Draw what is on the screen: spectra, map and dimensions.

        Returns
        -------
        altair.VConcatChart

        Raises
        ------
        InputError
            If the view cannot be made.
        """
        return self._state.chart()

    def table(self) -> pd.DataFrame:
        """Give the figures on the screen, with all their intervals.

        Returns
        -------
        DataFrame
            ``view``, ``part`` (``"all"``, ``"marked"`` or as many ``"at random"``), and the
            columns of `semshift_nb.analyses.geometry.geometry`.

        Raises
        ------
        InputError
            If the view cannot be made.
        """
        return self._state.figures()

    def sentences(self) -> pd.DataFrame:
        """Give the texts that are marked on the map.

        Returns
        -------
        DataFrame
            ``position``, ``cosine`` with the part's mean, ``title`` and ``text``, the most typical
            first; no row where nothing is marked.
        """
        return self._state.sentences()

    def encoder(self) -> Encoder:
        """Give the view on the screen as an encoder, for every analysis that takes one.

        Returns
        -------
        Encoder

        Raises
        ------
        InputError
            If vectors are looked at, which no encoder makes.
        """
        return self._state.spaces.encoder(self._state.view)
