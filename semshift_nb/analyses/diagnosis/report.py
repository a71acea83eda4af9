"""All misses of a retrieval set: which causes they have, and whether that can be mended."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.diagnosis.causes import (
    CAUSES,
    NONE_OF_THESE,
    Goal,
    Outcome,
    main_outcome,
)
from semshift_nb.analyses.diagnosis.interventions import Interventions
from semshift_nb.analyses.diagnosis.ranks import Case, SearchedSet
from semshift_nb.analyses.diagnosis.remedy_check import CHECK_COLUMNS, remedy_check
from semshift_nb.analyses.diagnosis.why import K, cause_rows, cause_table, outcomes_of
from semshift_nb.analyses.encoded import encoder_columns
from semshift_nb.analyses.results import interval_row, unmeasured
from semshift_nb.analyses.retrieval.metric_table import GROUPINGS, Bucket, buckets
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.names import count
from semshift_nb.validation import check_whole

SHARE_COLUMNS = [
    *["dataset", "encoder", "max_length", "k", "length_bucket", "shift_bucket", "cause", "metric"],
    *["value", "ci_low", "ci_high", "n", "unit", "status", "reason"],
]


@dataclass(frozen=True, eq=False)
class MissReport:
    """Why the relevant documents that a model misses are missed.

    Attributes
    ----------
    misses : DataFrame
        One row a miss: ``query_id``, ``doc_id``, ``rank``, ``main_cause``, ``tested``,
        ``rank_after``, ``gain``, ``n_tokens`` and ``truncated`` of the document.
    causes : DataFrame
        One row a miss and cause; columns as those of ``Diagnosis.causes``.
    shares : DataFrame
        One row a bucket of documents and a cause: ``dataset``, ``encoder``, ``max_length``, ``k``,
        ``length_bucket`` and ``shift_bucket`` (``all`` or one of the buckets that `retrieval` has),
        ``cause``, ``metric`` (``share_of_misses`` that have it as their main cause), ``value`` with
        its 95 % bootstrap interval over queries, ``n`` misses, ``unit``, ``status``, ``reason``.
    remedies : DataFrame
        Whether the remedy for a cause, applied to all documents, mends its misses, on the half of
        the queries that was held out: ``cause``, ``remedy``, ``is_main_of_tuning`` (the cause is
        the most frequent in the other half), ``metric``, ``value`` with its interval, ``n``,
        ``unit``, ``status``, ``reason``. Metrics: ``mended_share`` of the misses with that main
        cause, ``mended_share_of_others``, ``lost_share`` of what was found before, and the change
        of recall. Empty without ``check``.
    notes : tuple of str
        How many were missed, and what was left out.
    """

    misses: pd.DataFrame
    causes: pd.DataFrame
    shares: pd.DataFrame
    remedies: pd.DataFrame
    notes: tuple[str, ...]

    def example(self, dataset: RetrievalSet) -> tuple[str, str]:
        """Give a miss to look at: the one that an intervention gains most by.

        Parameters
        ----------
        dataset : RetrievalSet
            What was searched.

        Returns
        -------
        tuple of str
            ``query_id`` and ``doc_id``; where nothing was missed, those of the first judgement.
        """
        gained = self.misses.sort_values("gain", ascending=False, kind="stable")
        rows = gained if len(gained) else dataset.judgements[dataset.judgements["relevance"] > 0]
        query, document = rows[["query_id", "doc_id"]].iloc[0]
        return str(query), str(document)


@by_name
def miss_report(
    dataset: RetrievalSet,
    encoder: Encoder,
    *,
    k: int = K,
    by: Sequence[str] = GROUPINGS,
    n_misses: int | None = None,
    check: bool = True,
    n_resamples: int = 1000,
    seed: int = 0,
) -> MissReport:
    """Test the causes of all misses of a set, and whether remedies aimed at them help.

    A miss is a query with a relevant document that does not rank among the first k. Each is tried
    as `why_not_found` does; all texts that have to be read for it are read in one call a kind.

    Parameters
    ----------
    dataset : RetrievalSet
        Documents, queries and judgements.
    encoder : Encoder
        The model.
    k : int, default 10
        How many documents count as found.
    by : sequence of {"length", "shift"}, default both
        Report shares also by the length and by the shift of the missed documents.
    n_misses : int, optional
        At most so many misses, drawn at random; all if left out.
    check : bool, default True
        Whether to try remedies on all documents, which reads the parts of all of them.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws, and of the halves of the queries.

    Returns
    -------
    MissReport

    Raises
    ------
    InputError
        If ``k`` or ``n_misses`` is no whole number from 1 on, or ``by`` names an unknown grouping.
    """
    k = check_whole(k, "k", least=1)
    searched = SearchedSet.of(dataset, encoder)
    wanted = buckets(dataset, searched.found, by)
    cases = list(searched.cases())
    missed = [case for case in cases if case.rank is None or case.rank > k]
    chosen = _drawn(missed, n_misses, seed)
    everything = range(len(dataset.corpus)) if check else ()
    tried = Interventions(searched, [case for case in chosen if case.rank], k, also=everything)
    diagnosed = {case: outcomes_of(tried, case) for case in chosen}
    main = {case: _main(*found) for case, found in diagnosed.items()}
    misses = _miss_table(searched, main)
    chance = {"n_resamples": n_resamples, "seed": seed}
    causes = {case: one.cause if one else NONE_OF_THESE for case, one in main.items()}
    left = set(missed) - set(chosen)
    kept = [case for case in cases if case not in left]
    return MissReport(
        misses=misses,
        causes=cause_table(
            [
                {**_labels(searched, case), **row}
                for case, found in diagnosed.items()
                for row in cause_rows(*found)
            ]
        ),
        shares=_share_table(searched, misses, wanted, k, **chance),
        remedies=(
            remedy_check(tried, kept, causes, **chance)
            if check and cases
            else pd.DataFrame(columns=CHECK_COLUMNS)
        ),
        notes=(*dataset.notes, *_notes(cases, missed, chosen, k)),
    )


def _drawn(missed: list[Case], n_misses: int | None, seed: int) -> list[Case]:
    """Draw so many misses, kept in their order."""
    if n_misses is None or check_whole(n_misses, "n_misses", least=1) >= len(missed):
        return missed
    rows = np.random.default_rng(seed).choice(len(missed), size=n_misses, replace=False)
    return [missed[row] for row in sorted(rows.tolist())]


def _main(outcomes: list[Outcome], goal: Goal | None) -> Outcome | None:
    return main_outcome(outcomes, goal) if goal else None


def _labels(searched: SearchedSet, case: Case) -> dict[str, object]:
    return {
        "query_id": searched.dataset.queries["query_id"].iloc[case.query],
        "doc_id": searched.ids[case.document],
    }


def _miss_table(searched: SearchedSet, main: dict[Case, Outcome | None]) -> pd.DataFrame:
    documents = searched.found.documents
    rows = [
        {
            **_labels(searched, case),
            "rank": case.rank,
            "main_cause": one.cause if one else NONE_OF_THESE,
            "tested": one.tested if one else "",
            "rank_after": one.best_shown if one else None,
            "gain": (case.rank or 0) - (one.best_shown or 0) if one else None,
            "n_tokens": documents.n_tokens[case.document],
            "truncated": documents.truncated[case.document],
        }
        for case, one in main.items()
    ]
    columns = ["query_id", "doc_id", "rank", "main_cause", "tested", "rank_after", "gain"]
    whole = dict.fromkeys(("rank", "rank_after", "gain", "n_tokens"), "Int64")
    table = pd.DataFrame(rows, columns=[*columns, "n_tokens", "truncated"])
    return table.astype({**whole, "truncated": bool})


def _share_table(
    searched: SearchedSet,
    misses: pd.DataFrame,
    wanted: Sequence[Bucket],
    k: int,
    *,
    n_resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Return which share of the misses each cause has, in all and by bucket."""
    places = np.array([searched.row_of[doc_id] for doc_id in misses["doc_id"]], dtype=np.intp)
    rows: list[dict[str, object]] = []
    for bucket in wanted:
        inside = (
            np.ones(len(places), bool) if bucket.documents is None else bucket.documents[places]
        )
        own = misses[inside]
        for cause in (*CAUSES, NONE_OF_THESE):
            values = (own["main_cause"] == cause).to_numpy(dtype=np.float64)
            groups = own["query_id"].tolist()
            figure = _share(values, groups, n_resamples=n_resamples, seed=seed)
            rows.append({**bucket.columns, "cause": cause, **figure})
    labels = {
        "dataset": searched.dataset.name,
        "encoder": encoder_columns(searched.encoder)["encoder"],
        "max_length": searched.encoder.max_length,
        "k": k,
        "metric": "share_of_misses",
        "unit": "share",
    }
    return pd.DataFrame(rows).assign(**labels)[SHARE_COLUMNS]


def _share(
    values: np.ndarray, groups: list[str], *, n_resamples: int, seed: int
) -> dict[str, object]:
    if not len(values):
        return unmeasured("nothing is missed here")
    return interval_row(
        lambda: float(values.mean()),
        lambda: measures.bootstrap_mean(values, groups=groups, n_resamples=n_resamples, seed=seed),
        n=len(values),
    )


def _notes(cases: list[Case], missed: list[Case], chosen: list[Case], k: int) -> tuple[str, ...]:
    several = count(len(missed), "is", "are")
    told = f"of {count(len(cases), 'relevant document')}, {several} not among the first {k}"
    if len(chosen) == len(missed):
        return (told,)
    return told, f"{count(len(chosen), 'miss', 'misses')} of them were drawn and diagnosed"
