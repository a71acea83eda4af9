"""The same queries through one remedy after another, each against the model as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.remedies.catalogue import (
    DEFAULT_REMEDIES,
    check_remedies,
    kind_of,
    setting_of,
    variants,
)
from semshift_nb.analyses.remedies.pipeline import (
    Bench,
    Stage,
    Step,
    Steps,
    encode_seconds,
    sample_of,
)
from semshift_nb.analyses.remedies.rows import TABLE, Rung, figure_rows
from semshift_nb.analyses.remedies.verdict import AS_IT_IS, timing, verdict
from semshift_nb.analyses.results import MEASURED, unmeasured
from semshift_nb.analyses.retrieval.comparison import ALL_QUERIES, HELD_OUT, TUNING
from semshift_nb.analyses.retrieval.metric_table import (
    ALL,
    CHANGE,
    ResamplingOptions,
    adjust,
    change_rows,
    mean_row,
)
from semshift_nb.analyses.retrieval.search import MAIN, query_scores
from semshift_nb.analyses.splitting.chunk_retrieval import asked_for, averaged
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.encoders.cache import Tally
from semshift_nb.errors import InputError
from semshift_nb.names import count

TOGETHER = "best together"
_LEAST_TO_SPLIT = 4

_LEAST_GAIN = 0.01
"""Of nDCG@10 where it is chosen: what gains less is not taken together with others."""

KNOWN_ITEM = (
    "The queries are sentences taken out of the documents. They show whether a document is found "
    "by what stands somewhere in it, and which remedy helps with that; not what people would ask, "
    "nor what helps with that: they share their words and their form with the text around them, "
    "which flatters words (bm25) and single sentences (maxsim)."
)
"""What queries that nobody asked can show, and what they cannot."""


@dataclass(frozen=True, eq=False)
class RemedyLadder:
    """What each remedy gains and costs on one set with one encoder.

    Attributes
    ----------
    table : DataFrame
        The figures, with intervals and tests; see `remedy_ladder`.
    chosen : str
        The remedy that reached most, on the queries kept for choosing where there were such;
        ``"as it is"`` where none reached more than the model.
    tally : Tally
        How many vectors were asked for, and how many of them the store had.
    notes : tuple of str
        What is to be known of the set, its queries and what they can show.
    """

    table: pd.DataFrame
    chosen: str
    tally: Tally
    notes: tuple[str, ...]

    @property
    def rungs(self) -> pd.DataFrame:
        """One row a remedy: ``nDCG@10`` and its change, and the value of every other figure.

        ``index_ratio`` and ``read_ratio`` are its bytes and tokens by those of the model as it is.
        """
        told = self.table[self.table["queries"] != TUNING]
        main = told[told["metric"] == MAIN].set_index("remedy", drop=False)
        columns = ["remedy", "kind", "setting", "value", *CHANGE, "status", "reason"]
        rest = told[told["metric"] != MAIN]
        wide = rest.pivot_table(index="remedy", columns="metric", values="value", sort=False)
        joined = main[columns].rename(columns={"value": MAIN}).join(wide).reset_index(drop=True)
        return joined.assign(
            index_ratio=joined["index_bytes"] / joined["index_bytes"].iloc[0],
            read_ratio=joined["tokens_read"] / joined["tokens_read"].iloc[0],
        )

    @property
    def figures(self) -> pd.DataFrame:
        """The table with a row of its own for each difference; see `change_rows`."""
        plain = self.table.drop(columns=CHANGE)
        refused = plain[(plain["metric"] == MAIN) & (plain["status"] != MEASURED)]
        changes = [change_rows(self.table), refused.assign(metric=f"change of {MAIN}")]
        return pd.concat([plain, *changes], ignore_index=True)

    @property
    def verdict(self) -> list[str]:
        """What to do, what it costs, and what was not shown to help, a sentence each."""
        return verdict(self.table, self.chosen)

    @property
    def timing(self) -> str:
        """How long the chosen remedy took, by the model as it is; no two runs measure alike."""
        return timing(self.table, self.chosen)


@by_name
def remedy_ladder(
    dataset: RetrievalSet,
    encoder: Encoder,
    *,
    remedies: Sequence[str] = DEFAULT_REMEDIES,
    tune: bool = True,
    n_resamples: int = 1000,
    n_permutations: int = 9999,
    seed: int = 0,
) -> RemedyLadder:
    """Search a set with one remedy after another, and test each against the model as it is.

    Parameters
    ----------
    dataset : RetrievalSet
        Documents, queries and judgements.
    encoder : Encoder
        The model as it is.
    remedies : sequence of str
        Names of `REMEDIES`, and combinations of them such as ``"turning-chunks+bm25-fused"``.
    tune : bool, default True
        Choose the setting of each remedy, and the best remedy, by nDCG@10 on one half of the
        queries, and report on the other half; the best of each kind that gain 0.01 or more where it
        is chosen are then also taken together. Without it each remedy has its usual setting, and
        all queries are reported.
    n_resamples, n_permutations : int
        Of the intervals and of the tests.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    RemedyLadder
        Its ``table`` has a row for each remedy and figure: ``dataset``, ``split``, ``encoder``,
        ``max_length``, ``remedy`` (``as it is`` for the reference), ``kind`` (what it is done to),
        ``setting``, ``queries`` (``all``, ``held out``, or ``tuning`` for nDCG@10 where a choice
        was made), ``metric``, ``value`` with its 95 % interval, ``n``, ``unit``, ``difference``
        from the reference with its paired interval, ``p_value`` (paired permutation) and ``p_holm``
        (adjusted for all remedies), ``status`` and ``reason``. Metrics are ``nDCG@10``, ``RR@10``,
        ``R@100`` and ``AP``; of the vectors in the index ``MPD`` and ``effective_rank``;
        ``hubness``, the skewness of how many queries find each document among their first ten;
        ``index_bytes``, ``tokens_read`` (by the model, to index the documents), ``encode_time`` and
        ``search_time`` (in one run, on this machine, times that of the reference; codes are
        searched decoded, so that their time is not that of a compiled index). Queries that ask for
        the same documents are averaged first: ``n`` counts what was asked for. A remedy that does
        not fit has one row, of nDCG@10, without a value and with the reason.

    Raises
    ------
    InputError
        If a remedy is unknown, or the model cannot search the set as it is.
    """
    wanted = check_remedies(remedies)
    chance = ResamplingOptions(n_resamples=n_resamples, n_permutations=n_permutations, seed=seed)
    tuning = _tuning(dataset, seed) if tune else None
    ladder = _Ladder(dataset, encoder, chance, tuning)
    for own in wanted:
        ladder.climb(own)
    if tuning is not None:
        ladder.climb_together()
    return ladder.result(_few(dataset) if tune and tuning is None else "")


class _Ladder:
    """Rungs and rows while they are gathered; the first is the model as it is."""

    def __init__(
        self,
        dataset: RetrievalSet,
        encoder: Encoder,
        chance: ResamplingOptions,
        tuning: NDArray[np.bool_] | None,
    ) -> None:
        self._tally = Tally()
        self._dataset, self._chance, self._tuning = dataset, chance, tuning
        self._bench = Bench(dataset, encoder.counting(self._tally))
        self._sample = sample_of(dataset, chance.seed)
        encode_seconds(self._bench, (), self._sample)  # the first time a model runs it is slow
        self._reached: dict[str, float] = {}
        self._steps: dict[str, Steps] = {}
        self._rows: list[dict[str, object]] = []
        self._reference = self._rung(())
        self._report(AS_IT_IS, AS_IT_IS, (), self._reference)

    def climb(self, own: tuple[str, ...]) -> None:
        """Add a remedy, at the setting that reaches most where there is a choice."""
        name = "+".join(own)
        rungs: list[tuple[Steps, Rung]] = []
        reason = ""
        for steps in self._settings(own):
            try:
                rungs.append((steps, self._rung(steps)))
            except InputError as error:
                reason = reason or str(error)
        if not rungs:
            self._rows.append({**self._labels(name, kind_of(own), ()), **_refused(reason)})
            return
        steps, rung = max(rungs, key=lambda one: self._reach(one[1]))
        self._report(name, kind_of(own), steps, rung)

    def climb_together(self) -> None:
        """Add what gains most at each stage, all of it together."""
        best: dict[Stage, str] = {}
        for name, steps in self._steps.items():
            gain = self._reached[name] - self._reached[AS_IT_IS]
            if len(steps) != 1 or gain < _LEAST_GAIN:
                continue
            stage = steps[0].stage
            if stage not in best or self._reached[name] > self._reached[best[stage]]:
                best[stage] = name
        if best.get(Stage.WORDS) == "bm25":
            del best[Stage.WORDS]
        chosen = tuple(self._steps[best[stage]][0] for stage in sorted(best))
        if len(chosen) < 2 or chosen in self._steps.values():
            return
        try:
            rung = self._rung(chosen)
        except InputError as error:
            labels = self._labels(TOGETHER, "combination", chosen)
            self._rows.append({**labels, **_refused(str(error))})
            return
        self._report(TOGETHER, "combination", chosen, rung)

    def result(self, note: str) -> RemedyLadder:
        """Return all that was added, and a note of the choice."""
        table = pd.DataFrame(self._rows).reindex(columns=TABLE)
        adjusted = adjust(table.assign(length_bucket=ALL, shift_bucket=ALL))[TABLE]
        chosen = max(self._reached, key=lambda name: self._reached[name])
        notes = [*self._dataset.notes, *self._bench.notes, *filter(None, [note])]
        if self._dataset.split == "known item":
            notes.append(KNOWN_ITEM)
        encoder = self._bench.encoder
        if encoder.similarity != "cosine":
            notes.append(
                f"{encoder.name} declares the similarity {encoder.similarity}; all remedies, and "
                "the model as it is, rank by the cosine here"
            )
        return RemedyLadder(adjusted, chosen, self._tally, tuple(notes))

    def _settings(self, own: tuple[str, ...]) -> list[Steps]:
        found = variants(own, self._bench.encoder)
        return found if self._tuning is not None else found[:1]

    def _rung(self, steps: Steps) -> Rung:
        found = self._bench.find(steps)
        scores = averaged(query_scores(self._dataset, found.ranking), self._dataset)
        return Rung(scores, found, encode_seconds(self._bench, steps, self._sample))

    def _reach(self, rung: Rung) -> float:
        values = rung.scores[MAIN].to_numpy(dtype=np.float64)
        return float(values.mean() if self._tuning is None else values[self._tuning].mean())

    def _report(self, name: str, kind: str, steps: Steps, rung: Rung) -> None:
        labels = self._labels(name, kind, steps)
        self._reached[name], self._steps[name] = self._reach(rung), steps
        everyone = np.ones(len(rung.scores), dtype=np.bool_)
        told = everyone if self._tuning is None else ~self._tuning
        before = None if not steps else self._reference
        rows = figure_rows(rung, before, told, self._chance)
        self._rows += [{**row, **labels} for row in rows]
        if self._tuning is not None:
            values = rung.scores[MAIN].to_numpy(dtype=np.float64)[self._tuning]
            chosen = {"metric": MAIN, **mean_row(values, self._chance), "unit": "0 to 1"}
            said = {"queries": TUNING, "reason": "a choice was made by this figure"}
            self._rows.append({**labels, **chosen, **said})

    def _labels(self, name: str, kind: str, steps: Steps) -> dict[str, object]:
        return {
            "dataset": self._dataset.name,
            "split": self._dataset.split,
            "encoder": self._bench.encoder.name,
            "max_length": self._bench.encoder.max_length,
            "remedy": name,
            "kind": kind,
            "setting": _together(steps) if name == TOGETHER else setting_of(steps),
            "queries": ALL_QUERIES if self._tuning is None else HELD_OUT,
        }


def _together(steps: Steps) -> str:
    return " + ".join(map(_named, steps))


def _named(step: Step) -> str:
    return f"{step.remedy} ({step.setting})" if step.setting else step.remedy


def _refused(reason: str) -> dict[str, object]:
    return {"metric": MAIN, "unit": "0 to 1", **unmeasured(reason)}


def _tuning(dataset: RetrievalSet, seed: int) -> NDArray[np.bool_] | None:
    """Draw the half of what is asked for that choices are made on; None of too little."""
    n = int(asked_for(dataset).max()) + 1
    if n < _LEAST_TO_SPLIT:
        return None
    mask = np.zeros(n, dtype=np.bool_)
    mask[np.random.default_rng(seed).permutation(n)[: n // 2]] = True
    return mask


def _few(dataset: RetrievalSet) -> str:
    """Say that there are too few queries for a choice."""
    n = int(asked_for(dataset).max()) + 1
    return (
        f"{count(n, 'thing is', 'things are')} asked for, too few to choose a setting on one half "
        f"and report on the other, which takes {_LEAST_TO_SPLIT}: remedies have their usual "
        "settings, and all queries are reported."
    )
