"""Wikitext to prose: the running text of an article and nothing else."""

import html
import re
from collections.abc import Iterator

from semshift_nb.corpora.sentences import sentences_of, without_unfinished
from semshift_nb.corpora.wikipedia.markup import (
    EQUALS,
    HOLE,
    drop_elements,
    expand_templates,
    strip_tags,
    unlink,
)

_HEADING = re.compile(r"^(={1,6})\s*(.+?)\s*\1\s*$")
_BACK_MATTER = frozenset(
    {
        "see also", "references", "external links", "further reading", "notes", "bibliography",
        "sources", "footnotes", "citations", "works cited", "gallery", "notes and references",
        "references and notes", "selected bibliography", "literature", "publications",
        "filmography", "discography", "explanatory notes", "notes and citations",
        "general references", "links", "selected works", "works", "primary sources",
        "secondary sources", "cited sources",
    }
)  # fmt: skip
# Lists, indented lines, rules, rows of tables that were never closed, preformatted lines.
_NO_PROSE = ("*", "#", ":", ";", "----", "|", "!", "{|", " ")


def prose_blocks(text: str) -> Iterator[str]:
    r"""Pick the blocks of running text."""
    block: list[str] = []
    for line in _kept_lines(text):
        if line:
            block.append(line)
        elif block:
            yield " ".join(block)
            block = []
    if block:
        yield " ".join(block)


def _kept_lines(text: str) -> Iterator[str]:
    skipped_level = 0  # of the section that is being left out; 0: none
    for line in text.split("\n"):
        heading = _HEADING.match(line)
        if heading:
            level = len(heading[1])
            if not skipped_level or level <= skipped_level:
                skipped_level = level if heading[2].strip("' ").lower() in _BACK_MATTER else 0
        is_prose = not (heading or skipped_level or line.startswith(_NO_PROSE))
        yield line.strip() if is_prose else ""


# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.


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
    r"""Keep the sentences of a block that are whole."""
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


_TABLE = re.compile(r"\{\|(?:(?!\{\||\|\}).)*\|\}", re.DOTALL)
_QUOTES = re.compile(r"'{2,}")
_POSSESSIVE = re.compile(r"(?<=\w)'{3}(?=s\b)")
_MAGIC_WORD = re.compile(r"__[A-Z]+__")


def plain_text(wikitext: str) -> str:
    r"""Take the running text out of an article.

    Left out are templates (save those that carry words, such as units and foreign terms), notes,
    tables, lists, headings, images with their captions, galleries, quotations set apart, sections
    of references and links, and every sentence in which a formula or a template leaves a hole.

    References
    ----------
    Help:Wikitext of the English Wikipedia.
    """
    text = drop_elements(wikitext)
    text = expand_templates(text)
    text = _drop_tables(text)
    text = unlink(text)
    blocks = (_plain_block(block) for block in prose_blocks(text))
    return "\n\n".join(filter(None, blocks))


def _drop_tables(text: str) -> str:
    count = 1
    while count:  # inner tables first
        text, count = _TABLE.subn("", text)
    return text


def _plain_block(block: str) -> str:
    text = html.unescape(strip_tags(_unquote(_MAGIC_WORD.sub("", block))))
    return whole_sentences(text.replace(EQUALS, "="))


def _unquote(block: str) -> str:
    runs = [len(run) for run in _QUOTES.findall(block)]
    bold, italic = (sum(length in (mark, 5) for length in runs) for mark in (3, 2))
    if bold % 2 and italic % 2:  # ''Eagle'''s is italics and an apostrophe
        block = _POSSESSIVE.sub("'", block, count=1)
    return _QUOTES.sub(_apostrophes, block)


def _apostrophes(run: re.Match[str]) -> str:
    # Two, three and five are marks; of four one is an apostrophe, and so are all beyond five.
    length = len(run[0])
    return "'" if length == 4 else "'" * (length - 5)
