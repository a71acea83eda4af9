"""What a report card says in words."""

import math
from typing import NamedTuple

import pandas as pd

from semshift_nb.analyses.encoded import MOST_UNKNOWN
from semshift_nb.analyses.results import MEASURED, NOT_MEASURED
from semshift_nb.analyses.verdicts import Figure, in_order, single_row, with_interval
from semshift_nb.errors import InputError
from semshift_nb.names import listed


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


_CHUNKS = ("even", "percentile", "turning", "titled", "late")
_CUT = (*(f"{kind}-chunks" for kind in _CHUNKS), "maxsim", "mean-of-sentences")
_MENDS: dict[str, tuple[str, ...]] = {
    SHIFT.metric: _CUT,
    CONCENTRATION.metric: ("centred", "projected", "whitened"),
    LENGTH.metric: ("tau", "entropy-matched", "calibrated", *_CUT),
    RANK.metric: ("whitened",),
    FIRST.metric: ("all-but-the-top", "projected", "centred"),
    TRUNCATION.metric: ("max-length", *_CUT),
}
"""Which remedies of `remedy_ladder` are tried against a poor figure."""

_ALPHA = 0.05
_GAIN = ("difference", "difference_low", "difference_high")


def card_verdicts(card: pd.DataFrame, *, rungs: pd.DataFrame | None = None) -> pd.DataFrame:
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
    rungs : DataFrame, optional
        ``RemedyLadder.rungs`` of this model on these texts: advice then names the remedies that
        were shown to help, or says that none was.

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
    judged = [_judged(card, aspect) for aspect in ASPECTS]
    if rungs is not None:
        judged = [{**row, "advice": _tried(row["advice"], row["metric"], rungs)} for row in judged]
    return pd.DataFrame(judged, columns=_COLUMNS)


def _tried(advice: str, metric: str, rungs: pd.DataFrame) -> str:
    """Add to an advice what the remedies that it names did on these texts."""
    own = rungs[rungs["remedy"].isin(_MENDS.get(metric, ())) & rungs["difference"].notna()]
    if not advice or own.empty:
        return advice
    helped = own[(own["p_holm"] <= _ALPHA) & (own["difference"] > 0)]
    if helped.empty:
        return f"{advice} On these texts none was shown to help: {listed(own['remedy'])}."
    gains = (
        f"{name} ({gain:+.3f} [{low:+.3f}, {high:+.3f}] nDCG@10)"
        for name, gain, low, high in zip(
            *(helped[column] for column in ("remedy", *_GAIN)), strict=True
        )
    )
    return f"{advice} On these texts it helped: {listed(gains)}."


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


_ROUNDED = 1e-9

WORSE, BETTER, LEVEL = "worse", "better", "not told apart"


def card_changes(card: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """Say of each figure of a report card whether it is worse than that of an earlier card.

    Parameters
    ----------
    card, baseline : DataFrame
        `report_card` of one model each, on the same corpus; the models may be two.

    Returns
    -------
    DataFrame
        A row for each figure: ``metric``, ``before`` and ``now`` in words, and ``change``: "worse"
        or "better" where the 95 % intervals part (numbers without one: where they differ), "not
        told apart", or "not measured" on one of the cards.

    Raises
    ------
    InputError
        If the corpora differ, or a card lacks the figures of a model.
    """
    corpora = [list(dict.fromkeys(one["corpus"])) for one in (baseline, card)]
    if corpora[0] != corpora[1]:
        names = [", ".join(map(str, names)) or "nothing" for names in corpora]
        raise InputError(f"the baseline is of {names[0]}, this card of {names[1]}: compare one.")
    rows = []
    for aspect in ASPECTS:
        now = single_row(card, role="model", metric=aspect.metric)
        if aspect.metric not in set(baseline["metric"]):  # a card of an earlier version
            rows.append([aspect.metric, "", _words(now, aspect.digits), NOT_MEASURED])
            continue
        before = single_row(baseline, role="model", metric=aspect.metric)
        words = [_words(figure, aspect.digits) for figure in (before, now)]
        rows.append([aspect.metric, *words, _change(before, now, aspect.better)])
    return pd.DataFrame(rows, columns=["metric", "before", "now", "change"])


def _change(before: Figure, now: Figure, better: str) -> str:
    if before["status"] != MEASURED or now["status"] != MEASURED:
        return NOT_MEASURED
    (low, high), (low_now, high_now) = (_ends(figure) for figure in (before, now))
    # A number without an interval that was kept in a file has lost its last digits.
    if low <= high_now + _ROUNDED and low_now <= high + _ROUNDED:
        return LEVEL
    return BETTER if (low_now > high) == (better == "high") else WORSE


def _ends(figure: Figure) -> tuple[float, float]:
    """Return the ends of an interval; a count, which has none, is its own."""
    value, low, high = (float(figure[name]) for name in ("value", "ci_low", "ci_high"))
    return (value, value) if math.isnan(low) else (low, high)


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
    low, high = _ends(figure)
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
