"""What each dimension of a space does: how far it spreads, and what of the cosines it makes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.results import MEASURED, NOT_MEASURED
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count

COLUMNS = [
    *["dimension", "sd", "sd_raw", "mean", "variance_share", "cosine_share"],
    *["near_zero", "outlier", "status", "reason"],
]


@by_name
def dimension_profile(texts: Sequence[str], encoder: Encoder, *, raw: bool = True) -> pd.DataFrame:
    """Describe every dimension of an encoder's space by the vectors of some texts.

    Parameters
    ----------
    texts : sequence of str
        Any strings; those without a direction are left out.
    encoder : Encoder
        What turns them into vectors; any view of one.
    raw : bool, default True
        Whether to have the model read the texts for their raw vectors, which no store keeps.
        Without it unit vectors are taken out of the store, and ``sd_raw`` is missing.

    Returns
    -------
    DataFrame
        One row a dimension:

        - ``dimension``, from 0;
        - ``sd``, the standard deviation of its values in vectors of unit length, and ``mean``,
          their mean;
        - ``sd_raw``, the same before rows were brought to unit length, in the model's own scale;
        - ``variance_share``, of the variance of all dimensions: they sum to 1, and of d even ones
          each has 1/d;
        - ``cosine_share``, what it adds to the mean cosine of two texts: they sum to the mean
          cosine, and one below 0 keeps texts apart;
        - ``near_zero`` and ``outlier``: see `semshift_nb.measures.near_zero_dimensions` and
          `semshift_nb.measures.outlier_dimensions`;
        - ``status`` and ``reason``: where fewer than two texts have a direction, or their vectors
          do not differ, nothing was measured.

    Raises
    ------
    InputError
        If ``texts`` is no list of strings.

    References
    ----------
    sentence-transformers issue 2662 (near-zero dimensions); Timkey & van Schijndel 2021,
    arXiv 2109.04404 (dimensions that dominate the cosine).
    """
    if not raw:
        encoded = encode_all(encoder, texts)
        return _profile_or_reason(encoded.vectors[encoded.has_direction], None)
    rows = encoder.raw(texts)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    has_direction = lengths[:, 0] > 0
    return _profile_or_reason(rows[has_direction] / lengths[has_direction], rows[has_direction])


def vector_profile(
    vectors: NDArray[np.floating[Any]], *, raw: NDArray[np.floating[Any]] | None = None
) -> pd.DataFrame:
    """Describe every dimension of some vectors: `dimension_profile` without an encoder.

    Parameters
    ----------
    vectors : ndarray of shape (n_texts, dim)
        Unit rows, at least two.
    raw : ndarray of shape (n_texts, dim), optional
        The same before they were brought to unit length.

    Returns
    -------
    DataFrame
        As `dimension_profile`; without ``raw``, ``sd_raw`` is missing.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two, they do not
        differ, or ``raw`` is of another shape.

    References
    ----------
    See `dimension_profile`.

    Examples
    --------
    >>> vector_profile(np.eye(3))["variance_share"].round(3).tolist()
    [0.333, 0.333, 0.333]
    """
    if raw is not None and raw.shape != vectors.shape:
        raise InputError(
            f"raw has shape {raw.shape}, expected {vectors.shape}: the same texts and dimensions."
        )
    shares = measures.dimension_shares(vectors)
    dimensions = np.arange(vectors.shape[1])
    unknown = np.full(len(dimensions), np.nan)
    return pd.DataFrame(
        {
            "dimension": dimensions,
            "sd": vectors.std(axis=0, dtype=np.float64),
            "sd_raw": unknown if raw is None else raw.std(axis=0, dtype=np.float64),
            "mean": vectors.mean(axis=0, dtype=np.float64),
            "variance_share": shares.variance,
            "cosine_share": shares.mean_cosine,
            "near_zero": np.isin(dimensions, measures.near_zero_dimensions(vectors)),
            "outlier": np.isin(dimensions, measures.outlier_dimensions(vectors)),
            "status": MEASURED,
            "reason": "",
        },
        columns=COLUMNS,
    )


def _profile_or_reason(
    vectors: NDArray[np.floating[Any]], raw: NDArray[np.floating[Any]] | None
) -> pd.DataFrame:
    try:
        return vector_profile(vectors, raw=raw)
    except InputError as error:
        dimensions = np.arange(vectors.shape[1])
        row = {
            "near_zero": False,
            "outlier": False,
            "status": NOT_MEASURED,
            "reason": str(error),
        }
        table = pd.DataFrame({"dimension": dimensions, **row}).reindex(columns=COLUMNS)
        return table.astype(dict.fromkeys(COLUMNS[1:6], np.float64))


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


LOWEST, HIGHEST = "lowest", "highest"


def dimension_extremes(
    texts: Sequence[str], vectors: NDArray[np.floating[Any]], dimension: int, n: int = 5
) -> pd.DataFrame:
    """Return the texts with the lowest and with the highest values in one dimension.

    Parameters
    ----------
    texts : sequence of str
        One for each vector.
    vectors : ndarray of shape (n_texts, dim)
        Their vectors.
    dimension : int
        Which dimension, from 0.
    n : int, default 5
        Texts at each end; of fewer than ``2 * n`` texts some stand at both.

    Returns
    -------
    DataFrame
        ``end`` ("lowest" or "highest"), ``rank`` (from 1, the most extreme first), ``position`` of
        the text among ``texts`` (of equal values the earlier one comes first), ``value`` and
        ``text``.

    Raises
    ------
    InputError
        If the numbers of texts and vectors differ, there is no such dimension, or ``n`` is below 1.

    Examples
    --------
    >>> vectors = np.array([[0.6, 0.8], [1.0, 0.0], [-0.6, 0.8]])
    >>> dimension_extremes(["a", "b", "c"], vectors, 0, 1)["text"].tolist()
    ['c', 'b']
    """
    if vectors.ndim != 2 or len(texts) != len(vectors):
        raise InputError(
            f"{count(len(texts), 'text')} and vectors of shape {vectors.shape}, expected a row for "
            "each."
        )
    if not 0 <= dimension < vectors.shape[1] or n < 1:
        raise InputError(
            f"dimension is {dimension} and n {n}, expected 0 to {vectors.shape[1] - 1} and 1 or "
            "more."
        )
    values = vectors[:, dimension]
    ends = {
        LOWEST: np.argsort(values, kind="stable")[:n],
        HIGHEST: np.argsort(-values, kind="stable")[:n],
    }
    return pd.DataFrame(
        [
            (end, rank, row, float(values[row]), texts[row])
            for end, rows in ends.items()
            for rank, row in enumerate(rows.tolist(), start=1)
        ],
        columns=["end", "rank", "position", "value", "text"],
    )
