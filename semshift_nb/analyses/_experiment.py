"""The concatenation experiment, run once for one corpus and one encoder."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._concatenated import Design, Sample, draw, members
from semshift_nb.analyses._encoded import Encoded, encode_all, no_direction_reason
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED, tidy
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder

OVERLAPS = (1, 5, 10)

FIGURES = ["dispersion", "semantic_shift", "discrepancy", "cosine_to_anchor"]
OVERLAP_COLUMNS = [f"overlap_at_{k}" for k in OVERLAPS]
COLUMNS = [
    *["mode", "k", "anchor_id", "doc_id", "title", "text", "n_tokens", "truncated"],
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
        n_tokens=texts.n_tokens, truncated=texts.truncated, lost_overlap=1 - shared["overlap_at_1"]
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
        told = {"mode": mode, "k": k, "anchor_id": anchors, "doc_id": first}
        tables.append(
            pd.DataFrame({**told, "title": [title_of[doc_id] for doc_id in first]}).assign(
                text=pd.Series(texts, dtype=object)
            )
        )
        rows.extend(parts)
    return pd.concat(tables, ignore_index=True), rows


def _figures(sentences: Encoded, text: Encoded) -> dict[str, float | str]:
    """Return what one text's vector keeps of its sentences, the first of which is the anchor."""
    reason = no_direction_reason(sentences)
    if not reason and not text.directed[0]:
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
    texts: Encoded,
    anchors: Encoded,
    *,
    anchor_ids: NDArray[np.intp],
    library: Encoded,
    library_ids: NDArray[np.intp],
) -> pd.DataFrame:
    """Return how many neighbours a text shares with its anchor, among the library's sentences.

    The anchor itself is not counted among them: alone it would find itself first, and a text that
    holds it very often does, which says nothing of the other sentences it loses. A K beyond the
    library's size is left missing.
    """
    pool, pool_ids = library.vectors[library.directed], library_ids[library.directed]
    usable = texts.directed & anchors.directed
    shared = pd.DataFrame(np.nan, index=range(len(usable)), columns=OVERLAP_COLUMNS)
    n_found = min(max(OVERLAPS) + 1, len(pool))
    if n_found < 2 or not usable.any():
        return shared

    def others(vectors: NDArray[np.float32]) -> NDArray[np.intp]:
        found = pool_ids[measures.nearest_neighbours(vectors, pool, n_found)]
        itself = found == anchor_ids[usable][:, None]
        # A stable sort puts the anchor last and leaves the others in their order.
        order = np.argsort(itself, axis=1, kind="stable")[:, :-1]
        return np.take_along_axis(found, order, axis=1)

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
