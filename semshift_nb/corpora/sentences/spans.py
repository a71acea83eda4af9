"""Sentences of a text, each with where it stands in it."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import sentencex

from semshift_nb.corpora.sentences.blocks import CODE, blocks, line_starts, machine_data
from semshift_nb.corpora.sentences.languages import base_language, check_language
from semshift_nb.corpora.sentences.rules import EndRules
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.unicode import well_formed

MIN_CHARACTERS = 12
"""A shorter sentence ("See also.", "1994.") is a crumb that says nothing of its document. (Words
would not do: Chinese has no spaces.)"""

# sentencex 1.0 steps back by one byte over a space it has just seen, and panics when that space
# takes more than one (German, U+2029). One ordinary space for each keeps every offset.
_ORDINARY_SPACES = str.maketrans(
    "\x85\u2028\u2029\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
    "\n\n\n" + " " * 16,
)

# sentencex takes time that grows with the square of a paragraph where words are not parted by
# spaces (20 s for 40,000 Chinese sentences), so long texts go through it in windows. What it finds
# near the end of a window is not believed, for a quotation may go on there.
_WINDOW = 16_384
_MARGIN = 4_096
_WIDEST = 65_536


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Find where the sentences of a text start and end."""
    plain = well_formed(text).translate(_ORDINARY_SPACES)
    code = base_language(language) or language
    spans: list[tuple[int, int]] = []
    for block in blocks(plain):
        if block.kind == CODE:
            spans.append((block.start, block.end))
        else:
            spans += _paragraph_spans(plain[block.start : block.end], block.start, code)
    return spans


def _paragraph_spans(text: str, offset: int, language: str) -> Iterator[tuple[int, int]]:
    # sentencex loses the blank line where it cuts a text of more than 10,000 bytes, and with it
    # every later offset, so it is given one paragraph at a time.
    ends = list(_ends(text, language))
    if ends[-1] != len(text):
        raise _lost(text, ends[-1])
    rules = EndRules(text, [(data.start, data.end) for data in machine_data(text)])
    for start, end in pairwise([0, *rules.revise([*ends, *line_starts(text)])]):
        core = text[start:end].strip()
        begun = start + len(text[start:end]) - len(text[start:end].lstrip())
        yield offset + begun, offset + begun + len(core)


def split_sentences(text: str, language: str) -> pd.DataFrame:
    """Split one text into sentences.

    Parameters
    ----------
    text : str
        Any text; an empty one, or one of white space only, has no sentence.
    language : str
        Its language code, such as ``"en"`` or ``"zh"``.

    Returns
    -------
    DataFrame
        One row for each sentence: ``position`` (0, 1, ...), ``start`` and ``end`` (code-point
        offsets) and ``text``, which is ``text[start:end]``.

    Raises
    ------
    InputError
        If the text is no string, or the language no code.
    SemshiftError
        If sentencex loses characters, as no known version does.

    References
    ----------
    sentencex, the Wikimedia Foundation's sentence splitter.

    Examples
    --------
    >>> split_sentences("Dr. Li left. Why?", "en")["text"].tolist()
    ['Dr. Li left.', 'Why?']
    """
    if not isinstance(text, str):
        raise InputError(f"split_sentences takes one string, but got {type(text).__name__}.")
    spans = sentence_spans(text, check_language(language))
    # object: the string columns of pandas 3 cannot hold a lone surrogate.
    pieces = pd.Series([text[start:end] for start, end in spans], dtype=object)
    return pd.DataFrame(
        {
            "position": range(len(spans)),
            "start": pd.Series([start for start, _ in spans], dtype="int64"),
            "end": pd.Series([end for _, end in spans], dtype="int64"),
            "text": pieces,
        }
    )


def _ends(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex ends the sentences of a paragraph."""
    start, width = 0, _WINDOW
    while start + width < len(text):
        believed = start
        for piece in sentencex.segment(language, text[start : start + width]):
            if believed + len(piece) > start + width - _MARGIN:
                break
            believed += len(piece)
            yield believed
        if believed > start:
            start, width = believed, _WINDOW
        elif width < _WIDEST:  # a sentence that fills the window: look through a wider one
            width *= 2
        else:
            start += width - _MARGIN
    for piece in sentencex.segment(language, text[start:]):
        start += len(piece)
        yield start


def _lost(text: str, end: int) -> SemshiftError:
    # Offsets that are wrong by a little would go unnoticed; none are better.
    return SemshiftError(
        f"sentencex lost text ({len(text) - end} characters) of a paragraph that begins with "
        f"{text!r:.60}: install another version of sentencex."
    )


# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


_END = re.compile(r"[.!?…][\"'”’»)\]]*$")


def sentences_of(paragraph: str) -> list[str]:
    """Split an English paragraph as sentencex does, which is what the bundled texts are cleaned by.

    Their cleaning leaves out sentences and repairs what is left; other ends would change the texts.
    """
    plain = paragraph.translate(_ORDINARY_SPACES)
    edges = [0, *_ends(plain, "en")]
    found = [paragraph[start:end].strip() for start, end in pairwise(edges)]
    return list(filter(None, found))


def without_unfinished(sentences: list[str]) -> list[str]:
    """Leave out a last sentence that does not end as sentences do.

    Such a sentence led to a list, a formula or a listing ("as follows:") that is not there.
    """
    if sentences and not _END.search(sentences[-1]):
        return sentences[:-1]
    return sentences
