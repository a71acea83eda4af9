"""ShiftExplorer: watch the meaning of a text move, and what pooling makes of it."""

import functools

import altair as alt
import pandas as pd

from semshift_nb.analyses.arguments import Texts, corpus_of, encoder_of
from semshift_nb.encoders import Encoder
from semshift_widgets.explorer import Explorer
from semshift_widgets.shift.state import ShiftState
from semshift_widgets.shift.view import ShiftView


class ShiftExplorer(Explorer):
    """Pick a document, drag a range of its sentences, and see how far the meaning moves there.

    Parameters
    ----------
    corpus : Corpus, or what `load_corpus` takes, or a list of texts
        The documents to choose from; their sentences are encoded at the start.
    encoder : Encoder, or what `load_encoder` takes
        What turns sentences and ranges into vectors.

    Raises
    ------
    InputError
        If an argument is of another kind.
    SemshiftError
        If the encoder cannot encode the corpus.
    """

    def __init__(self, corpus: Texts, encoder: Encoder | str) -> None:
        self._state = ShiftState(corpus_of(corpus), encoder_of(encoder))

    @functools.cached_property
    def _view(self) -> ShiftView:
        return ShiftView(self._state)

    def chart(self) -> alt.HConcatChart:
        """Draw the open document: path, map and prefix curves, the marked range shaded.

        Returns
        -------
        altair.HConcatChart

        Raises
        ------
        InputError
            If the document cannot be measured; the message says why.
        """
        return self._state.chart()

    def table(self) -> pd.DataFrame:
        """Measure the marked range.

        Returns
        -------
        DataFrame
            One row: ``start``, ``stop`` (sentences, from 0, ``stop`` not included) and the figures
            of `document_shift` for just that range.

        Raises
        ------
        InputError
            If the document cannot be measured; the message says why.
        """
        return self._state.figures()

    def neighbours(self) -> pd.DataFrame:
        """Find the sentences of the corpus nearest to the picked one.

        Returns
        -------
        DataFrame
            ``cosine``, ``title`` and ``text``, the nearest first; a sentence of the corpus finds
            itself first.

        Raises
        ------
        InputError
            If the document cannot be measured; the message says why.
        """
        return self._state.neighbours()
