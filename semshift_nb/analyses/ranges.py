"""The figures of a range of sentences, quick enough to follow a mouse."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses._encoded import Encoded, encode_all
from semshift_nb.analyses._figures import FIGURE_COLUMNS, shift_figures, tidy
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError


def range_shift(
    sentences: pd.DataFrame,
    embeddings: NDArray[np.float32],
    *,
    start: int,
    stop: int,
    encoder: Encoder,
    text: str,
) -> pd.DataFrame:
    """Measure a range of sentences of one document.

    Only the text of the range is encoded, which takes one short pass of the model; the sentences'
    vectors are those that the document's map was made from.

    Parameters
    ----------
    sentences : DataFrame
        The document's sentences in order: ``start`` and ``end``, their offsets into ``text``.
    embeddings : ndarray of shape (n_sentences, dim)
        Their vectors. A zero row is a sentence without direction.
    start, stop : int
        The range, from 0: sentences ``start`` up to, not including, ``stop``.
    encoder : Encoder
        What the vectors came from.
    text : str
        The document's whole text.

    Returns
    -------
    DataFrame
        One row: ``start``, ``stop``, ``text`` (of the range, as it stands in the document) and the
        columns of `document_shift` from ``n_sentences`` on.

    Raises
    ------
    InputError
        If there are not as many vectors as sentences, or the range is empty or leaves the document.

    References
    ----------
    Semantic shift, arXiv 2603.21437.

    Examples
    --------
    >>> range_shift(sentences, vectors, start=0, stop=6, encoder=encoder, text=text)
    ... # doctest: +SKIP
    """
    if len(sentences) != len(embeddings):
        raise InputError(f"{len(sentences)} sentences came with {len(embeddings)} vectors.")
    if not 0 <= start < stop <= len(sentences):
        raise InputError(
            f"the range {start}:{stop} was asked for, expected at least one sentence between 0 and "
            f"{len(sentences)}."
        )
    vectors = np.asarray(embeddings[start:stop])
    directed = np.asarray(vectors.any(axis=1))
    unknown = np.zeros(len(vectors), dtype=np.int64)
    offsets = sentences["start"].iloc[start], sentences["end"].iloc[stop - 1]
    part = text[offsets[0] : offsets[1]]
    figures = shift_figures(
        Encoded(vectors, unknown, unknown.astype(np.bool_), directed), encode_all(encoder, [part])
    )
    told = {"start": start, "stop": stop, "text": part, **figures}
    return tidy(pd.DataFrame([told], columns=["start", "stop", "text", *FIGURE_COLUMNS]))
