"""Which dimensions of an encoder carry nothing."""

import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED
from semshift_nb.encoders import Encoder


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
