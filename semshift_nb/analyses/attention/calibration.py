"""A temperature for each length of text, so that attention filters alike at all of them."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.results import MEASURED, NOT_MEASURED, joined
from semshift_nb.analyses.token_counts import ladder_of, long_documents
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Schedule
from semshift_nb.errors import InputError

STEPS_PER_DOUBLING = 4
"""How closely the range is looked through: a factor of 1.19 from one temperature to the next."""

_PRECISION = 1e-3
"""Of the logarithm of the temperature: a tenth of a percent."""


def nearest_root(
    gap: Callable[[float], float], *, between: tuple[float, float]
) -> tuple[float | None, dict[float, float]]:
    """Look outward from 1 in both directions for a change of sign, then for the zero within it.

    Returns the zero, None where there is none, and everything that was looked at. A function that
    returns exactly 0 (near enough, to its own mind) ends the search there. Two zeros closer
    together than the steps are not seen.
    """
    low, high = (math.log(end) for end in check_range(between))
    looked: dict[float, float] = {}

    @cache
    def at(place: float) -> float:
        tau = math.exp(place)
        looked[tau] = gap(tau)
        return looked[tau]

    if at(0.0) == 0:
        return 1.0, looked
    before = {high: 0.0, low: 0.0}
    while any(before[end] != end for end in before):
        brackets = []
        for end, place in before.items():
            if place == end:
                continue
            step = math.copysign(math.log(2) / STEPS_PER_DOUBLING, end)
            there = place + step if abs(place + step) < abs(end) - 1e-9 else end
            if np.sign(at(there)) != np.sign(at(place)):
                brackets.append((place, there))
            before[end] = there
        if brackets:
            roots = [float(brentq(at, *bracket, xtol=_PRECISION)) for bracket in brackets]
            return math.exp(min(roots, key=abs)), looked
    return None, looked


def check_range(between: tuple[float, float]) -> tuple[float, float]:
    """Return the range, which has 1 inside it."""
    low, high = between
    if not 0 < low < 1 < high < math.inf:
        raise InputError(
            f"between is {between}, expected two temperatures, one below 1 and one above it."
        )
    return low, high


BETWEEN = (0.5, 2.0)

_FIGURES = {
    "filter_rate": (measures.filter_rate, "calibrated"),
    "rms_filter_rate": (measures.rms_filter_rate, "calibrated rms"),
}

_CLOSE = 2e-3
"""A rate within this share of the target has reached it; documents differ by ten times as much."""

_COLUMNS = [
    *["corpus", "encoder", "metric", "n_tokens", "tau", "value", "target", "value_at_1", "n"],
    *["status", "reason"],
]


class Calibration(NamedTuple):
    """A schedule with what it rests on.

    Attributes
    ----------
    schedule : Schedule
        The temperature at each length where one was found; constant beyond the first and the last.
    table : DataFrame
        One row a length, those included for which no temperature was found.
    """

    schedule: Schedule
    table: pd.DataFrame


@by_name
def calibrate(
    encoder: Encoder,
    corpus: Corpus,
    *,
    n_reference: int = 128,
    hold: str = "filter_rate",
    lengths: Sequence[int] | None = None,
    n_documents: int = 4,
    between: tuple[float, float] = BETWEEN,
    seed: int = 0,
) -> Calibration:
    """Find, for each length, the temperature at which attention filters as at a reference length.

    The figure held level is a mean over all layers, heads and documents, the documents being the
    same at all lengths. The model is run anew at each temperature tried, for
    what a layer attends to depends on what the layers before it made of the text.

    Parameters
    ----------
    encoder : Encoder
        Whose attention; a temperature of its own is set aside.
    corpus : Corpus
        Where the documents come from.
    n_reference : int, default 128
        Tokens at which the model stays as it is.
    hold : {"filter_rate", "rms_filter_rate"}, default "filter_rate"
        The figure to hold level: what attention does to the direction it enlarges most, or to a
        deviation of no particular direction. They can ask for opposite temperatures.
    lengths : sequence of int, optional
        Tokens at which to look for a temperature; the reference is one of them in any case. By
        default 16, 32, 64, 128, 256 and 510, up to the encoder's ``max_length``.
    n_documents : int, default 4
        Documents to draw, among those that reach the longest length.
    between : (float, float), default (0.5, 2.0)
        Where to look. The rate need not be monotone in the temperature, so the range is walked
        outward from 1 in both directions, a factor of 1.19 at a time, and the crossing nearest to 1
        is taken.
    seed : int, default 0
        Seed of the drawing.

    Returns
    -------
    Calibration
        ``schedule``, named ``calibrated(128) on 64-510`` after the reference and the lengths it
        rests on (``calibrated rms(128)`` for the other figure): beyond these it is constant, and
        lengths for which no temperature was found are left out of it. ``table`` has a row for each
        length: ``corpus``, ``encoder``, ``metric`` (the figure held), ``n_tokens``, ``tau``,
        ``value`` (the figure there), ``target`` (the figure at the reference), ``value_at_1``,
        ``n`` documents, ``status`` and ``reason``. Where the range holds no temperature that
        reaches the target, ``tau`` and ``value`` are missing, and ``reason`` gives what it does
        reach.

    Raises
    ------
    InputError
        If the encoder has no attention, ``hold`` is unknown, ``between`` does not hold 1, the
        corpus has too few documents of ``n_reference`` tokens, or no length other than the
        reference can be matched.

    References
    ----------
    Length collapse, arXiv 2410.24200, for the filter rate.
    """
    check_range(between)
    if hold not in _FIGURES:
        raise InputError(f"hold is {hold!r}, expected one of {', '.join(_FIGURES)}.")
    if encoder.n_layers is None:
        raise InputError(f"{encoder.name} has no attention to calibrate; use another encoder.")
    ladder = sorted({n_reference, *ladder_of(encoder, lengths)})
    chosen = long_documents(corpus, encoder, ladder, n_documents=n_documents, seed=seed)
    if n_reference in chosen.unreached:
        raise InputError(
            f"the reference has no {hold}: {chosen.unreached[n_reference]}; choose a shorter one."
        )
    texts = [corpus.documents["text"].iloc[row] for row in chosen.rows]
    target = _mean_rate(encoder, texts, n_reference, hold)(1.0)
    rows = [
        _reference(n_reference, target, chosen.note)
        if n_tokens == n_reference
        else _at_length(
            _mean_rate(encoder, texts, n_tokens, hold), n_tokens, target, between, chosen.note
        )
        for n_tokens in chosen.lengths
    ]
    rows += [
        {"n_tokens": n, "status": NOT_MEASURED, "reason": why}
        for n, why in chosen.unreached.items()
    ]
    named = {"corpus": corpus.name, "encoder": encoder.name, "metric": hold}
    held = {**named, "target": target, "n": len(texts)}
    table = pd.DataFrame([{**held, **row} for row in rows], columns=_COLUMNS)
    table = table.sort_values("n_tokens", ignore_index=True)
    return Calibration(_schedule(table, f"{_FIGURES[hold][1]}({n_reference})"), table)


@by_name
def calibrated_schedule(
    encoder: Encoder,
    corpus: Corpus,
    *,
    n_reference: int = 128,
    hold: str = "filter_rate",
    lengths: Sequence[int] | None = None,
    n_documents: int = 4,
    between: tuple[float, float] = BETWEEN,
    seed: int = 0,
) -> Schedule:
    """Find the schedule at which attention filters alike at all lengths.

    Parameters
    ----------
    encoder, corpus, n_reference, hold, lengths, n_documents, between, seed
        See `calibrate`, which also says what could not be matched.

    Returns
    -------
    Schedule
        For ``encoder.at_temperature(...)``; its name tells the lengths it rests on.

    Raises
    ------
    InputError
        As `calibrate`.

    References
    ----------
    Length collapse, arXiv 2410.24200, for the filter rate.
    """
    return calibrate(
        encoder,
        corpus,
        n_reference=n_reference,
        hold=hold,
        lengths=lengths,
        n_documents=n_documents,
        between=between,
        seed=seed,
    ).schedule


def _mean_rate(
    encoder: Encoder, texts: list[str], n_tokens: int, hold: str
) -> Callable[[float], float]:
    """Return the mean figure of these texts, cut at this length, as a function of tau."""
    figure = _FIGURES[hold][0]

    @cache
    def at(tau: float) -> float:
        tempered = encoder.at_length(n_tokens).at_temperature(tau)
        rates = [
            np.concatenate([figure(layer) for layer in read.weights])
            for read in tempered.attention(texts)
        ]
        return float(np.mean(rates))

    return at


def _reference(n_tokens: int, target: float, note: str) -> dict[str, object]:
    """Return the row of the reference length."""
    figures = {"tau": 1.0, "value": target, "value_at_1": target}
    reason = joined("the reference", note)
    return {"n_tokens": n_tokens, **figures, "status": MEASURED, "reason": reason}


def _at_length(
    rate: Callable[[float], float],
    n_tokens: int,
    target: float,
    between: tuple[float, float],
    note: str,
) -> dict[str, object]:
    """Return the row of one length."""

    def gap(tau: float) -> float:
        difference = rate(tau) - target
        return difference if abs(difference) > _CLOSE * target else 0.0

    tau, looked = nearest_root(gap, between=between)
    row: dict[str, object] = {"n_tokens": n_tokens, "value_at_1": rate(1.0)}
    if tau is None:
        rates = [rate(tried) for tried in looked]
        reason = (
            f"no tau from {between[0]:g} to {between[1]:g} gives {target:.3f}: what there is lies "
            f"between {min(rates):.3f} and {max(rates):.3f}; left out of the schedule"
        )
        return {**row, "status": NOT_MEASURED, "reason": joined(reason, note)}
    return {**row, "tau": tau, "value": rate(tau), "status": MEASURED, "reason": note}


def _schedule(table: pd.DataFrame, name: str) -> Schedule:
    found = table[table["tau"].notna()]
    lengths = [int(n_tokens) for n_tokens in found["n_tokens"]]
    if len(lengths) < 2:
        reasons = "; ".join(f"{row.n_tokens}: {row.reason}" for row in table.itertuples())
        raise InputError(
            f"no temperature was found at any length but the reference ({reasons}). Give other "
            "lengths, or a wider range in between."
        )
    spanned = f"{name} on {lengths[0]}-{lengths[-1]}"
    return Schedule(spanned, tuple(lengths), tuple(float(tau) for tau in found["tau"]))
