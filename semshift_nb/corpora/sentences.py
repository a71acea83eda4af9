"""Sentences of a text, each with where it stands in it."""

import re
from collections.abc import Iterator

import pandas as pd
import sentencex

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.unicode import well_formed

MIN_CHARACTERS = 12
"""A shorter sentence ("See also.", "1994.") is a crumb that says nothing of its document. (Words
would not do: Chinese has no spaces.)"""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")

# sentencex 1.0 steps back by one byte over a space it has just seen, and panics when that space
# takes more than one (German, U+2029). One ordinary space for each keeps every offset.
_ORDINARY_SPACES = str.maketrans(
    "\x85\u2028\u2029\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
    "\n\n\n" + " " * 16,
)

_PARAGRAPH = re.compile(r"\S.*?(?=\n\s*\n|\Z)", re.DOTALL)

# sentencex takes time that grows with the square of a paragraph where words are not parted by
# spaces (20 s for 40,000 Chinese sentences), so long texts go through it in windows. What it finds
# near the end of a window is not believed, for a quotation may go on there.
_WINDOW = 16_384
_MARGIN = 4_096


def check_language(language: object) -> str:
    """Return a language code, or say why it is none."""
    if isinstance(language, str) and _LANGUAGE.fullmatch(language) and len(language) < 36:
        return language
    raise InputError(
        f"language must be a code such as 'en', 'de' or 'zh', but got {language!r:.60}: look up "
        "the two-letter code (ISO 639) of your language."
    )


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Find where the sentences of a text start and end."""
    plain = well_formed(text).translate(_ORDINARY_SPACES)
    spans = []
    # sentencex loses the blank line where it cuts a text of more than 10,000 bytes, and with it
    # every later offset, so it is given one paragraph at a time.
    for paragraph in _PARAGRAPH.finditer(plain):
        offset = paragraph.start()
        for piece in _pieces(paragraph[0], language):
            core = piece.strip()
            start = offset + len(piece) - len(piece.lstrip())
            if core:
                spans.append((start, start + len(core)))
            offset += len(piece)
        _check_complete(offset, paragraph)
    return spans


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


def _pieces(text: str, language: str) -> Iterator[str]:
    start, width = 0, _WINDOW
    while start + width < len(text):
        believed = start
        for piece in sentencex.segment(language, text[start : start + width]):
            if believed + len(piece) > start + width - _MARGIN:
                break
            believed += len(piece)
            yield piece
        # A sentence that fills the window: look at it through a wider one.
        start, width = believed, _WINDOW if believed > start else 2 * width
    yield from sentencex.segment(language, text[start:])


def _check_complete(end: int, paragraph: re.Match[str]) -> None:
    # Offsets that are wrong by a little would go unnoticed; none are better.
    if end != paragraph.end():
        raise SemshiftError(
            f"sentencex lost text ({paragraph.end() - end} characters) of a paragraph that begins "
            f"with {paragraph[0]!r:.60}: install another version of sentencex."
        )


# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


_END = re.compile(r"[.!?…][\"'”’»)\]]*$")


def sentences_of(paragraph: str) -> list[str]:
    """Split an English paragraph."""
    return [paragraph[start:end] for start, end in sentence_spans(paragraph, "en")]


def without_unfinished(sentences: list[str]) -> list[str]:
    """Leave out a last sentence that does not end as sentences do.

    Such a sentence led to a list, a formula or a listing ("as follows:") that is not there.
    """
    if sentences and not _END.search(sentences[-1]):
        return sentences[:-1]
    return sentences
