"""The figures of the texts of one arm at one rung."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from semshift_nb import measures
from semshift_nb.analyses._figures import NOT_MEASURED
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.analyses._length_reading import Cell
from semshift_nb.corpora import Corpus
from semshift_nb.measures import Interval

UNITS = {
    "MPD": "cosine distance",
    "mean_cosine": "cosine",
    "uniformity": "log potential",
    "effective_rank": "directions",
    "nn_accuracy": "share",
}


def metric_rows(cell: Cell | str, corpus: Corpus, *, seed: int) -> Iterator[dict[str, object]]:
    """Yield the metrics of one arm at one rung."""
    if isinstance(cell, str):
        told = unmeasured(cell)
        yield from ({"metric": metric, "unit": unit, **told} for metric, unit in UNITS.items())
        return
    distance = partial(measures.bootstrap_mean_pairwise_distance, cell.vectors, seed=seed)
    known: dict[str, tuple[Callable[[], float], Callable[[], Interval]]] = {
        "MPD": (partial(measures.mean_pairwise_distance, cell.vectors), distance),
        "mean_cosine": (
            partial(measures.mean_cosine, cell.vectors),
            lambda: turned(distance()),
        ),
        "uniformity": (
            partial(measures.uniformity, cell.vectors),
            partial(measures.bootstrap_uniformity, cell.vectors, seed=seed),
        ),
        "effective_rank": (
            partial(measures.effective_rank, cell.vectors),
            partial(measures.jackknife_effective_rank, cell.vectors, n_parts=50, seed=seed),
        ),
    }
    n, dim = cell.vectors.shape
    bound = {"effective_rank": f"at most {min(n - 1, dim)} for so many texts"}
    for metric, (value, interval) in known.items():
        note = "; ".join(filter(None, [bound.get(metric, ""), cell.note]))
        figures = interval_row(value, interval, n=n, note=note)
        yield {"metric": metric, "unit": UNITS[metric], **figures}
    yield {"metric": "nn_accuracy", "unit": UNITS["nn_accuracy"], **_by_label(cell, corpus, seed)}


def turned(distance: Interval) -> Interval:
    """Return the interval of a mean cosine from that of the mean distance."""
    return Interval(1 - distance.value, 1 - distance.high, 1 - distance.low, distance.n)


def _by_label(cell: Cell, corpus: Corpus, seed: int) -> dict[str, object]:
    """Return the accuracy of the nearest neighbour, over the documents that have a label."""
    if "label" not in corpus.documents:
        return unmeasured("the corpus has no labels")
    labels = corpus.documents["label"].iloc[cell.documents]
    known = labels.notna().to_numpy()
    chosen, vectors = labels[known].astype(str).tolist(), cell.vectors[known]
    if len(chosen) < 2:
        return unmeasured(f"{len(chosen)} of {len(labels)} documents have a label")
    chance = f"by chance {measures.label_chance(chosen):.2f}"
    n_lost = len(labels) - len(chosen)
    lost = f"{n_lost} documents without a label were left out" if n_lost else ""
    return interval_row(
        partial(measures.nearest_neighbour_accuracy, vectors, chosen),
        partial(measures.bootstrap_nearest_neighbour_accuracy, vectors, chosen, seed=seed),
        n=len(chosen),
        note="; ".join(filter(None, [chance, cell.note, lost])),
    )


def unmeasured(reason: str) -> dict[str, object]:
    """Return the columns of a figure that there is none of."""
    nothing = dict.fromkeys(("value", "ci_low", "ci_high"), np.nan)
    return {**nothing, "n": 0, "status": NOT_MEASURED, "reason": reason}
