"""Length or shift: which of them concentrates embeddings and loses neighbours."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._concatenated import MODES, Design, design
from semshift_nb.analyses._experiment import OVERLAPS, Experiment, run
from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

_COLUMN_AND_UNIT = {
    **{f"Overlap@{k}": (f"overlap_at_{k}", "share") for k in OVERLAPS},
    "cosine_to_anchor": ("cosine_to_anchor", "cosine"),
    "n_tokens": ("n_tokens", "tokens"),
}
_SUMMARY = [
    *["corpus", "encoder", "mode", "k", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["truncated_share", "status", "reason"],
]


def concatenation(
    corpora: Corpus | Sequence[Corpus],
    encoders: Encoder | Sequence[Encoder],
    *,
    ks: Sequence[int] = (1, 2, 4, 8),
    modes: Sequence[str] = MODES,
    n_anchors: int = 600,
    n_library: int = 3000,
    seed: int = 0,
) -> pd.DataFrame:
    """Run the concatenation experiment over corpora and encoders, and sum it up.

    Parameters
    ----------
    corpora : Corpus or sequence of Corpus
        Where the sentences come from.
    encoders : Encoder or sequence of Encoder
        Each is run on each corpus.
    ks, modes, n_anchors, n_library, seed
        See `concatenation_texts`.

    Returns
    -------
    DataFrame
        One row a figure: ``corpus``, ``encoder``, ``mode``, ``k``, ``metric`` (``MPD``,
        ``Overlap@1``, ``Overlap@5``, ``Overlap@10``, ``cosine_to_anchor``, ``n_tokens``),
        ``value`` (MPD of the texts, the mean over the texts of the others), ``ci_low`` and
        ``ci_high`` (95 % bootstrap over the anchors' documents), ``n`` texts, ``unit``,
        ``truncated_share`` (of the texts, by the encoder's ``max_length``), ``status`` and
        ``reason``. What the corpus is too small for is a row that was not measured; ``reason``
        also says where a measured figure rests on fewer sentences than asked for.

    Raises
    ------
    InputError
        As `concatenation_texts`.

    References
    ----------
    Semantic shift, arXiv 2603.21437, the concatenation experiment.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> concatenation(load_corpus("wikipedia"), load_encoder(), n_anchors=50)  # doctest: +SKIP
    """
    wanted = design(ks, modes, n_anchors=n_anchors, n_library=n_library, seed=seed)
    rows: list[dict[str, object]] = []
    for corpus in [corpora] if isinstance(corpora, Corpus) else corpora:
        for encoder in [encoders] if isinstance(encoders, Encoder) else encoders:
            named = {"corpus": corpus.name, "encoder": encoder.name}
            rows.extend({**named, **row} for row in _summary(run(corpus, encoder, wanted), wanted))
    return pd.DataFrame(rows, columns=_SUMMARY)


def concatenation_texts(
    corpus: Corpus,
    encoder: Encoder,
    *,
    ks: Sequence[int] = (1, 2, 4, 8),
    modes: Sequence[str] = MODES,
    n_anchors: int = 600,
    n_library: int = 3000,
    seed: int = 0,
) -> pd.DataFrame:
    """Run the concatenation experiment on one corpus and keep every text.

    From an anchor sentence, texts of k sentences are built: *repeat* is the anchor k times,
    *sequential* the anchor and the k - 1 sentences that follow it, *random* the anchor and k - 1
    others drawn from the whole corpus. Sentences are joined by a space. A text is then used to look
    for sentences, and what it finds is compared with what the anchor alone finds.

    Parameters
    ----------
    corpus : Corpus
        Where the sentences come from.
    encoder : Encoder
        What turns sentences and texts into vectors.
    ks : sequence of int, default (1, 2, 4, 8)
        Sentences of a text. With k = 1 the text is the anchor.
    modes : sequence of str, default ("repeat", "sequential", "random")
        How the texts are built.
    n_anchors : int, default 600
        Anchors to draw, among the sentences of at least 12 characters that have ``max(ks) - 1``
        followers in their document (as many followers only where ``sequential`` is asked for). The
        same anchors serve every mode and k. A corpus that has fewer gives all of them.
    n_library : int, default 3000
        Sentences to search in, drawn at random from the whole corpus; all where it has fewer. The
        anchor itself is not counted among the neighbours, if the library happens to hold it: alone
        it finds itself, and most texts that hold it do as well.
    seed : int, default 0
        Seed of all draws.

    Returns
    -------
    DataFrame
        One row a text: ``mode``, ``k``, ``anchor_id`` (the anchor's row in ``corpus.sentences``),
        ``doc_id`` and ``title`` (the anchor's document), ``text``, ``n_tokens``, ``truncated``,
        ``dispersion`` and ``semantic_shift`` of its sentences, ``discrepancy``,
        ``cosine_to_anchor``, ``overlap_at_1``, ``overlap_at_5``, ``overlap_at_10`` (missing where
        the library is smaller than that), ``lost_overlap`` (``1 - overlap_at_1``), ``status`` and
        ``reason``. A text with a sentence that has no direction in this encoder is not measured.
        When the corpus has no two anchors, a single row that was not measured says so.

    Raises
    ------
    InputError
        If a size is below 1, a mode unknown, or fewer than two anchors or library sentences are
        asked for.

    References
    ----------
    Semantic shift, arXiv 2603.21437, the concatenation experiment.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> concatenation_texts(load_corpus("news"), load_encoder(), n_anchors=50)  # doctest: +SKIP
    """
    wanted = design(ks, modes, n_anchors=n_anchors, n_library=n_library, seed=seed)
    return run(corpus, encoder, wanted).table


def _summary(experiment: Experiment, wanted: Design) -> Iterable[dict[str, object]]:
    """Yield the rows of one corpus and one encoder."""
    table = experiment.table
    for mode in wanted.modes:
        for k in wanted.ks:
            chosen = (table["mode"] == mode) & (table["k"] == k)
            measured = (chosen & (table["status"] == MEASURED)).to_numpy()
            share = float(table["truncated"][chosen].mean()) if chosen.any() else 0.0
            told = {"mode": mode, "k": k, "truncated_share": share}
            n_lost = int(chosen.sum() - measured.sum())
            lost = f"{n_lost} texts without direction were left out" if n_lost else ""
            note = "; ".join(filter(None, [experiment.note, lost]))
            part = Experiment(table[measured], experiment.vectors[measured], note)
            yield from ({**told, **row} for row in _metrics(part))


def _metrics(part: Experiment) -> Iterable[dict[str, object]]:
    """Yield the figures of one mode and size."""
    groups = part.table["doc_id"].to_numpy()
    yield {
        "metric": "MPD",
        "unit": "cosine distance",
        **interval_row(
            lambda: measures.mean_pairwise_distance(part.vectors),
            lambda: measures.bootstrap_mean_pairwise_distance(part.vectors, groups=groups),
            n=len(groups),
            note=part.note,
        ),
    }
    for metric, (column, unit) in _COLUMN_AND_UNIT.items():
        values = part.table[column].to_numpy(dtype=np.float64, na_value=np.nan)
        figures = interval_row(
            partial(_mean, values, metric=metric),
            partial(measures.bootstrap_mean, values, groups=groups),
            n=len(groups),
            note=part.note,
        )
        yield {"metric": metric, "unit": unit, **figures}


def _mean(values: NDArray[np.float64], *, metric: str) -> float:
    """Return a mean, or say why there is none."""
    if len(values) == 0:
        raise InputError("there is no text to measure")
    if not np.isfinite(values).all():
        raise InputError(f"the library has too few sentences for {metric}")
    return float(values.mean())
