"""What centring, all-but-the-top and whitening do to a space, on texts they were not fitted on."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encode_all
from semshift_nb.analyses.geometry.geometry import SPREAD_METRICS, spread_rows
from semshift_nb.analyses.geometry.layers import draw_sample
from semshift_nb.analyses.results import UNITS, unmeasured
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count

FITS: dict[str, Callable[[NDArray[np.float32]], measures.Correction]] = {
    "centring": measures.fit_centring,
    "all-but-the-top": measures.fit_all_but_the_top,
    "whitening": measures.fit_whitening,
}
FITTED, HELD_OUT = "fitted on", "held out"
_NONE = "none"
_N_PARTS = 10
_COLUMNS = [
    *["corpus", "encoder", "correction", "half", "dim", "metric", "value", "ci_low", "ci_high"],
    *["n", "unit", "truncated_share", "unknown_share", "status", "reason"],
]


@by_name
def correction_effects(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    corrections: Sequence[str] = tuple(FITS),
    n_sentences: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Correct a space by one half of the documents, and measure it on both halves.

    Parameters
    ----------
    corpus : Corpus
        Where the sentences come from; repeated ones count once.
    encoders : Encoder or sequence of Encoder
        Whose spaces are corrected.
    corrections : sequence of {"centring", "all-but-the-top", "whitening"}, default all
        What is done; uncorrected vectors come first.
    n_sentences : int, default 1000
        How many sentences are drawn; each half should have more than the encoder has dimensions.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    DataFrame
        One row for each encoder, correction, half ("fitted on" or "held out") and metric:
        ``corpus``, ``encoder``, ``correction`` ("none" first), ``half``, ``dim``, ``metric``,
        ``value``, ``ci_low``, ``ci_high`` (95 %, over the half's documents; what fitting on other
        documents would change is not in it), ``n``, ``unit``, ``truncated_share``,
        ``unknown_share``, ``status`` and ``reason``. Only what is held out tells what a correction
        does to texts that come later.

    Raises
    ------
    InputError
        If a correction is unknown, or the documents are too few to be halved. Too few vectors for a
        correction to learn from leave rows that were not measured.

    References
    ----------
    Mu & Viswanath 2018 (all-but-the-top); Su et al. 2021, Huang et al. 2021 (whitening).
    """
    unknown = [name for name in corrections if name not in FITS]
    if unknown:
        raise InputError(
            f"corrections is {tuple(corrections)}, expected some of {', '.join(FITS)}."
        )
    sample = draw_sample(corpus, n_sentences=n_sentences, n_tokens=2, seed=seed)
    tables = []
    for encoder in as_encoders(encoders):
        encoded = encode_all(encoder, sample.texts)
        there = encoded.has_direction
        vectors, groups = encoded.vectors[there], sample.groups[there]
        first = _first_half(groups, seed)
        rows = _rows(vectors, groups, first, corrections, seed)
        table = pd.DataFrame(rows).assign(encoder=encoder.name, **encoded.tokens.shares())
        tables.append(table.assign(corpus=corpus.name))
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def _first_half(groups: NDArray[np.object_], seed: int) -> NDArray[np.bool_]:
    names = np.unique(groups)
    if len(names) < 4:
        raise InputError(
            f"sentences of {count(len(names), 'document')}, expected at least 4 to halve them."
        )
    order = np.random.default_rng([seed, 5]).permutation(len(names))
    return np.isin(groups, names[order[: len(names) // 2]])


def _rows(
    vectors: NDArray[np.float32],
    groups: NDArray[np.object_],
    first: NDArray[np.bool_],
    corrections: Sequence[str],
    seed: int,
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in [_NONE, *corrections]:
        corrected = _corrected(name, vectors, first)
        for half, chosen in ((FITTED, first), (HELD_OUT, ~first)):
            if isinstance(corrected, str):
                named = {"correction": name, "half": half, "dim": vectors.shape[1]}
                rows += [
                    {**named, "metric": metric, "unit": UNITS[metric], **unmeasured(corrected)}
                    for metric in SPREAD_METRICS
                ]
                continue
            named = {"correction": name, "half": half, "dim": corrected.shape[1]}
            found = spread_rows(
                corrected[chosen], groups[chosen], SPREAD_METRICS, n_parts=_N_PARTS, seed=seed
            )
            rows += [{**named, **row} for row in found]
    return rows


def _corrected(
    name: str, vectors: NDArray[np.float32], first: NDArray[np.bool_]
) -> NDArray[np.float32] | str:
    """Return the vectors after a correction learnt from a part, or why it cannot be learnt."""
    if name == _NONE:
        return vectors
    try:
        corrected: NDArray[np.float32] = FITS[name](vectors[first])(vectors)
    except InputError as error:
        return str(error)
    return corrected
