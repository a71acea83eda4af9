"""What predicts that an embedding loses what its text says: shift, or length."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.errors import InputError

TARGETS = ("discrepancy", "lost_overlap")

_QUESTIONS = [
    ("dispersion", ""),
    ("dispersion", "n_tokens"),
    ("semantic_shift", ""),
    ("semantic_shift", "n_tokens"),
    ("n_tokens", ""),
    ("n_tokens", "dispersion"),
    ("n_tokens", "semantic_shift"),
]
_LEAST_TEXTS = 3
_COLUMNS = [
    *["target", "predictor", "controlled_for", "metric", "value", "ci_low", "ci_high", "n"],
    *["truncated_share", "status", "reason"],
]


def predictors(
    table: pd.DataFrame,
    *,
    targets: Sequence[str] | None = None,
    group: str = "doc_id",
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate what a text's vector loses with the text's shift and with its length.

    Shift and length grow together, so each is also correlated with the other held fixed.

    Parameters
    ----------
    table : DataFrame
        `window_shift`, `document_shift` or `concatenation_texts` (or a part of one, such as the
        texts of one mode, or those of more than one sentence). Rows that were not measured are
        left out.
    targets : sequence of str, optional
        Columns to predict. By default ``discrepancy`` and ``lost_overlap``, those of them that the
        table has.
    group : str, default "doc_id"
        Column of the document of each row; whole documents are drawn for the intervals.
    n_resamples : int, default 1000
        How many times to draw.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    DataFrame
        Seven rows a target: ``target``, ``predictor`` (``dispersion``, ``semantic_shift``,
        ``n_tokens``), ``controlled_for`` (empty, ``n_tokens`` for a shift, a shift for
        ``n_tokens``), ``metric`` (``Spearman`` or ``partial Spearman``), ``value`` from -1 to 1,
        ``ci_low`` and ``ci_high`` (95 %), ``n`` rows, ``truncated_share`` of them, ``status`` and
        ``reason``. A correlation that does not exist (all values equal, say) was not measured.

    Raises
    ------
    InputError
        If the table lacks a column that is needed, or has none of the targets.

    References
    ----------
    Semantic shift, arXiv 2603.21437, correlation of discrepancy with dispersion.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> predictors(window_shift(load_corpus("wikipedia"), load_encoder()))  # doctest: +SKIP
    """
    wanted = [name for name in TARGETS if name in table] if targets is None else list(targets)
    needed = [*wanted, "dispersion", "semantic_shift", "n_tokens", "truncated", "status", group]
    missing = [name for name in needed if name not in table]
    if missing or not wanted:
        raise InputError(
            f"the table has no column {', '.join(missing) or ' or '.join(TARGETS)} (it has "
            f"{', '.join(table.columns)}); pass window_shift(...) or concatenation_texts(...)."
        )
    measured = table[table["status"] == MEASURED]
    rows = [
        _row(measured, question, group=group, n_resamples=n_resamples, seed=seed)
        for question in itertools.product(wanted, _QUESTIONS)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _row(
    table: pd.DataFrame,
    question: tuple[str, tuple[str, str]],
    *,
    group: str,
    n_resamples: int,
    seed: int,
) -> dict[str, object]:
    """Return one correlation."""
    target, (predictor, held) = question
    x, y = (table[name].to_numpy(dtype=np.float64) for name in (predictor, target))
    controls = table[held].to_numpy(dtype=np.float64) if held else None

    def value() -> float:
        if len(x) < _LEAST_TEXTS:
            raise InputError(f"{len(x)} texts were measured, a correlation needs {_LEAST_TEXTS}")
        if controls is None:
            return measures.spearman(x, y)
        return measures.partial_spearman(x, y, controls)

    def interval() -> measures.Interval:
        return measures.bootstrap_spearman(
            x, y, controls=controls, groups=table[group], n_resamples=n_resamples, seed=seed
        )

    return {
        "target": target,
        "predictor": predictor,
        "controlled_for": held,
        "metric": "partial Spearman" if held else "Spearman",
        "truncated_share": float(table["truncated"].mean()) if len(table) else 0.0,
        **interval_row(value, interval, n=len(table)),
    }
