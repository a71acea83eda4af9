"""The texts of every arm and rung, made once for all encoders."""

from collections.abc import Sequence
from typing import TypeAlias

from semshift_nb.analyses._grown import Start, Texts, grow_arm, start
from semshift_nb.analyses._length_design import Lengths
from semshift_nb.analyses._natural import natural_texts
from semshift_nb.analyses._token_counts import Counter, token_counter
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder

#: The texts of each arm and rung, or why there are none.
Plan: TypeAlias = dict[tuple[str, int], Texts | str]


def plan_texts(corpus: Corpus, encoders: Sequence[Encoder], wanted: Lengths) -> Plan:
    """Choose and make the texts; encoders with other tokenizers get the very same ones."""
    count = token_counter(encoders)
    found: Plan = {}
    if "natural" in wanted.arms:
        by_bucket = natural_texts(corpus, wanted, count)
        found.update({("natural", rung): texts for rung, texts in by_bucket.items()})
    grown = [arm for arm in wanted.arms if arm != "natural"]
    seen = _seen(encoders, wanted)
    if not grown or not seen.rungs:
        return found
    begun = start(corpus, seen, count)
    for arm in grown:
        if isinstance(begun, str):
            found.update({(arm, rung): begun for rung in seen.rungs})
        else:
            found.update(_arm(corpus, begun, arm, wanted=seen, count=count))
    return found


def _seen(encoders: Sequence[Encoder], wanted: Lengths) -> Lengths:
    """Leave out the rungs that none of the encoders sees, so that no text need reach them."""
    limits = [encoder.max_length for encoder in encoders]
    rungs = [n for n in wanted.rungs if any(limit is None or n <= limit for limit in limits)]
    return Lengths(tuple(rungs), wanted.arms, wanted.n_documents, wanted.seed)


def _arm(corpus: Corpus, begun: Start, arm: str, *, wanted: Lengths, count: Counter) -> Plan:
    """Return the texts of one arm: the same on every rung, for a rung is where they are cut."""
    n_all = len(corpus)
    texts = grow_arm(corpus, begun, arm, wanted=wanted, count=count)
    n_short = n_all - begun.n_reaching.get(begun.top, n_all)
    left_out = f"{n_short} of {n_all} documents are shorter than {begun.top} tokens and left out"
    notes = [left_out if n_short else "", texts.note]
    texts = Texts(texts.texts, texts.parts, texts.documents, "; ".join(filter(None, notes)))
    found: Plan = {}
    for rung in wanted.rungs:
        found[arm, rung] = texts
        if arm in ("cut", "sequential") and rung > begun.top:
            found[arm, rung] = (
                f"{begun.n_reaching[rung]} of {n_all} documents have {rung} tokens, expected at "
                f"least {wanted.enough(n_all)}; ask for shorter lengths or bring longer documents"
            )
        elif len(texts.texts) < 2:
            found[arm, rung] = (
                f"only {len(texts.texts)} of {len(begun.documents)} texts could be grown to "
                f"{wanted.rungs[-1]} tokens, expected at least 2; the corpus is too small"
            )
    return found
