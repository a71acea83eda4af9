"""The texts of the concatenation experiment: which sentences, in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.errors import InputError

MODES = ("repeat", "sequential", "random")

MIN_CHARACTERS = 12
"""A shorter sentence ("See also.", "1994.") is a crumb, and no anchor. (Words would not do: Chinese
has no spaces.)"""


@dataclass(frozen=True)
class Design:
    """What the experiment was asked to be."""

    ks: tuple[int, ...]
    modes: tuple[str, ...]
    n_anchors: int
    n_library: int
    seed: int

    @property
    def n_followers(self) -> int:
        """Sentences that must follow an anchor in its document."""
        return max(self.ks) - 1 if "sequential" in self.modes else 0


@dataclass(frozen=True)
class Sample:
    """What was drawn: rows of the sentence table, and a note on what the corpus did not have."""

    anchors: NDArray[np.intp]
    library: NDArray[np.intp]
    mates: NDArray[np.intp]
    note: str


def design(
    ks: Sequence[int], modes: Sequence[str], *, n_anchors: int, n_library: int, seed: int
) -> Design:
    """Check what was asked for."""
    if not ks or any(k < 1 for k in ks):
        raise InputError(f"ks is {tuple(ks)}, expected numbers of sentences from 1, as (1, 2, 4).")
    if not modes or any(mode not in MODES for mode in modes):
        raise InputError(f"modes is {tuple(modes)}, expected some of {', '.join(MODES)}.")
    if n_anchors < 2 or n_library < 2:
        raise InputError(
            f"n_anchors is {n_anchors} and n_library {n_library}, expected at least 2 of each."
        )
    return Design(tuple(dict.fromkeys(ks)), tuple(dict.fromkeys(modes)), n_anchors, n_library, seed)


def draw(sentences: pd.DataFrame, wanted: Design) -> Sample | str:
    """Draw anchors, library and random mates, or say why the corpus does not allow it.

    The mates of an anchor for a smaller k are the first of those for a larger one, so that the
    points of a curve are comparable text by text.
    """
    eligible = _eligible(sentences, wanted.n_followers)
    n_rows, n_mates = len(sentences), max(wanted.ks) - 1
    if len(eligible) < 2 or n_rows <= n_mates:
        return (
            f"{len(eligible)} sentences have {MIN_CHARACTERS} characters and {wanted.n_followers} "
            "followers in their document, expected at least 2; ask for smaller ks or leave out "
            "sequential"
        )
    rng = np.random.default_rng(wanted.seed)
    anchors = np.sort(rng.choice(eligible, min(wanted.n_anchors, len(eligible)), replace=False))
    library = np.sort(rng.choice(n_rows, min(wanted.n_library, n_rows), replace=False))
    mates = draw_mates(rng, anchors, n_rows=n_rows, n_mates=n_mates)
    return Sample(anchors, library, mates, _note(wanted, len(anchors), n_library=len(library)))


def draw_mates(
    rng: np.random.Generator, anchors: NDArray[np.intp], *, n_rows: int, n_mates: int
) -> NDArray[np.intp]:
    """Draw for each anchor other rows of the sentence table, of shape (n_anchors, n_mates)."""
    # Drawn from one row fewer, then moved past the anchor: every row but the anchor is as likely.
    mates = np.stack([rng.choice(n_rows - 1, n_mates, replace=False) for _ in anchors])
    return mates + (mates >= anchors[:, None])


def members(
    sample: Sample, wanted: Design
) -> Iterator[tuple[str, int, NDArray[np.intp], NDArray[np.intp]]]:
    """Yield mode, k, anchors, and the rows of the sentences each anchor's text is made of."""
    steps = np.arange(max(wanted.ks))
    rows = {
        "repeat": sample.anchors[:, None] + 0 * steps,
        "sequential": sample.anchors[:, None] + steps,
        "random": np.concatenate([sample.anchors[:, None], sample.mates], axis=1),
    }
    for mode in wanted.modes:
        for k in wanted.ks:
            yield mode, k, sample.anchors, rows[mode][:, :k]


def _eligible(sentences: pd.DataFrame, n_followers: int) -> NDArray[np.intp]:
    """Return the rows of sentences that are long enough and have enough followers."""
    documents = sentences["doc_id"].to_numpy()
    followed = np.zeros(len(documents), dtype=np.bool_)
    n = len(documents) - n_followers
    if n > 0:
        followed[:n] = documents[:n] == documents[n_followers:]
    long_enough = np.array([len(text) >= MIN_CHARACTERS for text in sentences["text"]], dtype=bool)
    return np.flatnonzero(followed & long_enough)


def _note(wanted: Design, n_anchors: int, *, n_library: int) -> str:
    """Say where the corpus had less than was asked for."""
    short = [
        f"{got} {what} of {asked} asked for"
        for got, what, asked in (
            (n_anchors, "anchors", wanted.n_anchors),
            (n_library, "library sentences", wanted.n_library),
        )
        if got < asked
    ]
    return f"the corpus has only {' and '.join(short)}" if short else ""
