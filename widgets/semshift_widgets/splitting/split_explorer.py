"""SplitExplorer: move the price of a cut, and see a text fall apart where its meaning turns."""

import functools

import altair as alt
import pandas as pd

from semshift_nb.analyses.arguments import Texts, corpus_of, encoder_of
from semshift_nb.corpora.bundled import BUNDLED
from semshift_nb.encoders import Encoder
from semshift_widgets.explorer import Explorer
from semshift_widgets.splitting.state import SplitState, beginning
from semshift_widgets.splitting.view import SplitView

_SHOWN_CHARACTERS = 80


class SplitExplorer(Explorer):
    """A document as a strip of chunks: choose the price of a cut, or cut and join by hand.

    Prices go from half of the fair one, below which chunks are little but sentences, to where the
    last cut goes.

    Parameters
    ----------
    corpus_or_text : Corpus, or what `load_corpus` takes, or str
        Documents to choose from, or one text (but for the name of a bundled corpus). A document is
        encoded when it is opened; one of more than 2,000 sentences is not drawn.
    encoder : Encoder or str
        What turns sentences into vectors.
    min_sentences, max_tokens
        As for `split`; also what is cut by hand keeps to ``max_tokens``.
    granularity
        As for `split`: what the fair price is multiplied by where a document opens.

    Raises
    ------
    InputError
        If an argument is of another kind, or an option cannot be. A document without words is told
        where its chart would be.
    SemshiftError
        If the encoder cannot encode the first document.
    """

    def __init__(
        self,
        corpus_or_text: Texts,
        encoder: Encoder | str,
        *,
        min_sentences: int = 1,
        max_tokens: int | None = None,
        granularity: float = 1.0,
    ) -> None:
        one_text = isinstance(corpus_or_text, str) and corpus_or_text not in BUNDLED
        texts = corpus_of([corpus_or_text] if one_text else corpus_or_text)
        reader = encoder_of(encoder)
        self._state = SplitState(
            texts,
            reader,
            min_sentences=min_sentences,
            max_tokens=max_tokens,
            granularity=granularity,
        )

    @functools.cached_property
    def _view(self) -> SplitView:
        return SplitView(self._state)

    def chart(self) -> alt.HConcatChart:
        """Draw the open document at all prices, with a slider that needs no kernel.

        Returns
        -------
        altair.HConcatChart
            What each cut saves, the strip of chunks, their sizes and dilution, and the number of
            chunks by price. Cuts made by hand stay where they are at every price.

        Raises
        ------
        InputError
            If the document cannot be split; the message says why.
        """
        return self._state.chart()

    def table(self) -> pd.DataFrame:
        """List the chunks as they are cut now.

        Returns
        -------
        DataFrame
            One row a chunk: ``position``, ``n_sentences``, ``n_tokens``, ``dispersion``,
            ``dilution``, ``gain`` of the cut before it, and ``text``.

        Raises
        ------
        InputError
            If the document cannot be split; the message says why.
        """
        return self._state.table()

    def cost(self) -> pd.Series:
        """Compare the cuts as they are now with the best ones at the price.

        Returns
        -------
        Series
            As `SplitReading.cost` gives it; ``above_best`` is what cuts made by hand cost more.

        Raises
        ------
        InputError
            If the document cannot be split; the message says why.
        """
        return self._state.cost()

    def _still(self) -> list[object]:
        table = self.table().round(3)
        shown = [beginning(text, _SHOWN_CHARACTERS) for text in table["text"]]
        return [self.chart(), table.assign(text=shown)]
