"""What a report card asks of a model: figure by figure, with what to do about each."""

from typing import NamedTuple


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

ASPECTS = (SHIFT, CONCENTRATION, LENGTH, RANK, FIRST, DEAD, OUTLIERS, TRUNCATION)
