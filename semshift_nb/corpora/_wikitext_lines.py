"""Lines of wikitext: which of them are running text."""

import re
from collections.abc import Iterator

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
    r"""Pick the blocks of running text.

    Parameters
    ----------
    text : str
        Wikitext without templates, tables and links.

    Yields
    ------
    str
        A paragraph on one line; no heading, list, indented line or section of references.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> list(prose_blocks("== Life ==\nShe was\nborn.\n* one\n== Notes ==\nNone."))
    ['She was born.']
    """
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
