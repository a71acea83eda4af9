"""The figures of a fixed set of texts, as often as one looks while a model is trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.training.trace import Reading
from semshift_nb.validation import check_whole

MOST_TEXTS = 4096
"""Distances of all pairs of more would take longer than the training that is watched."""

N_BINS = 40
"""Of the histogram of cosines, from -1 to 1."""

_MAPPED = 256
"""Texts in the map, evenly taken."""


@dataclass(frozen=True, eq=False)
class ProbeSet:
    """Texts that are looked at again and again.

    Parameters
    ----------
    texts : sequence of str
        At least two; a few hundred make steady figures.
    groups : sequence of str, optional
        The document of each text, for LiDAR.
    """

    texts: Sequence[str]
    groups: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.texts, str) or not all(isinstance(text, str) for text in self.texts):
            raise InputError("a probe set is a list of texts, each a string.")
        object.__setattr__(self, "texts", tuple(self.texts))
        n_different = len(set(self.texts))
        if n_different < 2 or len(self.texts) > MOST_TEXTS:
            raise InputError(
                f"the probe set has {count(n_different, 'different text')}, expected 2 to "
                f"{MOST_TEXTS:,}: figures of a space need several texts, some hundred are usual."
            )
        if self.groups is not None:
            object.__setattr__(self, "groups", tuple(self.groups))
            if len(self.groups) != len(self.texts):
                raise InputError(
                    f"groups name the documents of {count(len(self.groups), 'text')}, expected "
                    f"{len(self.texts)}: one a text."
                )

    @classmethod
    def of(
        cls, corpus: Corpus, *, n_documents: int = 64, n_sentences: int = 8, seed: int = 0
    ) -> "ProbeSet":
        """Draw documents, and take sentences that follow one another from each.

        Parameters
        ----------
        corpus : Corpus
            Where from.
        n_documents, n_sentences : int
            At most so many documents, and so many sentences of each; shorter documents are left
            out.
        seed : int, default 0
            Of the draw.

        Returns
        -------
        ProbeSet
            With the documents as groups.

        Raises
        ------
        InputError
            If there are not two such documents.
        """
        n_documents = check_whole(n_documents, "n_documents", least=2)
        n_sentences = check_whole(n_sentences, "n_sentences", least=1)
        sentences = corpus.sentences
        sizes = sentences.groupby("doc_id", sort=False).size()
        long = sizes.index[sizes >= n_sentences].to_numpy()
        if len(long) < 2:
            raise InputError(
                f"{corpus.name} has {count(len(long), 'document')} with {n_sentences} sentences, "
                "expected at least 2: ask for fewer sentences, or give longer documents."
            )
        n_drawn = min(n_documents, len(long))
        drawn = np.random.default_rng(seed).choice(long, size=n_drawn, replace=False)
        chosen = sentences[sentences["doc_id"].isin(drawn) & (sentences["position"] < n_sentences)]
        return cls(tuple(chosen["text"]), tuple(chosen["doc_id"]))


def probe_figures(
    vectors: NDArray[Any],
    *,
    groups: Sequence[str] | None = None,
    map_before: NDArray[np.float64] | None = None,
) -> dict[str, Reading]:
    """Return what a trace keeps of a set of vectors.

    Parameters
    ----------
    vectors : ndarray of shape (n_texts, dim)
        Of any length; they are measured as directions.
    groups : sequence of str, optional
        The document of each, for LiDAR.
    map_before : ndarray of shape (2 * n_mapped,), optional
        The map of the probe before, to which this one is turned.

    Returns
    -------
    dict of str to float, str or ndarray of shape (n_items,)
        Figures, each a number or the reason why there is none: ``MPD``, ``mean_cosine``,
        ``uniformity``, ``effective_rank``, ``power_law_decay`` (alpha-ReQ),
        ``first_component_share``, the last three with ``uncentred_`` before them as well,
        ``least_spread`` and ``greatest_spread`` of a dimension, and ``LiDAR``. Of unit rows
        ``uncentred_first_component_share`` is lambda_1 of W W' over its trace. Curves: ``spectrum``
        and ``centred_spectrum`` (singular values over the root of the number of texts),
        ``dimension_spread`` (standard deviation of each), ``cosines`` (shares of the pairs in 40
        bins from -1 to 1) and ``map`` (two numbers a text, of at most 256).

    References
    ----------
    See the functions of these names in `semshift_nb.measures`.
    """
    values = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(values, axis=1)
    n_bad = int((~(np.isfinite(lengths) & (lengths > 0))).sum())
    if n_bad:
        reason = f"{n_bad} of {count(len(values), 'vector')} are zero or not finite"
        return dict.fromkeys(FIGURES, reason)
    rows = values / lengths[:, None]
    spread = rows.std(axis=0)
    readings: dict[str, Reading] = {
        "MPD": _or_reason(lambda: measures.mean_pairwise_distance(rows)),
        "mean_cosine": _or_reason(lambda: measures.mean_cosine(rows)),
        "uniformity": _or_reason(lambda: measures.uniformity(rows)),
        **_spectral(rows),
        "least_spread": float(spread.min()),
        "greatest_spread": float(spread.max()),
        "LiDAR": _or_reason(lambda: measures.lidar(rows, list(groups)))
        if groups is not None
        else "the probe set does not say which texts are of one document",
        "dimension_spread": spread,
        "cosines": _histogram(rows),
        "map": _map(rows, map_before),
    }
    return readings


_SPECTRAL = ("effective_rank", "power_law_decay", "first_component_share")
FIGURES = (
    "MPD",
    "mean_cosine",
    "uniformity",
    *_SPECTRAL,
    *(f"uncentred_{name}" for name in _SPECTRAL),
    "least_spread",
    "greatest_spread",
    "LiDAR",
)
"""The figures of every probe."""


def _or_reason(figure: Callable[[], float]) -> float | str:
    try:
        return figure()
    except InputError as error:
        return str(error)


def _spectral(rows: NDArray[np.float64]) -> dict[str, Reading]:
    n_texts, dim = rows.shape
    found: dict[str, Reading] = {}
    for centred in (True, False):
        sigma = measures.singular_values(rows, centred=centred)
        figures = measures.spectral_figures(
            sigma, n_texts=n_texts, dim=dim, centred=centred, size=float(np.sqrt(n_texts))
        )
        for name in _SPECTRAL:
            found[name if centred else f"uncentred_{name}"] = figures[name]
        found["centred_spectrum" if centred else "spectrum"] = sigma / np.sqrt(n_texts)
    return found


def _histogram(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    cosines = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
    counts, _ = np.histogram(np.clip(cosines, -1, 1), bins=N_BINS, range=(-1, 1))
    return np.asarray(counts / counts.sum())


def _map(rows: NDArray[np.float64], before: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Place texts along the two strongest directions, turned so that the map before goes on."""
    places = np.linspace(0, len(rows) - 1, min(_MAPPED, len(rows))).astype(int)
    centred = rows - rows.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    drawn = np.zeros((len(places), 2))
    found = (centred @ axes[:, :-3:-1])[places]
    drawn[:, : found.shape[1]] = found
    if before is not None and before.shape == (2 * len(places),):
        left, _, right = np.linalg.svd(drawn.T @ before.reshape(-1, 2))
        drawn = drawn @ left @ right
    return np.asarray(drawn.ravel())
