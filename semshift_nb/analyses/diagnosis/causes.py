"""What may keep a document from being found, and which of it explains a miss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semshift_nb.analyses.results import MEASURED, NOT_MEASURED

JUDGED, CAPACITY, CUT_OFF = "judged wrongly perhaps", "capacity", "cut off"
TRUNCATED, POSITION, DILUTED = "truncated", "position", "diluted"
CROWDED, LEXICAL, LENGTH = "crowded", "lexical", "length"
CAUSES = (JUDGED, CAPACITY, CUT_OFF, TRUNCATED, POSITION, DILUTED, CROWDED, LEXICAL, LENGTH)
"""In the order in which equal gains are told."""

NONE_OF_THESE = "none of these"

_GENTLER: Mapping[str, Sequence[str]] = {DILUTED: (POSITION,)}
"""What changes less: a sentence alone is out of its place, too."""


@dataclass(frozen=True)
class Outcome:
    """What one intervention led to: ranks after it, or why it could not be tried.

    ``rank`` is that with the right document alone changed, ``alike`` with the winners changed in
    the same way; for what concerns all documents they are one.
    """

    cause: str
    tested: str
    rank: int | None
    reason: str = ""
    alike: int | None = None

    @property
    def best_shown(self) -> int | None:
        """The rank that counts: a part that is chosen as the best must also beat the others'."""
        return self.rank if self.alike is None else self.alike


@dataclass(frozen=True)
class Goal:
    """The rank of a document as it is, and the rank at which it would count as found."""

    rank: int
    wanted: int

    @classmethod
    def of(cls, rank: int, k: int) -> "Goal":
        """Want a miss among the first k, and what is there already at the top."""
        return cls(rank, k if rank > k else 1)

    def reached(self, rank: int | None) -> bool:
        """Say whether the document would be found at this rank."""
        return rank is not None and rank <= self.wanted < self.rank

    def verdict(self, outcome: Outcome) -> str:
        """Say in words what an intervention did."""
        if outcome.rank is None:
            return "not tested"
        if outcome.rank >= self.rank:
            return "no gain"
        gained = f"rank {outcome.rank:,} instead of {self.rank:,}"
        if outcome.alike is not None:
            gained += f", and {outcome.alike:,} when the winners are read so, too"
        if self.reached(outcome.best_shown):
            return f"mends it: {gained}"
        some = (outcome.best_shown or self.rank) < self.rank
        return f"{'helps, but not enough' if some else 'no gain over the winners'}: {gained}"

    def mends(self, outcome: Outcome) -> bool:
        """Say whether the document would be found."""
        return self.reached(outcome.rank) and self.reached(outcome.best_shown)


def _by_gain(outcome: Outcome) -> tuple[int, int]:
    return outcome.best_shown or 0, CAUSES.index(outcome.cause)


def main_outcome(outcomes: Sequence[Outcome], goal: Goal) -> Outcome | None:
    """Return what mends a miss with the largest gain, or nothing.

    An intervention that contains a gentler one is no cause where the gentler one is enough.
    """
    mending = {outcome.cause: outcome for outcome in outcomes if goal.mends(outcome)}
    needed = [
        outcome
        for cause, outcome in mending.items()
        if not any(gentler in mending for gentler in _GENTLER.get(cause, ()))
    ]
    return min(needed, key=_by_gain, default=None)


def rows_of(outcomes: Sequence[Outcome], goal: Goal) -> list[dict[str, object]]:
    """Return a row a cause: what was tried, the ranks before and after, and what that says."""
    main = main_outcome(outcomes, goal)
    return [
        {
            "cause": outcome.cause,
            "tested": outcome.tested,
            "rank_before": goal.rank,
            "rank_after": outcome.rank,
            "rank_alike": outcome.best_shown,
            "gain": None if outcome.best_shown is None else goal.rank - outcome.best_shown,
            "is_main": outcome is main,
            "verdict": goal.verdict(outcome),
            "status": NOT_MEASURED if outcome.rank is None else MEASURED,
            "reason": outcome.reason,
        }
        for outcome in outcomes
    ]


def verdict(main: Outcome | None, outcomes: Sequence[Outcome], goal: Goal) -> str:
    """Say in a sentence why a document was not found."""
    if goal.rank == 1:
        return "it ranks first: there is nothing to explain"
    if main is not None:
        return f"{main.cause}: {main.tested}, it would rank {_ranks(main)} instead of {goal.rank:,}"
    helping = [one for one in outcomes if one.best_shown and one.best_shown < goal.rank]
    if not helping:
        return f"{NONE_OF_THESE}: no intervention gains a rank over {goal.rank:,}"
    best = min(helping, key=_by_gain)
    return (
        f"{NONE_OF_THESE}: the most that is gained is rank {_ranks(best)} instead of "
        f"{goal.rank:,} ({best.cause}: {best.tested})"
    )


def _ranks(outcome: Outcome) -> str:
    alike = outcome.alike if outcome.alike != outcome.rank else None
    return f"{outcome.rank:,}" + (f" ({alike:,} if the winners are read so, too)" if alike else "")
