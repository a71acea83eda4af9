"""Does a temperature help? Retrieval at several of them, compared query by query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encoder_columns
from semshift_nb.analyses.results import joined
from semshift_nb.analyses.retrieval.metric_table import (
    CHANGE,
    COLUMNS,
    EVERYTHING,
    GROUPINGS,
    Bucket,
    ResamplingOptions,
    adjust,
    buckets,
    change_rows,
    distance_row,
    long_form,
    score_rows,
)
from semshift_nb.analyses.retrieval.search import MAIN, Search, query_scores, search, similarity_of
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, Encoding, Schedule, Temperature
from semshift_nb.errors import InputError
from semshift_nb.names import count

TAUS = (1.0, 0.9, 0.8, 0.7)
ALL_QUERIES, TUNING, HELD_OUT = "all", "tuning", "held out"
_LEAST_TO_SPLIT = 4


@dataclass(frozen=True, eq=False)
class RetrievalResult:
    """What a comparison of temperatures by retrieval found.

    Attributes
    ----------
    table : DataFrame
        The figures, with intervals and tests; see `retrieval`.
    by_query : DataFrame
        What they are means of: ``dataset``, ``split``, ``encoder``, ``max_length``,
        ``similarity``, ``tau``, ``schedule``, ``queries``, ``length_bucket``, ``shift_bucket``,
        ``metric``, ``query_id``, ``value``, ``n_relevant`` documents, ``n_truncated`` of them,
        and the mean ``unknown`` share of their tokens.
    chosen : Temperature or None
        The temperature that tuning picked; None where there was no tuning.
    notes : tuple of str
        What is to be known of the set and of its queries; not errors.
    """

    table: pd.DataFrame
    by_query: pd.DataFrame
    chosen: Temperature | None
    notes: tuple[str, ...]

    @property
    def figures(self) -> pd.DataFrame:
        """The table with a row of its own for each difference to tau = 1; see `change_rows`."""
        return pd.concat(
            [self.table.drop(columns=CHANGE), change_rows(self.table)], ignore_index=True
        )


@by_name
def retrieval(
    dataset: RetrievalSet,
    encoder: Encoder,
    *,
    taus: Sequence[float] = TAUS,
    schedules: Sequence[Schedule] = (),
    tune: bool = False,
    by: Sequence[str] = GROUPINGS,
    similarity: str | None = None,
    n_resamples: int = 1000,
    n_permutations: int = 9999,
    seed: int = 0,
) -> RetrievalResult:
    """Search a set at several temperatures, and test each against the model as it was trained.

    Search is exact: every query beside every document, ties broken by document id, the best 1000
    kept. Queries and documents are encoded in their roles and at the same temperature. MPD and the
    buckets by shift are of directions, whatever the similarity.

    Parameters
    ----------
    dataset : RetrievalSet
        Documents, queries and judgements.
    encoder : Encoder
        The model. Its own temperature does not matter.
    taus : sequence of float, default (1.0, 0.9, 0.8, 0.7)
        Temperatures of the attention. 1, the model as it was trained, is the reference and always
        there.
    schedules : sequence of Schedule, optional
        Temperatures that depend on a text's length.
    tune : bool, default False
        Choose one temperature by nDCG@10 on one half of the queries, drawn by ``seed``, and report
        on the other half only (of equal ones the reference, then the first that was asked for).
        Without it nothing is chosen: all are reported, and their p-values adjusted for that.
    by : sequence of {"length", "shift"}, default both
        Report also by the length of the relevant documents (in tokens, at powers of two) and by
        their shift (the dispersion of their sentences in thirds). A bucket counts only its own
        relevant documents: the others are taken out of its rankings.
    similarity : {"cosine", "dot", "euclidean", "manhattan"}, optional
        By what to rank; what the model declares if left out. All but the cosine compare vectors of
        the length that the model gives them.
    n_resamples : int, default 1000
        Resamples of the intervals.
    n_permutations : int, default 9999
        Permutations of the tests.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    RetrievalResult
        Its ``table`` has one row a figure: ``dataset``, ``split``, ``encoder``, ``max_length``,
        ``similarity``, ``tau`` (missing for a schedule), ``schedule``, ``queries`` (``all``,
        ``tuning`` or ``held out``), ``length_bucket`` and ``shift_bucket`` (``all`` or a bucket of
        relevant documents), ``metric`` (named as ir-measures does: ``nDCG@10``, ``RR@10``,
        ``R@100``, ``AP``, which others call MRR@10, Recall@100 and MAP; and ``MPD`` of the
        documents), ``value``, ``ci_low`` and ``ci_high`` (95 % bootstrap over queries, of MPD over
        documents), ``n`` of these, ``unit``, ``difference`` from tau = 1 with ``difference_low``
        and ``difference_high`` (paired bootstrap), ``p_value`` (paired permutation test),
        ``p_holm`` (adjusted for all temperatures, and in buckets for all buckets, of the same
        metric), ``truncated_share`` (of the relevant documents, of MPD all documents, that the
        model saw only the beginning of), ``unknown_share`` (of their tokens), ``status`` and
        ``reason``.

    Raises
    ------
    InputError
        If a temperature is none, the encoder has no attention to temper, ``by`` names an unknown
        grouping, the similarity is unknown, or there are too few queries to tune on.

    References
    ----------
    TempScale, arXiv 2410.24200. Smucker, Allan, Carterette 2007, on tests for retrieval.
    """
    chance = ResamplingOptions(n_resamples=n_resamples, n_permutations=n_permutations, seed=seed)
    similarity = similarity_of(encoder, similarity)
    arms = _arms(encoder, taus, schedules)
    halves = _halves(dataset, seed) if tune else None
    reference = search(dataset, arms[0], similarity)
    wanted = buckets(dataset, reference, by)
    others = (search(dataset, arm, similarity) for arm in arms[1:])
    report = _Report(dataset, chance)
    if halves is None:
        report.add([reference, *others], wanted)
        return report.result(reference, None)
    searches = [reference, *others]
    means = [report.add_tuning(found, halves[0]) for found in searches]
    best = searches[int(np.argmax(means))]
    report.add([reference, *([] if best is reference else [best])], wanted, held_out=halves[1])
    return report.result(reference, best.encoder.temperature)


class _Report:
    """Rows of figures, and of the queries behind them, while they are gathered."""

    def __init__(self, dataset: RetrievalSet, chance: ResamplingOptions) -> None:
        self._dataset = dataset
        self._chance = chance
        self._rows: list[dict[str, object]] = []
        self._scores: list[pd.DataFrame] = []

    def add(
        self,
        searches: Iterable[Search],
        wanted: Sequence[Bucket],
        *,
        held_out: frozenset[str] | None = None,
    ) -> None:
        """Add the figures of some arms, the first of which is the reference."""
        queries = ALL_QUERIES if held_out is None else HELD_OUT
        reference: Search | None = None
        before: list[pd.DataFrame] = []
        for found in searches:
            for place, bucket in enumerate(wanted):
                scores = query_scores(self._dataset, found.ranking, among=bucket.documents)
                if held_out is not None:
                    scores = scores[scores["query_id"].isin(held_out)]
                labels = {**self._labels(found, queries), **bucket.columns}
                compared = before[place] if reference is not None else None
                rows = score_rows(scores, compared, self._chance)
                rows.append(distance_row(found, reference, bucket, self._chance))
                self._rows.extend({**labels, **row} for row in rows)
                self._scores.append(_labelled(scores, labels))
                if reference is None:
                    before.append(scores)
            reference = reference or found

    def add_tuning(self, found: Search, tuning: frozenset[str]) -> float:
        """Add what one arm reaches on the queries it is tuned on; return that."""
        scores = query_scores(self._dataset, found.ranking)
        scores = scores[scores["query_id"].isin(tuning)]
        labels = {**self._labels(found, TUNING), **EVERYTHING.columns}
        (row,) = (row for row in score_rows(scores, None, self._chance) if row["metric"] == MAIN)
        reason = joined(str(row["reason"]), "a choice was made by this figure")
        self._rows.append({**labels, **row, "reason": reason})
        self._scores.append(_labelled(scores, labels))
        return float(scores[MAIN].mean())

    def result(self, reference: Search, chosen: Temperature | None) -> RetrievalResult:
        """Return all that was added."""
        table = adjust(pd.DataFrame(self._rows, columns=COLUMNS))
        notes = (*self._dataset.notes, *query_notes(reference.queries, reference.documents))
        return RetrievalResult(table, long_form(self._scores), chosen, notes)

    def _labels(self, found: Search, queries: str) -> dict[str, object]:
        return {
            "dataset": self._dataset.name,
            "split": self._dataset.split,
            **encoder_columns(found.encoder),
            "max_length": found.encoder.max_length,
            "similarity": found.similarity,
            "queries": queries,
        }


def _labelled(scores: pd.DataFrame, labels: dict[str, object]) -> pd.DataFrame:
    columns = pd.DataFrame(labels, index=scores.index)
    return pd.concat([columns, scores], axis=1)


def _arms(encoder: Encoder, taus: Sequence[float], schedules: Sequence[Schedule]) -> list[Encoder]:
    """Return the encoder at every temperature once, the reference first."""
    views = [encoder.at_temperature(tau) for tau in (1.0, *taus)]
    views += [encoder.at_temperature(schedule) for schedule in schedules]
    return list({view.temperature.key: view for view in views}.values())


def _halves(dataset: RetrievalSet, seed: int) -> tuple[frozenset[str], frozenset[str]]:
    ids = dataset.queries["query_id"].to_numpy(dtype=object)
    if len(ids) < _LEAST_TO_SPLIT:
        raise InputError(
            f"{count(len(ids), 'query is', 'queries are')} too few to tune on one half of them and "
            f"report on the other; expected at least {_LEAST_TO_SPLIT}: compare the temperatures "
            "without tuning."
        )
    drawn = np.random.default_rng(seed).permutation(ids)
    half = len(ids) // 2
    return frozenset(drawn[:half].tolist()), frozenset(drawn[half:].tolist())


def query_notes(queries: Encoding, documents: Encoding) -> tuple[str, ...]:
    """Say which queries are cut off, and what finds nothing or is never found."""
    noted = (
        (
            queries.truncated,
            "query is longer than the model reads",
            "queries are longer than the model reads",
        ),
        (
            ~queries.has_direction,
            "query has no direction and finds nothing",
            "queries have no direction and find nothing",
        ),
        (
            ~documents.has_direction,
            "document has no direction and is never found",
            "documents have no direction and are never found",
        ),
    )
    return tuple(count(int(which.sum()), *words) for which, *words in noted if which.any())
