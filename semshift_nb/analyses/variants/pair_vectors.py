"""Pairs of texts with their vectors, those without a direction left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.corpora import TextPairs
from semshift_nb.encoders import Encoder


@dataclass(frozen=True, eq=False)
class PairVectors:
    """Vectors of some pairs and of their texts, each with the document that it belongs to.

    ``left`` and ``right`` are rows of ``vectors``, one a pair; ``vectors`` has each distinct text
    once. Pairs and texts without a direction are not in here, and ``note`` says how many.
    """

    vectors: NDArray[np.float32]
    text_groups: NDArray[np.object_]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    pair_groups: NDArray[np.object_]
    positive: NDArray[np.bool_]
    scores: NDArray[np.float64] | None
    truncated_share: float
    note: str

    def positives(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return both sides of the pairs that mean alike."""
        return self.vectors[self.left[self.positive]], self.vectors[self.right[self.positive]]

    def cosines(self) -> NDArray[np.float64]:
        """Return the cosine of each pair."""
        sides = (self.vectors[rows].astype(np.float64) for rows in (self.left, self.right))
        return np.asarray(np.vecdot(*sides))


def read_pairs(pairs: TextPairs, encoder: Encoder) -> PairVectors:
    """Encode each distinct text of some pairs once, in one call."""
    texts = pairs.texts
    encoded = encode_all(encoder, texts["text"].tolist())
    # Rows of the texts that have a direction, and -1 for those that have none.
    row_of = np.where(encoded.directed, np.cumsum(encoded.directed) - 1, -1)
    place = dict(zip(texts["text"], row_of.tolist(), strict=True))
    left, right = (
        np.array([place[text] for text in pairs.table[side]], dtype=np.intp)
        for side in ("left", "right")
    )
    kept = (left >= 0) & (right >= 0)
    n_lost = int((~kept).sum())
    directed = encoded.directed
    return PairVectors(
        vectors=encoded.vectors[directed],
        text_groups=texts["group"].to_numpy(dtype=object)[directed],
        left=left[kept],
        right=right[kept],
        pair_groups=pairs.table["group"].to_numpy(dtype=object)[kept],
        positive=pairs.positive[kept],
        scores=None if pairs.scores is None else pairs.scores[kept],
        truncated_share=float(encoded.truncated[directed].mean()) if directed.any() else 0.0,
        note=f"{n_lost} pairs without a direction in this encoder are left out" if n_lost else "",
    )
