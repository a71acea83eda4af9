"""TempScaleExplorer: turn the temperature of the attention, and see what moves."""

import functools
from pathlib import Path

import altair as alt
import pandas as pd

from semshift_nb.analyses.arguments import Texts, corpus_of, encoder_of
from semshift_nb.encoders import Encoder
from semshift_widgets.explorer import Explorer
from semshift_widgets.temperature.state import TempScaleState
from semshift_widgets.temperature.view import TempScaleView


class TempScaleExplorer(Explorer):
    """Move a temperature, and see crowding, spectrum, attention and a ranking move with it.

    Some 32 texts of 128 tokens are encoded anew while the slider moves. More than that are swept
    ahead in the background, and the slider snaps over the temperatures that are done.

    Parameters
    ----------
    texts : Corpus, or what `load_corpus` takes, or sequence of str
        At least three texts, which are encoded at tau 1 at the start.
    encoder : Encoder or str
        One with attention; ``static`` has none.
    query : str, default=""
        What the texts are ranked for; the first words of the first text if left out.

    Raises
    ------
    InputError
        If an argument is of another kind, there are fewer than three texts, or the encoder has no
        attention.
    NoDirectionError
        If a text has a zero vector.
    """

    def __init__(self, texts: Texts, encoder: Encoder | str, *, query: str = "") -> None:
        meant = corpus_of(texts) if isinstance(texts, str | Path | pd.DataFrame) else texts
        self._state = TempScaleState(meant, encoder_of(encoder), query)

    @functools.cached_property
    def _view(self) -> TempScaleView:
        return TempScaleView(self._state)

    def chart(self) -> alt.VConcatChart:
        """Draw the setting on the screen: cosines, spectrum, heads, attention and ranking.

        Returns
        -------
        altair.VConcatChart

        Raises
        ------
        NoDirectionError
            If a text has a zero vector at this setting.
        """
        return self._state.chart()

    def sweep(self) -> alt.VConcatChart:
        """Draw all temperatures from 0.5 to 1.5 under one slider that needs no kernel.

        Returns
        -------
        altair.VConcatChart
            For the layers, the schedule, the head, the text and the query on the screen.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector at one of them.
        """
        return self._state.sweep()

    def table(self) -> pd.DataFrame:
        """Sum up the setting on the screen beside the model as it was trained.

        Returns
        -------
        DataFrame
            ``metric``, ``value``, ``at_tau_1``, ``change``, ``n`` and ``unit``; see
            `semshift_nb.analyses.TemperedTexts.figures`.

        Raises
        ------
        NoDirectionError
            If a text has a zero vector at this setting.
        """
        return self._state.figures()

    def ranking(self) -> pd.DataFrame:
        """Rank the texts for the query on the screen.

        Returns
        -------
        DataFrame
            As `semshift_nb.analyses.TemperedTexts.ranking` gives it.

        Raises
        ------
        NoDirectionError
            If the query has a zero vector.
        """
        return self._state.ranking()

    def _still(self) -> list[object]:
        # The slider under the chart needs no kernel, so the table holds what it would show at each.
        return [self.sweep(), self._state.swept_figures().round(3)]
