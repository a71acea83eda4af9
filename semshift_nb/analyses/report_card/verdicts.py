"""What a report card says in words."""

import math
from typing import NamedTuple

import pandas as pd

from semshift_nb.analyses.encoded import MOST_UNKNOWN
from semshift_nb.analyses.results import MEASURED
from semshift_nb.analyses.verdicts import Figure, in_order, single_row, with_interval


class Aspect(NamedTuple):
    """One figure of the card.

    ``better`` says which way is good. With a ``limit`` the figure is judged by it, without one by
    the controls.
    """

    aspect: str
    metric: str
    better: str
    limit: float | None
    digits: int
    notebook: str
    advice: str


SHIFT = Aspect(
    "shift",
    "own_passage@1",
    "high",
    None,
    2,
    "01_semantic_shift",
    "Embed shorter passages, cut where the meaning turns.",
)
CONCENTRATION = Aspect(
    "concentration",
    "MPD",
    "high",
    None,
    3,
    "05_anisotropy",
    "Take off the mean, or whiten, and look whether retrieval gains.",
)
LENGTH = Aspect(
    "length collapse",
    "gap",
    "low",
    0.05,
    3,
    "03_length_collapse",
    "Embed shorter passages; a temperature (04_tempscale) narrows the gap, retrieval gains little.",
)
RANK = Aspect(
    "spectrum",
    "effective_rank",
    "high",
    None,
    0,
    "05_anisotropy",
    "Do not shorten the vectors; whiten if few directions carry the rest.",
)
FIRST = Aspect(
    "spectrum",
    "first_component_share",
    "low",
    None,
    3,
    "05_anisotropy",
    "Take off the first components (all-but-the-top), and look whether retrieval gains.",
)
DEAD = Aspect(
    "dimensions",
    "n_near_zero_dimensions",
    "low",
    0,
    0,
    "07_dimensions",
    "Drop them: they carry nothing and cost room.",
)
OUTLIERS = Aspect(
    "dimensions",
    "n_outlier_dimensions",
    "low",
    0,
    0,
    "07_dimensions",
    "Look whether they drown the others: drop or standardise them, and measure.",
)
TRUNCATION = Aspect(
    "truncation",
    "truncated_share",
    "low",
    0.05,
    2,
    "03_length_collapse",
    "Split the texts, or let the model read more (max_length) if it was trained on more.",
)

VOCABULARY = Aspect(
    "vocabulary",
    "unknown_share",
    "low",
    MOST_UNKNOWN,
    2,
    "00_report_card",
    "Use a model that was trained on this language.",
)

ASPECTS = (SHIFT, CONCENTRATION, LENGTH, RANK, FIRST, DEAD, OUTLIERS, TRUNCATION, VOCABULARY)


GOOD, POOR, UNDECIDED = "good", "look closer", "undecided"

_COLUMNS = ["aspect", "metric", "figure", "controls", "verdict", "why", "advice", "notebook"]


def card_verdicts(card: pd.DataFrame) -> pd.DataFrame:
    """Say of each figure of a report card whether it is good, and what to do where it is not.

    A number of dead or outlier dimensions, a share of truncated texts, a gap between lengths and a
    share of unknown tokens are judged by a limit (0, 0, 0.05, 0.05 and 0.1). Every other figure has
    no limit that would hold for all corpora, so it is judged by the controls: a trained model
    should do better than its random twin and than the mean of word embeddings, by intervals that do
    not overlap.

    Parameters
    ----------
    card : DataFrame
        `report_card` of one model.

    Returns
    -------
    DataFrame
        A row for each figure: ``aspect``, ``metric``, ``figure`` and ``controls`` in words,
        ``verdict`` ("good", "look closer", "undecided" or "not measured"), ``why``, ``advice``
        (empty where nothing is to be done) and ``notebook``, which explains the figure.

    Raises
    ------
    InputError
        If a figure is missing, or there is more than one model.
    """
    return pd.DataFrame([_judged(card, aspect) for aspect in ASPECTS], columns=_COLUMNS)


def card_metrics() -> list[str]:
    """Name the figures of a report card.

    Returns
    -------
    list of str
        Metrics, in the order of the card.

    Examples
    --------
    >>> card_metrics()[:3]
    ['own_passage@1', 'MPD', 'gap']
    """
    return [aspect.metric for aspect in ASPECTS]


def _judged(card: pd.DataFrame, aspect: Aspect) -> dict[str, str]:
    figure = single_row(card, role="model", metric=aspect.metric)
    others = card[(card["role"] == "control") & (card["metric"] == aspect.metric)]
    measured = [row for _, row in others.iterrows() if row["status"] == MEASURED]
    verdict, why = _verdict(figure, measured, aspect)
    return {
        "aspect": aspect.aspect,
        "metric": aspect.metric,
        "figure": _words(figure, aspect.digits),
        "controls": ", ".join(
            f"{row['encoder']} {row['value']:.{aspect.digits}f}" for row in measured
        ),
        "verdict": verdict,
        "why": why,
        "advice": aspect.advice if verdict == POOR else "",
        "notebook": aspect.notebook,
    }


def _words(figure: Figure, digits: int) -> str:
    if figure["status"] != MEASURED:
        return ""
    if math.isnan(figure["ci_low"]):
        return f"{figure['value']:.{digits}f}"
    return with_interval(figure, digits)


def _verdict(figure: Figure, controls: list[Figure], aspect: Aspect) -> tuple[str, str]:
    if figure["status"] != MEASURED:
        return str(figure["status"]), str(figure["reason"])
    if aspect.limit is not None:
        return _by_limit(figure, aspect.limit, aspect.digits)
    return _by_controls(figure, controls, aspect.better)


def _by_limit(figure: Figure, limit: float, digits: int) -> tuple[str, str]:
    """Judge a figure of which less is better; a count, which has no interval, by its value."""
    low, high = float(figure["ci_low"]), float(figure["ci_high"])
    if math.isnan(low):
        low = high = float(figure["value"])
    bound = f"{limit:.{digits}f}"
    if high <= limit:
        return GOOD, f"at most {bound}"
    if low > limit:
        return POOR, f"above {bound}"
    return UNDECIDED, f"the interval holds {bound}"


def _by_controls(figure: Figure, controls: list[Figure], better: str) -> tuple[str, str]:
    """Judge a figure by those of models that lack something."""
    if not controls:
        return UNDECIDED, "nothing to compare with"
    # Above every control where more is better, below every one where less is.
    order = {
        str(control["encoder"]): in_order(
            [figure, control] if better == "high" else [control, figure]
        )
        for control in controls
    }
    worse = [name for name, held in order.items() if held is False]
    level = [name for name, held in order.items() if held is None]
    if worse:
        return POOR, f"worse than {' and '.join(worse)}"
    if level:
        return UNDECIDED, f"not told apart from {' and '.join(level)}"
    return GOOD, f"better than {' and '.join(order)}"
