"""Pairs of texts that are said to mean alike."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.unicode import well_formed
from semshift_nb.validation import shortened

SHARE_OF_SCALE = 0.8
"""A pair counts as positive from here on, where no bound is given: 4 of 5, as in SimCSE."""


@dataclass(frozen=True, eq=False, repr=False)
class TextPairs:
    """Pairs of texts: all of them alike, or with a score that says how much.

    Parameters
    ----------
    name : str
        What the pairs were made from. Pairs and documents of the same name whose ``group`` is the
        same are drawn together.
    kind : str
        What makes them pairs: "adjacent sentences", for one.
    table : DataFrame
        ``left`` and ``right``, both strings. ``group`` if it is there: what an interval draws
        whole, the document of adjacent sentences for one; without it every pair is its own.
        ``score`` if it is there: how much alike a pair is, more for more.
    min_score : float, optional
        A pair is a positive one from this score on. If left out, from where the upper fifth of
        the scale begins, the scale being that of the scores found.

    Attributes
    ----------
    table : DataFrame
        ``group``, ``left``, ``right`` and, if there was one, ``score``.
    min_score : float or None
        The bound; None where there are no scores.

    Raises
    ------
    InputError
        If a column is missing, a text is missing or no string, a score is no finite number, no
        pair reaches the bound, or there is a bound and no score. No pairs at all are no error: a
        corpus may have none.

    References
    ----------
    Gao, Yao, Chen 2021 (SimCSE) take the pairs of STS-B above 4 of 5 for positive.

    Examples
    --------
    >>> table = pd.DataFrame({"left": ["a cat"], "right": ["the cat"]})
    >>> TextPairs("cats", "labelled", table)
    <TextPairs 'cats' (labelled): 1 pair>
    """

    name: str
    kind: str
    table: pd.DataFrame
    min_score: float | None = None

    def __post_init__(self) -> None:
        source = f"pairs {self.name!r} ({self.kind})"
        object.__setattr__(self, "table", _check(self.table, source))
        object.__setattr__(self, "min_score", _check_bound(self.scores, self.min_score, source))

    def __repr__(self) -> str:
        counted = f"{count(len(self), 'pair')}"
        if self.min_score is not None:
            counted += f", {int(self.positive.sum())} of them from {self.min_score:g} on"
        return f"<TextPairs {self.name!r} ({self.kind}): {counted}>"

    def __len__(self) -> int:
        return len(self.table)

    def sample(self, n_pairs: int, *, seed: int = 0) -> "TextPairs":
        """Draw some of the pairs at random.

        Parameters
        ----------
        n_pairs : int
            At most so many.
        seed : int, default 0
            Of the draw.

        Returns
        -------
        TextPairs
            In their order, with the same bound.

        Raises
        ------
        InputError
            If ``n_pairs`` is below 1, or none of those that were drawn reaches the bound.

        Examples
        --------
        >>> table = pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"]})
        >>> TextPairs("letters", "labelled", table).sample(1)
        <TextPairs 'letters' (labelled): 1 pair>
        """
        if n_pairs < 1:
            raise InputError(f"n_pairs is {n_pairs}, expected at least 1.")
        if n_pairs >= len(self):
            return self
        rows = np.random.default_rng(seed).choice(len(self), size=n_pairs, replace=False)
        drawn = self.table.iloc[np.sort(rows)].reset_index(drop=True)
        return TextPairs(self.name, self.kind, drawn, self.min_score)

    @property
    def scores(self) -> NDArray[np.float64] | None:
        """The scores, one a pair; None where there are none."""
        return self.table["score"].to_numpy() if "score" in self.table else None

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which pairs mean alike: those from ``min_score`` on, or all of them."""
        scores = self.scores
        if scores is None or self.min_score is None:
            return np.ones(len(self), dtype=np.bool_)
        return scores >= self.min_score

    @cached_property
    def texts(self) -> pd.DataFrame:
        """All texts of all pairs, each once.

        Returns
        -------
        DataFrame
            ``group`` (of the first pair that has the text) and ``text``.

        Examples
        --------
        >>> table = pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"]})
        >>> TextPairs("letters", "labelled", table).texts["text"].tolist()
        ['a', 'b', 'c']
        """
        both = {
            "group": np.repeat(self.table["group"].to_numpy(dtype=object), 2),
            "text": self.table[["left", "right"]].to_numpy(dtype=object).ravel(),
        }
        return pd.DataFrame(both).drop_duplicates("text", ignore_index=True)


def _check(table: pd.DataFrame, source: str) -> pd.DataFrame:
    missing = [name for name in ("left", "right") if name not in table.columns]
    if missing:
        raise InputError(
            f"{source} have no column {', '.join(map(repr, missing))}; expected a row for each "
            "pair, its texts in left and right."
        )
    groups = table["group"] if "group" in table else range(len(table))
    checked = {"group": [well_formed(str(cell)) for cell in groups]}
    for side in ("left", "right"):
        cells = table[side].tolist()
        _refuse([not isinstance(cell, str) for cell in cells], cells, f"{source}: {side} texts")
        checked[side] = [well_formed(cell) for cell in cells]
    result = pd.DataFrame(checked, dtype=object)
    if "score" in table:
        cells = table["score"].tolist()
        numbers = np.array([_number(cell) for cell in cells], dtype=np.float64)
        _refuse(~np.isfinite(numbers), cells, f"{source}: scores")
        result["score"] = numbers
    return result


def _refuse(wrong: Iterable[bool], cells: list[object], what: str) -> None:
    rows = [row for row, is_wrong in enumerate(wrong) if is_wrong]
    if rows:
        raise InputError(
            f"{what} are missing or of the wrong kind in {len(rows)} of {len(cells)} rows, counted "
            f"from 0 at {shortened(rows)} (the first is {cells[rows[0]]!r:.60}): expected a string "
            "for a text and a finite number for a score. Fill in or leave out these rows."
        )


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return math.nan


def _check_bound(
    scores: NDArray[np.float64] | None, bound: float | None, source: str
) -> float | None:
    if scores is None or not len(scores):
        if bound is not None:
            raise InputError(
                f"{source} have no scores, but only those from {bound} on were to count: leave "
                "min_score out, or name the column of scores."
            )
        return None
    least, most = float(scores.min()), float(scores.max())
    chosen = least + SHARE_OF_SCALE * (most - least) if bound is None else float(bound)
    if not chosen <= most:
        raise InputError(
            f"{source}: min_score is {chosen:g}, but scores go from {least:g} to {most:g}: no pair "
            "would be positive."
        )
    return chosen
