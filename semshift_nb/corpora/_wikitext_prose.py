"""A block of text to whole sentences: holes, empty brackets and loose ends go."""

# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.

import re

from semshift_nb.corpora._whole import sentences_of, without_unfinished
from semshift_nb.corpora._wikitext_tags import HOLE

# A hole at the beginning, or after a sentence has ended, was a box or a remark, not a word.
_HARMLESS_HOLE = re.compile(rf"^[\s{HOLE}]+|(?<=[.!?…\"”’)])\s*{HOLE}+(?=\s|{HOLE}|$)")
# A hole, or what only broken markup leaves behind.
_BROKEN = re.compile(rf"^[-,;:]|[{HOLE}|]|\{{\{{|\}}\}}|\[\[|\]\]")
_POINTER = re.compile(r"\(?(?:See|Main|Further|Note:|For (?:more|other|further|details))(?!\w)")
_REPAIRS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u200b\u200e\u200f\u2060\ufeff\u00ad]", ""),  # marks that show nothing
        (r"\s+", " "),
        (r"\[\d{1,3}\]", ""),  # a note's number, typed by hand
        (r"\.(?: ?\. ?\.)+", "..."),
        (r"(?<!\.)\.\.(?= [A-Z0-9]|$)", "."),
        (r"([(\[])(?:\s*(?:[,;:/–—-]|or|and)(?=[\s,;:)\]]))+\s*", r"\1"),  # "(; born" to "(born"
        (r"(?:\s*[,;:](?=\s*[,;:)\]]))+\s*(?=[)\]])|[\s,;:]+(?=[)\]])", ""),  # "1900; )" to "1900)"
        (r"([,;])(?:\s*[,;])+", r"\1"),
        (r"([(\[])\s+", r"\1"),
        (r"\((?:(?:in|from|see|see video at)\s*)?\)|\[\]", ""),
        (r"\s+([,;:!?)\]]|\.(?!\.|\d))(?=[\s.,;:)\]]|$)", r"\1"),
        (r" {2,}", " "),
    )
]


def whole_sentences(block: str) -> str:
    r"""Keep the sentences of a block that are whole.

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
    >>> whole_sentences("Rome ( ; ) is old. It has \ue000 hills. Its seven hills:")
    'Rome is old.'
    """
    text = _HARMLESS_HOLE.sub("", block)
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    sentences = sentences_of(text.strip())
    # A block that goes on in lower case follows a formula or a list that was left out.
    first = 1 if sentences and sentences[0][0].islower() else 0
    kept = [s for s in without_unfinished(sentences)[first:] if not _BROKEN.search(s)]
    if len(kept) == 1 and _POINTER.match(kept[0]):
        return ""
    # sentencex takes a bracket that closes after a quoted question for a sentence of its own.
    return " ".join(kept).replace(" )", ")")
