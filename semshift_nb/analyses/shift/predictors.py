"""What predicts that an embedding loses what its text says: shift, or length."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.passages import passage_members, passage_starts, passages_at
from semshift_nb.analyses.results import (
    FIGURE_COLUMNS,
    MEASURED,
    NOT_MEASURED,
    interval_row,
    row,
    shift_figures,
    tidy,
    tied,
    token_shares,
)
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count

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
    *["truncated_share", "unknown_share", "status", "reason"],
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
        ``ci_low`` and ``ci_high`` (95 %), ``n`` rows, ``truncated_share`` and ``unknown_share`` of
        them, ``status`` and ``reason``. A correlation that does not exist (all values equal, say)
        was not measured.

    Raises
    ------
    InputError
        If the table lacks a column that is needed, or has none of the targets.

    References
    ----------
    Semantic shift, arXiv 2603.21437, correlation of discrepancy with dispersion.
    """
    wanted = [name for name in TARGETS if name in table] if targets is None else list(targets)
    needed = [*wanted, "dispersion", "semantic_shift", "n_tokens", "status", group]
    needed += ["truncated", "unknown"]
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
    x, y = (tied(table[name]) for name in (predictor, target))
    controls = tied(table[held]) if held else None

    def value() -> float:
        if len(x) < _LEAST_TEXTS:
            raise InputError(
                f"{count(len(x), 'text was', 'texts were')} measured, a correlation needs "
                f"{_LEAST_TEXTS}"
            )
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
        **token_shares(table),
        **interval_row(value, interval, n=len(table)),
    }


_WINDOW = ["window_id", "doc_id", "title", "start_position", "text"]


@by_name
def window_shift(
    corpus: Corpus,
    encoder: Encoder,
    *,
    n_sentences: int = 6,
    n_windows: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure passages of consecutive sentences, drawn at random from a corpus.

    Passages of one length fit the model's input, where whole documents are cut: that is what makes
    their discrepancies comparable.

    Parameters
    ----------
    corpus : Corpus
        Documents and their sentences.
    encoder : Encoder
        What turns sentences and passages into vectors.
    n_sentences : int, default 6
        Sentences of a passage, at least 2.
    n_windows : int, default 400
        How many passages to draw, from all there are and without repetition (two may overlap). A
        corpus that has fewer gives all of them.
    seed : int, default 0
        Seed of the draw.

    Returns
    -------
    DataFrame
        One row a passage: ``window_id`` (from 0, in the order of the corpus), ``doc_id``,
        ``title``, ``start_position`` (of its first sentence), ``text`` (as it stands in the
        document) and the columns of `document_shift` from ``n_sentences`` on. When no document is
        long enough, a single row that was not measured says so.

    Raises
    ------
    InputError
        If ``n_sentences`` is below 2 or ``n_windows`` below 1.

    References
    ----------
    Semantic shift, arXiv 2603.21437, discrepancy against dispersion.
    """
    if n_sentences < 2 or n_windows < 1:
        raise InputError(
            f"n_sentences is {n_sentences} and n_windows {n_windows}, expected at least 2 and 1."
        )
    begins = passage_starts(corpus.sentences, n_sentences)
    n_drawn = min(n_windows, len(begins))
    firsts = np.sort(np.random.default_rng(seed).choice(begins, size=n_drawn, replace=False))
    windows = passages_at(corpus, firsts, n_sentences)
    if windows.empty:
        return _none(n_sentences)
    windows.insert(0, "window_id", np.arange(len(windows)))
    members = passage_members(firsts, n_sentences)
    encoded = encode_all(encoder, corpus.sentences["text"].iloc[members].tolist())
    texts = encode_all(encoder, windows["text"].tolist())
    figures = [
        shift_figures(encoded.take(slice(i * n_sentences, (i + 1) * n_sentences)), row(texts, i))
        for i in range(len(firsts))
    ]
    return tidy(pd.concat([windows, pd.DataFrame(figures, columns=FIGURE_COLUMNS)], axis=1))


def _none(n_sentences: int) -> pd.DataFrame:
    """Return the row that says why there is no passage."""
    reason = f"no document has {n_sentences} sentences; ask for shorter passages (n_sentences)"
    row = {"window_id": 0, "n_sentences": n_sentences, "status": NOT_MEASURED, "reason": reason}
    return tidy(pd.DataFrame([row], columns=_WINDOW + FIGURE_COLUMNS))
