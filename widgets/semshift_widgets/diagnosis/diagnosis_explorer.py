"""DiagnosisExplorer: ask, see what is found, and why a document is not."""

import functools
from pathlib import Path

import altair as alt
import pandas as pd

from semshift_nb.analyses.arguments import Texts, encoder_of
from semshift_nb.analyses.diagnosis.why import documents_of
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.validation import check_whole
from semshift_widgets.diagnosis.state import DiagnosisState
from semshift_widgets.diagnosis.view import DiagnosisView
from semshift_widgets.explorer import Explorer


class DiagnosisExplorer(Explorer):
    """Type a query or choose a missed one, and see why a document is not found.

    The ranking with the document in question marked; click a document to see why it ranks there.
    Below it the causes as bars of ranks gained, and the document's sentences with what each says to
    the query and how it pulls the whole.

    Parameters
    ----------
    dataset : RetrievalSet, or a corpus or what names one
        With judgements, its misses can be chosen; the first is open.
    encoder : Encoder, str or Path
        The model; one with a store, for every question is a search.
    k : int, default 10
        How many documents count as found.

    Raises
    ------
    InputError
        If an argument is of another kind.
    """

    def __init__(
        self, dataset: RetrievalSet | Texts, encoder: Encoder | str | Path, *, k: int = 10
    ) -> None:
        k = check_whole(k, "k", least=1)
        self._state = DiagnosisState(documents_of(dataset), encoder_of(encoder), k=k)

    @functools.cached_property
    def _view(self) -> DiagnosisView:
        return DiagnosisView(self._state)

    def ask(self, query: str, document: str | None = None) -> None:
        """Search for a text, and say which document should be found.

        Parameters
        ----------
        query : str
            Any text.
        document : str, optional
            The id of the document that should be found.

        Raises
        ------
        InputError
            If there is no query or no such document.
        """
        self._state.ask(query)
        if document is not None:
            self._state.expect(document)

    def chart(self) -> alt.LayerChart:
        """Draw the causes as bars of ranks gained.

        Returns
        -------
        altair.LayerChart

        Raises
        ------
        InputError
            If no document is in question.
        """
        return self._state.chart()

    def table(self) -> pd.DataFrame:
        """Give the causes, or what is found while no document is in question.

        Returns
        -------
        DataFrame
            ``Diagnosis.causes``, or what `found_first` gives.
        """
        return self._state.table()
