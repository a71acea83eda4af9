"""Length or shift: which of them concentrates embeddings and loses neighbours."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all, no_direction_reason
from semshift_nb.analyses.passages import draw_distractors, passage_starts
from semshift_nb.analyses.results import (
    MEASURED,
    NOT_MEASURED,
    UNITS,
    interval_row,
    joined,
    tidy,
    token_shares,
)
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.encoders import Encoder, Encoding
from semshift_nb.errors import InputError
from semshift_nb.measures.neighbours.neighbours import put_last
from semshift_nb.names import count

MODES = ("repeat", "sequential", "random")


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
    distractors: NDArray[np.intp]
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
    """Draw anchors, library and random distractors, or say why the corpus does not allow it.

    The distractors of an anchor for a smaller k are the first of those for a larger one, so that
    the points of a curve are comparable text by text.
    """
    eligible = _eligible(sentences, wanted.n_followers)
    n_rows, n_distractors = len(sentences), max(wanted.ks) - 1
    if len(eligible) < 2 or n_rows <= n_distractors:
        return (
            f"{count(len(eligible), 'sentence has', 'sentences have')} {MIN_CHARACTERS} characters "
            f"and {wanted.n_followers} followers in their document, expected at least 2; ask for "
            "smaller ks or leave out sequential"
        )
    rng = np.random.default_rng(wanted.seed)
    anchors = np.sort(rng.choice(eligible, min(wanted.n_anchors, len(eligible)), replace=False))
    library = np.sort(rng.choice(n_rows, min(wanted.n_library, n_rows), replace=False))
    distractors = draw_distractors(rng, anchors, n_rows=n_rows, n_distractors=n_distractors)
    return Sample(
        anchors, library, distractors, _note(wanted, len(anchors), n_library=len(library))
    )


def members(
    sample: Sample, wanted: Design
) -> Iterator[tuple[str, int, NDArray[np.intp], NDArray[np.intp]]]:
    """Yield mode, k, anchors, and the rows of the sentences each anchor's text is made of."""
    steps = np.arange(max(wanted.ks))
    rows = {
        "repeat": sample.anchors[:, None] + 0 * steps,
        "sequential": sample.anchors[:, None] + steps,
        "random": np.concatenate([sample.anchors[:, None], sample.distractors], axis=1),
    }
    for mode in wanted.modes:
        for k in wanted.ks:
            yield mode, k, sample.anchors, rows[mode][:, :k]


def _eligible(sentences: pd.DataFrame, n_followers: int) -> NDArray[np.intp]:
    """Return the rows of sentences that are long enough and have enough followers."""
    followed = passage_starts(sentences, n_followers + 1)
    texts = sentences["text"].iloc[followed]
    return followed[[len(text) >= MIN_CHARACTERS for text in texts]]


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


OVERLAPS = (1, 5, 10)

FIGURES = ["dispersion", "semantic_shift", "discrepancy", "cosine_to_anchor"]
OVERLAP_COLUMNS = [f"overlap_at_{k}" for k in OVERLAPS]
COLUMNS = [
    *["mode", "k", "anchor_id", "doc_id", "title", "text", "n_tokens", "truncated", "unknown"],
    *[*FIGURES, *OVERLAP_COLUMNS, "lost_overlap", "status", "reason"],
]


class Experiment(NamedTuple):
    """One row a text, the texts' vectors, and a note on what the corpus did not have."""

    table: pd.DataFrame
    vectors: NDArray[np.float32]
    note: str


def run(corpus: Corpus, encoder: Encoder, wanted: Design) -> Experiment:
    """Draw, encode and measure; a corpus that is too small gives one row that says so."""
    sentences = corpus.sentences
    sample = draw(sentences, wanted)
    if isinstance(sample, str):
        table = pd.DataFrame([{"status": NOT_MEASURED, "reason": sample}], columns=COLUMNS)
        return Experiment(tidy(table), np.zeros((1, encoder.dim), dtype=np.float32), sample)
    table, rows = _texts(corpus, sample, wanted)
    # One call for single sentences and texts alike: a text of one sentence, and the sentence, are
    # then the same vector to the last bit.
    needed = np.unique(np.concatenate([sample.library, *[row.ravel() for row in rows]]))
    singles = sentences["text"].iloc[needed].tolist()
    encoded = encode_all(encoder, singles + table["text"].tolist())
    single, texts = encoded.take(slice(len(needed))), encoded.take(slice(len(needed), None))
    figures = pd.DataFrame(
        [
            _figures(single.take(np.searchsorted(needed, row)), texts.take(slice(i, i + 1)))
            for i, row in enumerate(rows)
        ]
    )
    shared = _overlaps(
        texts,
        single.take(np.searchsorted(needed, table["anchor_id"].to_numpy())),
        anchor_ids=table["anchor_id"].to_numpy(),
        library=single.take(np.searchsorted(needed, sample.library)),
        library_ids=sample.library,
    )
    table = pd.concat([table, figures, shared], axis=1).assign(
        n_tokens=texts.n_tokens,
        truncated=texts.truncated,
        unknown=texts.unknown,
        lost_overlap=1 - shared["overlap_at_1"],
    )
    return Experiment(_unmeasured(tidy(table[COLUMNS])), texts.vectors, sample.note)


def _texts(
    corpus: Corpus, sample: Sample, wanted: Design
) -> tuple[pd.DataFrame, list[NDArray[np.intp]]]:
    """Return the texts of all modes and sizes, and the rows of the sentences each is made of."""
    sentences = corpus.sentences
    pieces = sentences["text"].tolist()
    title_of = dict(zip(corpus.documents["doc_id"], corpus.documents["title"], strict=True))
    first = sentences["doc_id"].iloc[sample.anchors].tolist()
    tables: list[pd.DataFrame] = []
    rows: list[NDArray[np.intp]] = []
    for mode, k, anchors, parts in members(sample, wanted):
        texts = [" ".join(pieces[i] for i in part) for part in parts.tolist()]
        condition = {"mode": mode, "k": k, "anchor_id": anchors, "doc_id": first}
        tables.append(
            pd.DataFrame({**condition, "title": [title_of[doc_id] for doc_id in first]}).assign(
                text=pd.Series(texts, dtype=object)
            )
        )
        rows.extend(parts)
    return pd.concat(tables, ignore_index=True), rows


def _figures(sentences: Encoding, text: Encoding) -> dict[str, float | str]:
    """Return what one text's vector keeps of its sentences, the first of which is the anchor."""
    reason = no_direction_reason(sentences)
    if not reason and not text.has_direction[0]:
        reason = "the text has no direction in this encoder"
    if reason:
        return {**dict.fromkeys(FIGURES, np.nan), "status": NOT_MEASURED, "reason": reason}
    vectors, whole = sentences.vectors, text.vectors[0]
    return {
        "dispersion": measures.dispersion(vectors),
        "semantic_shift": measures.semantic_shift(vectors),
        "discrepancy": measures.discrepancy(vectors, whole),
        "cosine_to_anchor": 1 - measures.discrepancy(vectors[:1], whole),
        "status": MEASURED,
        "reason": "",
    }


def _overlaps(
    texts: Encoding,
    anchors: Encoding,
    *,
    anchor_ids: NDArray[np.intp],
    library: Encoding,
    library_ids: NDArray[np.intp],
) -> pd.DataFrame:
    """Return how many neighbours a text shares with its anchor, among the library's sentences.

    The anchor itself is not counted among them: alone it would find itself first, and a text that
    holds it very often does, which says nothing of the other sentences it loses. A K beyond the
    library's size is left missing.
    """
    pool, pool_ids = library.vectors[library.has_direction], library_ids[library.has_direction]
    usable = texts.has_direction & anchors.has_direction
    shared = pd.DataFrame(np.nan, index=range(len(usable)), columns=OVERLAP_COLUMNS)
    n_found = min(max(OVERLAPS) + 1, len(pool))
    if n_found < 2 or not usable.any():
        return shared

    def others(vectors: NDArray[np.float32]) -> NDArray[np.intp]:
        found = pool_ids[measures.nearest_neighbours(vectors, pool, n_found)]
        return np.asarray(put_last(found, found == anchor_ids[usable][:, None])[:, :-1])

    by_text, by_anchor = others(texts.vectors[usable]), others(anchors.vectors[usable])
    for k in OVERLAPS:
        if k < n_found:
            shared.loc[usable, f"overlap_at_{k}"] = measures.overlap_at_k(by_text, by_anchor, k)
    return shared


def _unmeasured(table: pd.DataFrame) -> pd.DataFrame:
    """Leave no figure in a row that was not measured."""
    figures = [*FIGURES, *OVERLAP_COLUMNS, "lost_overlap"]
    table.loc[table["status"] == NOT_MEASURED, figures] = np.nan
    return table


_COLUMN_OF = {
    **{f"Overlap@{k}": f"overlap_at_{k}" for k in OVERLAPS},
    **{metric: metric for metric in ("cosine_to_anchor", "n_tokens")},
}
_SUMMARY = [
    *["corpus", "encoder", "mode", "k", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["truncated_share", "unknown_share", "status", "reason"],
]


@by_name
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
        ``truncated_share`` (of the texts, by the encoder's ``max_length``), ``unknown_share`` (of
        their tokens, the mean over the texts), ``status`` and ``reason``. What the corpus is too
        small for is a row that was not measured; ``reason`` also says where a measured figure rests
        on fewer sentences than asked for.

    Raises
    ------
    InputError
        As `concatenation_texts`.

    References
    ----------
    Semantic shift, arXiv 2603.21437, the concatenation experiment.
    """
    wanted = design(ks, modes, n_anchors=n_anchors, n_library=n_library, seed=seed)
    rows: list[dict[str, object]] = []
    for corpus in [corpora] if isinstance(corpora, Corpus) else corpora:
        for encoder in [encoders] if isinstance(encoders, Encoder) else encoders:
            named = {"corpus": corpus.name, "encoder": encoder.name}
            rows.extend({**named, **row} for row in _summary(run(corpus, encoder, wanted), wanted))
    return pd.DataFrame(rows, columns=_SUMMARY)


@by_name
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
        ``unknown`` (share of its tokens), ``dispersion`` and ``semantic_shift`` of its sentences,
        ``discrepancy``, ``cosine_to_anchor``, ``overlap_at_1``, ``overlap_at_5``, ``overlap_at_10``
        (missing where the library is smaller than that), ``lost_overlap`` (``1 - overlap_at_1``),
        ``status`` and ``reason``. A text with a sentence that has no direction in this encoder is
        not measured. When the corpus has no two anchors, a single row that was not measured says
        so.

    Raises
    ------
    InputError
        If a size is below 1, a mode unknown, or fewer than two anchors or library sentences are
        asked for.

    References
    ----------
    Semantic shift, arXiv 2603.21437, the concatenation experiment.
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
            condition = {"mode": mode, "k": k, **token_shares(table[chosen])}
            n_lost = int(chosen.sum() - measured.sum())
            lost = count(
                n_lost,
                "text without direction was left out",
                "texts without direction were left out",
            )
            note = joined(experiment.note, lost if n_lost else "")
            part = Experiment(table[measured], experiment.vectors[measured], note)
            yield from ({**condition, **row} for row in _metrics(part))


def _metrics(part: Experiment) -> Iterable[dict[str, object]]:
    """Yield the figures of one mode and size."""
    groups = part.table["doc_id"].to_numpy()
    yield {
        "metric": "MPD",
        "unit": UNITS["MPD"],
        **interval_row(
            lambda: measures.mean_pairwise_distance(part.vectors),
            lambda: measures.bootstrap_mean_pairwise_distance(part.vectors, groups=groups),
            n=len(groups),
            note=part.note,
        ),
    }
    for metric, column in _COLUMN_OF.items():
        values = part.table[column].to_numpy(dtype=np.float64, na_value=np.nan)
        figures = interval_row(
            partial(_mean, values, metric=metric),
            partial(measures.bootstrap_mean, values, groups=groups),
            n=len(groups),
            note=part.note,
        )
        yield {"metric": metric, "unit": UNITS.get(metric, "share"), **figures}


def _mean(values: NDArray[np.float64], *, metric: str) -> float:
    """Return a mean, or say why there is none."""
    if len(values) == 0:
        raise InputError("there is no text to measure")
    if not np.isfinite(values).all():
        raise InputError(f"the library has too few sentences for {metric}")
    return float(values.mean())
