"""Tags in wikitext: elements that go with their content, and tags that go alone."""

import re

# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


# Stands for something that was said here and cannot be kept: a formula, an unknown template.
# A private character, which no article uses.
HOLE = "\ue000"

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOTE = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>]*>.*?</ref\s*>", re.DOTALL | re.IGNORECASE)
_ELEMENTS = (
    "gallery|timeline|imagemap|blockquote|poem|table|source|syntaxhighlight|references|score"
)
_APART = re.compile(rf"<({_ELEMENTS})\b[^<>]*(?:/>|>.*?</\1\s*>)", re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(r"<(math|chem|hiero)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_RAISED = re.compile(r"<(su[bp])\b[^<>]*>([^<>]*)</su[bp]\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<\s*(?:br|p|/p|hr|li|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

_PLAIN = "0123456789+-−()n"
_SUPERSCRIPT = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎ₙ")


def drop_elements(text: str) -> str:
    """Drop comments, notes and all that is set apart from the running text."""
    for pattern in (_COMMENT, _NOTE, _APART):
        text = pattern.sub("", text)
    return _FORMULA.sub(HOLE, text)


def strip_tags(text: str) -> str:
    """Strip tags and keep what they enclose."""
    text = _RAISED.sub(_raise, _BREAK.sub(" ", text))
    return _TAG.sub("", text)


def _raise(match: re.Match[str]) -> str:
    kind, content = match[1].lower(), match[2].strip()
    if not set(content) <= set(_PLAIN):
        return content
    return content.translate(_SUPERSCRIPT if kind == "sup" else _SUBSCRIPT)


# Innermost links first: an image's caption may hold links of its own.
_LINK = re.compile(r"\[\[((?:[^\[\]]|\[(?!\[)|\](?!\]))*)\]\]")
_EXTERNAL = re.compile(r"\[(?:https?:|ftp:)?//[^\s\[\]]*\s*([^\[\]]*)\]", re.IGNORECASE)
# [[Category:...]], [[File:...]], [[de:...]]; a colon in front ([[:File:...]]) makes a plain link.
_NAMESPACE = re.compile(
    r"\s*(?:file|image|category|media|[a-z]{2,3}(?:-[a-z-]+)?|simple)\s*:(?!\s|:)\S", re.IGNORECASE
)


def unlink(text: str) -> str:
    """Replace links by their words."""
    count = 1
    while count:
        text, count = _LINK.subn(_words, text)
    return _EXTERNAL.sub(r"\1", text)


def _words(match: re.Match[str]) -> str:
    target, bar, words = match[1].partition("|")
    if _NAMESPACE.match(target):
        return ""
    if bar and not words:  # [[Mercury (planet)|]] shows as Mercury
        return re.sub(r"\s*\(.*\)|^:?[^:]*:|,.*", "", target)
    return words if bar else target.lstrip(":")
