"""The texts of a study of length as one encoder reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.length.length_buckets import natural_texts
from semshift_nb.analyses.length.text_growth import BuiltTexts, Lengths, Start, build_texts, start
from semshift_nb.analyses.results import joined
from semshift_nb.analyses.token_counts import Counter, token_counter
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, TokenCounts
from semshift_nb.names import count

#: The texts of each arm and length, or why there are none.
LengthPlan: TypeAlias = dict[tuple[str, int], BuiltTexts | str]


def plan_texts(corpus: Corpus, encoders: Sequence[Encoder], wanted: Lengths) -> LengthPlan:
    """Choose and make the texts; encoders with other tokenizers get the very same ones."""
    count = token_counter(encoders)
    found: LengthPlan = {}
    if "natural" in wanted.arms:
        by_bucket = natural_texts(corpus, wanted, count)
        found.update({("natural", length): texts for length, texts in by_bucket.items()})
    grown = [arm for arm in wanted.arms if arm != "natural"]
    seen = _seen(encoders, wanted)
    if not grown or not seen.lengths:
        return found
    begun = start(corpus, seen, count)
    for arm in grown:
        if isinstance(begun, str):
            found.update({(arm, length): begun for length in seen.lengths})
        else:
            found.update(_arm(corpus, begun, arm, wanted=seen, count=count))
    return found


def _seen(encoders: Sequence[Encoder], wanted: Lengths) -> Lengths:
    """Leave out the lengths that none of the encoders sees, so that no text need reach them."""
    limits = [encoder.max_length for encoder in encoders]
    lengths = [n for n in wanted.lengths if any(limit is None or n <= limit for limit in limits)]
    return Lengths(tuple(lengths), wanted.arms, wanted.n_documents, wanted.seed)


def _arm(corpus: Corpus, begun: Start, arm: str, *, wanted: Lengths, count: Counter) -> LengthPlan:
    """Return the texts of one arm: the same on every length, for a length is where they are cut."""
    n_all = len(corpus)
    texts = build_texts(corpus, begun, arm, wanted=wanted, count=count)
    n_short = n_all - begun.n_reaching.get(begun.top, n_all)
    left_out = f"{n_short} of {n_all} documents are shorter than {begun.top} tokens and left out"
    notes = [left_out if n_short else "", texts.note]
    texts = BuiltTexts(texts.texts, texts.parts, texts.documents, joined(*notes))
    found: LengthPlan = {}
    for length in wanted.lengths:
        found[arm, length] = texts
        if arm in ("cut", "sequential") and length > begun.top:
            found[arm, length] = (
                f"{begun.n_reaching[length]} of {n_all} documents have {length} tokens, expected "
                f"at least {wanted.enough(n_all)}; ask for shorter lengths or bring longer "
                "documents"
            )
        elif len(texts.texts) < 2:
            found[arm, length] = (
                f"only {len(texts.texts)} of {len(begun.documents)} texts could be grown to "
                f"{wanted.lengths[-1]} tokens, expected at least 2; the corpus is too small"
            )
    return found


@dataclass(frozen=True, eq=False)
class Cell:
    """Texts as an encoder read them at one length, one a document; only those with a direction.

    ``documents`` are rows of the corpus and ``parts`` those of the texts' sentences; ``tokens`` are
    what the texts have, truncated where the model left out some that it was not asked to; it saw
    ``n_seen`` of them.
    """

    vectors: NDArray[np.float32]
    documents: NDArray[np.intp]
    parts: list[NDArray[np.intp]]
    tokens: TokenCounts
    n_seen: NDArray[np.int64]
    note: str


def read_cell(encoder: Encoder, plan: LengthPlan, arm: str, length: int) -> Cell | str:
    """Return the texts of an arm at a length as they were read, or why they could not be."""
    cut, limit = arm != "natural", encoder.max_length
    if cut and limit is not None and length > limit:
        return (
            f"the encoder reads {limit} tokens of a text, so that none reaches {length}: load it "
            f"with max_length={length} or more"
        )
    texts = plan[arm, length]
    if isinstance(texts, str):
        return texts
    cell = _read(encoder.at_length(length) if cut else encoder, texts, cut=cut)
    if len(cell.documents) < 2:
        return (
            f"{count(len(cell.documents), 'text has', 'texts have')} a direction in this encoder, "
            "expected at least 2"
        )
    return cell


def _read(encoder: Encoder, texts: BuiltTexts, *, cut: bool) -> Cell:
    """Encode texts, and note what of them was not read."""
    read = encode_all(encoder, texts.texts)
    rows = np.flatnonzero(read.has_direction)
    limit = encoder.max_length or np.iinfo(np.int64).max
    tokens = read.tokens.take(rows)
    if cut:
        tokens = replace(tokens, truncated=np.zeros(len(rows), dtype=np.bool_))
    n_lost, n_truncated = len(texts.texts) - len(rows), int(tokens.truncated.sum())
    notes = [
        texts.note,
        f"{count(n_lost, 'text without direction was', 'texts without direction were')} left out"
        if n_lost
        else "",
        f"the model saw {count(limit, 'token')} of {count(n_truncated, 'longer text')}"
        if n_truncated
        else "",
    ]
    return Cell(
        vectors=read.vectors[rows],
        documents=texts.documents[rows],
        parts=[texts.parts[i] for i in rows.tolist()],
        tokens=tokens,
        n_seen=np.minimum(tokens.n_tokens, limit),
        note=joined(*notes),
    )


class Shift:
    """How far the meaning of a plan's texts moves.

    It belongs to the texts: their sentences are read at temperature 1, whatever the temperature the
    texts themselves are read at.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder, plan: LengthPlan) -> None:
        parts = [
            part for texts in plan.values() if isinstance(texts, BuiltTexts) for part in texts.parts
        ]
        self._rows = np.unique(np.concatenate([np.zeros(0, dtype=np.intp), *parts]))
        plain = encoder if encoder.temperature.tau == 1 else encoder.at_temperature(1)
        wanted = corpus.sentences["text"].iloc[self._rows].tolist()
        self._sentences = encode_all(plain, wanted)

    def mean_dispersion(self, cell: Cell) -> float:
        """Return the mean over the texts, NaN where none has a sentence with a direction."""
        texts = zip(cell.parts, cell.tokens.n_tokens, cell.n_seen, strict=True)
        each = np.array([self._dispersion(*text) for text in texts])
        known = each[np.isfinite(each)]
        return float(known.mean()) if len(known) else float("nan")

    def _dispersion(self, parts: NDArray[np.intp], n_tokens: int, n_seen: int) -> float:
        """Return the dispersion of the sentences of which the model saw at least half.

        What special tokens and a prompt add to a sentence follows from the sum of the sentences'
        tokens and those of the text they make.
        """
        part = self._sentences.take(np.searchsorted(self._rows, parts))
        if not part.has_direction.any():
            return float("nan")
        added = max((int(part.n_tokens.sum()) - n_tokens) / max(len(parts) - 1, 1), 0)
        sizes = part.n_tokens - added
        half_seen = np.cumsum(sizes) - sizes / 2 <= n_seen - added
        half_seen[0] = True
        kept = part.vectors[half_seen & part.has_direction]
        return measures.dispersion(kept) if len(kept) else float("nan")
