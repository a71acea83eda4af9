"""Which dimensions of an encoder carry nothing, and which were published as such."""

import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED
from semshift_nb.encoders import Encoder

PUBLISHED = {
    "all-MiniLM-L6-v2": [127, 223, 319],
    "all-MiniLM-L12-v2": [223, 319],
    "all-mpnet-base-v2": [34, 555, 688, 756],
    "all-distilroberta-v1": [494],
}
"""Elements that are "constantly zero (or near zero)", by sentence-transformers issue 2662."""

_BUNDLED = {"minilm": "all-MiniLM-L6-v2"}


def dead_dimensions(texts: pd.DataFrame, encoder: Encoder) -> list[int] | None:
    """Find the dimensions in which all texts have nearly the same value, zero.

    Parameters
    ----------
    texts : DataFrame
        `window_shift` or `concatenation_texts`: ``text`` and ``status``.
    encoder : Encoder
        What the texts were measured with, so that their vectors are kept already.

    Returns
    -------
    list of int or None
        The dimensions, from 0 (see `semshift_nb.measures.near_zero_dimensions`); None where fewer
        than two texts were measured.

    Raises
    ------
    KeyError
        If a column is missing.

    References
    ----------
    sentence-transformers issue 2662.

    Examples
    --------
    >>> dead_dimensions(window_shift(corpus, encoder), encoder)  # doctest: +SKIP
    """
    measured = texts.loc[texts["status"] == MEASURED, "text"].tolist()
    if len(set(measured)) < 2:
        return None
    found: list[int] = measures.near_zero_dimensions(encoder.encode(measured)).tolist()
    return found


def published_near_zero(encoder: Encoder) -> list[int] | None:
    """Return the near-zero dimensions that were published for a model.

    Parameters
    ----------
    encoder : Encoder
        Known by its name: that of the hub, with or without its owner, or ``"minilm"``.

    Returns
    -------
    list of int or None
        The dimensions, from 0, ascending; None where nothing was published for that name.

    Raises
    ------
    Nothing of its own.

    References
    ----------
    krumeto, 2024-05-22, "Constantly zero (or near zero) elements of the vectors of some of the
    older models", huggingface/sentence-transformers issue 2662.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> published_near_zero(load_encoder("minilm", store=None))
    [127, 223, 319]
    """
    name = encoder.name.rsplit("/", 1)[-1]
    return PUBLISHED.get(_BUNDLED.get(name, name))
