"""Sentences of a text, each with where it stands in it."""

import re

import pandas as pd
import sentencex

from semshift_nb.corpora._unicode import well_formed
from semshift_nb.errors import InputError

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")

# sentencex 1.0 steps back by one byte over a space it has just seen, and panics when that space
# takes more than one (German, U+2029). One ordinary space for each keeps every offset.
_ORDINARY_SPACES = str.maketrans(
    "\x85\u2028\u2029\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
    "\n\n\n" + " " * 16,
)


def check_language(language: object) -> str:
    """Return a language code, or say why it is none.

    Parameters
    ----------
    language : object
        What was given; a code such as ``"en"``, ``"zh"`` or ``"pt-BR"`` is expected.

    Returns
    -------
    str
        The code as it came.

    Raises
    ------
    InputError
        If it is no string or does not look like a code.

    Examples
    --------
    >>> check_language("zh")
    'zh'
    """
    if isinstance(language, str) and _LANGUAGE.fullmatch(language) and len(language) < 36:
        return language
    raise InputError(
        f"language must be a code such as 'en', 'de' or 'zh', but got {language!r:.60}: look up "
        "the two-letter code (ISO 639) of your language."
    )


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Find where the sentences of a text start and end.

    Parameters
    ----------
    text : str
        Any text.
    language : str
        Its language code; sentencex falls back on a related language, at last on English.

    Returns
    -------
    list of (int, int)
        Code-point offsets, in order and without overlap. White space around a sentence is left
        out of it; every other character of the text lies in exactly one sentence.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> sentence_spans("One here. Two.", "en")
    [(0, 9), (10, 14)]
    """
    spans = []
    offset = 0
    for piece in sentencex.segment(language, well_formed(text).translate(_ORDINARY_SPACES)):
        core = piece.strip()
        if core:
            start = offset + len(piece) - len(piece.lstrip())
            spans.append((start, start + len(core)))
        offset += len(piece)
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
