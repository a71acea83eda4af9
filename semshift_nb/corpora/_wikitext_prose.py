"""A block of text to whole sentences: holes, empty brackets and loose ends go."""

import re

from semshift_nb.corpora._wikitext_tags import HOLE
from semshift_nb.corpora.sentences import sentence_spans

_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
# A hole at the beginning, or after a sentence has ended, was a box or a remark, not a word.
_HARMLESS_HOLE = re.compile(rf"^[\s{HOLE}]+|(?<=[.!?…\"”’)])\s*{HOLE}+(?=\s|{HOLE}|$)")
_REPAIRS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u200b\u200e\u200f\u2060\ufeff\u00ad]", ""),  # marks that show nothing
        (r"\s+", " "),
        (r"([(\[])(?:\s*(?:[,;:/–—-]|or|and)(?=[\s,;:)\]]))+\s*", r"\1"),  # "(; born" to "(born"
        (r"(?:\s*[,;:](?=\s*[,;:)\]]))+\s*(?=[)\]])|[\s,;:]+(?=[)\]])", ""),  # "1900; )" to "1900)"
        (r"([,;])(?:\s*[,;])+", r"\1"),
        (r"([(\[])\s+", r"\1"),
        (r"\(\)|\[\]", ""),
        (r"\s+([,;.!?](?:\s|$))", r"\1"),
        (r" {2,}", " "),
    )
]


def whole_sentences(block: str) -> str:
    """Keep the sentences of a block that are whole.

    Parameters
    ----------
    block : str
        Running text, with `HOLE` where something could not be kept.

    Returns
    -------
    str
        The sentences that have no hole and end as sentences do; empty if there are none.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> whole_sentences("Rome ( ; ) is old. It has \\ue000 hills. Its seven hills:")
    'Rome is old.'
    """
    text = _HARMLESS_HOLE.sub("", block)
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    text = text.strip()
    sentences = [text[start:end] for start, end in sentence_spans(text, "en")]
    if sentences and not _END.search(sentences[-1]):
        del sentences[-1]
    return " ".join(sentence for sentence in sentences if HOLE not in sentence)
