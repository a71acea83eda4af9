"""Is attention a low-pass filter? What each layer and head lets through, at each length of text."""

from collections.abc import Sequence

import pandas as pd

from semshift_nb.analyses._heads import head_figures, state_figures
from semshift_nb.analyses._long_documents import ladder_of, long_documents
from semshift_nb.analyses.filter_reading import FilterReading
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder


def read_filter(
    corpus: Corpus,
    encoder: Encoder,
    *,
    lengths: Sequence[int] | None = None,
    n_documents: int = 4,
    shuffled_at: Sequence[int] = (128,),
    seed: int = 0,
) -> FilterReading:
    """Cut the same documents at each length, and measure what every head does with them.

    Parameters
    ----------
    corpus : Corpus
        Where the documents come from: drawn among those that reach the longest length.
    encoder : Encoder
        Whose attention, at its own temperature.
    lengths : sequence of int, optional
        Tokens to cut at, special tokens included; at least 3, at most what the model has positions
        for. By default 16, 32, 64, 128, 256 and 510, up to the encoder's ``max_length``. A length
        that fewer than two documents reach is not measured.
    n_documents : int, default 4
        Documents to draw. One costs about 1.5 seconds for all six lengths on two cores, and one
        text's attention is held at a time.
    shuffled_at : sequence of int, default (128,)
        Lengths at which each head is measured a second time, its rows in random order.
    seed : int, default 0
        Seed of the drawing and of the random order.

    Returns
    -------
    FilterReading
        Its ``by_head()`` and ``by_layer()`` are tables; `filter_explained` takes it whole.

    Raises
    ------
    InputError
        If there is no length or no document asked for, a length does not fit the model, or the
        model's attention is not understood. An encoder without attention is no error: its tables
        say so.

    References
    ----------
    Length collapse, arXiv 2410.24200, section 3.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> read_filter(load_corpus("wikipedia"), load_encoder()).by_layer()  # doctest: +SKIP
    """
    temperature = encoder.temperature
    named: dict[str, str | float] = {
        "corpus": corpus.name,
        "encoder": encoder.name,
        "tau": temperature.tau,
        "schedule": temperature.schedule,
    }
    ladder = ladder_of(encoder, lengths)
    chosen = long_documents(corpus, encoder, ladder, n_documents=n_documents, seed=seed)
    if encoder.n_layers is None:
        reason = f"{encoder.name} has no attention that could filter"
        return FilterReading(named, _joined([]), _joined([]), dict.fromkeys(ladder, reason), "")
    cutting = {n_tokens: encoder.at_length(n_tokens) for n_tokens in chosen.lengths}
    heads, states = [], []
    for row in chosen.rows:
        document = corpus.documents.iloc[row]
        for n_tokens, cut in cutting.items():
            shuffle_seed = seed if n_tokens in shuffled_at else None
            told = {"doc_id": document["doc_id"], "n_tokens": n_tokens}
            of_heads, of_states = _read(cut, document["text"], shuffle_seed)
            heads.append(of_heads.assign(**told))
            states.append(of_states.assign(**told))
    return FilterReading(named, _joined(heads), _joined(states), chosen.unreached, chosen.note)


def _read(
    encoder: Encoder, text: str, shuffle_seed: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures of one text's heads and states; its attention is let go on return."""
    (read,) = encoder.attention([text])
    heads, states = head_figures(read, shuffle_seed=shuffle_seed), state_figures(read)
    return heads.assign(truncated=read.truncated), states.assign(truncated=read.truncated)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
