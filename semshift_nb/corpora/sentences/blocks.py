# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.
"""Blocks of a text, which end sentences where no mark does: paragraphs, code, turns, verses.

And data meant for machines, in which nothing is a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_PARAGRAPH = re.compile(r"\S.*?(?=\n\s*\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)

# A data URI; a run of base64 that is far longer than any word; one that is broken into lines.
_B64 = "[A-Za-z0-9+/_-]"
_DATA = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.+-]{1,80}){0,4},[^\s\"'<>)\]]{64,}"
    rf"|(?<!{_B64})(?:{_B64}{{60,}}\r?\n)+{_B64}{{4,}}={{0,2}}(?=\s*?(?:\n|\Z))"
    rf"|(?<!{_B64}){_B64}{{200,}}={{0,2}}"
)
_MIXED = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))


class Stretch(NamedTuple):
    """A part of a text, and what it is."""

    start: int
    end: int
    kind: str


PROSE, CODE, DATA = "prose", "fenced code", "a data URI or base64"


def blocks(text: str) -> Iterator[Stretch]:
    """Yield paragraphs and fenced blocks of code in order; between them there is white space."""
    place = 0
    for fence in [*_fences(text), Stretch(len(text), len(text), CODE)]:
        prose = text[place : fence.start]
        for paragraph in _PARAGRAPH.finditer(prose):
            end = place + paragraph.start() + len(paragraph[0].rstrip())
            yield Stretch(place + paragraph.start(), end, PROSE)
        if fence.start < fence.end:
            yield fence
        place = fence.end


def _fences(text: str) -> Iterator[Stretch]:
    """Yield what stands between fences of three back-ticks or tildes, the fences included."""
    opened: re.Match[str] | None = None
    for line in _FENCE.finditer(text):
        if opened is None:
            opened = None if "`" in line[2] else line
        elif line[1].startswith(opened[1]) and not line[2].strip():
            start = opened.start() + len(opened[0]) - len(opened[0].lstrip())
            yield Stretch(start, line.start() + len(line[0].rstrip()), CODE)
            opened = None


def machine_data(text: str) -> list[Stretch]:
    """Return the data URIs and long runs of base64 in a text, in order."""
    return [
        Stretch(*found.span(), DATA)
        for found in _DATA.finditer(text)
        if found[0].startswith("data:") or all(kind.search(found[0]) for kind in _MIXED)
    ]


_SPEAKER = r"(?:[-–—]\s?)?[^\W\d_][^:：\n.!?。！？]{0,30}[:：](?=\s|[^\x00-\x7f])"
_CLOCK = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?\s"
_CUE = re.compile(r"^(?:\d{1,2}:)?\d{2}:\d{2}[.,]\d{3} --> ", re.MULTILINE)
_TURN = re.compile(rf"\s*(?:{_CLOCK}|{_SPEAKER})")
_BULLET = re.compile(r"\s*(?:[-*+–—•‣◦▪·・]|[(\[]?(?:\d{1,3}|[a-z])[.)\]、．])\s+\S")
_MARK = re.compile(r"[.!?…。！？｡．।॥؟۔][\"'”’»」』)\]]*\s*$")
_INNER = re.compile(r"[.!?…][\"'”’»)\]]*\s+\S|[。！？｡।॥؟۔]\s*\w")
_ANY_MARK = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|\Z)|[。！？｡．।॥؟۔]")
_MOST = 80
"""Characters of the longest line that can be a verse or a turn without a name."""

_NARROWEST = 20
"""Characters of the narrowest column that prose is set in."""

_UNSPACED = "\u2e80"
"""From here on scripts break lines between any two characters."""


def line_starts(text: str) -> list[int]:
    """Return where the lines of a paragraph begin that are turns, items of a list or verses.

    Lines that a width has broken are none: a text has been wrapped where hardly a line had room for
    the first word of the next.
    """
    lines = [match for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    if len(lines) < 2 or _CUE.search(text):  # a subtitle's lines follow its number and its times
        return []
    for kind in (_TURN, _BULLET):
        marked = [line.start() for line in lines if kind.match(line[0])]
        if len(marked) >= 2 and 2 * len(marked) >= len(lines):
            return marked
    contents = [line[0].strip() for line in lines]
    return [line.start() for line in lines[1:]] if _are_verses(contents) else []


def _are_verses(lines: Sequence[str]) -> bool:
    """Say whether lines, few of which end as sentences do, were ended on purpose."""
    if len(lines) < 3 or max(map(len, lines)) > _MOST or any(map(_INNER.search, lines)):
        return False
    if 2 * sum(bool(_MARK.search(line)) for line in lines) > len(lines):
        return False
    # Of lines that begin now large, now small the small ones go on with a sentence.
    is_small = {line[0].islower() for line in lines if line[0].isalpha()}
    return len(is_small) < 2 and not is_wrapped(lines)


def is_wrapped(lines: Sequence[str]) -> bool:
    """Say whether most lines had no room for the first word of the next."""
    width = max(map(len, lines))
    full = [len(line) + _first_word(following) > width for line, following in pairwise(lines)]
    return width >= _NARROWEST and 2 * sum(full) > len(full)


def _first_word(line: str) -> int:
    """Return the width of a line's first word and of the space before it."""
    return 2 if line[0] >= _UNSPACED else 1 + len(line.split(maxsplit=1)[0])


def why_undivided(text: str) -> str:
    """Say why a long text may be several sentences though only one was found, or nothing."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) >= 3 and not is_wrapped(lines):
        return "are its lines sentences? Put a blank line between them"
    if not _ANY_MARK.search(text):
        return "no mark ends a sentence in it: put a blank line where one ends"
    return ""
