"""Wikitext to prose: the running text of an article and nothing else."""

import html
import re

from semshift_nb.corpora._wikitext_lines import prose_blocks
from semshift_nb.corpora._wikitext_links import unlink
from semshift_nb.corpora._wikitext_prose import whole_sentences
from semshift_nb.corpora._wikitext_tags import drop_elements, strip_tags
from semshift_nb.corpora._wikitext_templates import EQUALS, expand_templates

_TABLE = re.compile(r"\{\|(?:(?!\{\||\|\}).)*\|\}", re.DOTALL)
_QUOTES = re.compile(r"'{2,}")
_POSSESSIVE = re.compile(r"(?<=\w)'{3}(?=s\b)")
_MAGIC_WORD = re.compile(r"__[A-Z]+__")


def plain_text(wikitext: str) -> str:
    r"""Take the running text out of an article.

    Left out are templates (save those that carry words, such as units and foreign terms), notes,
    tables, lists, headings, images with their captions, galleries, quotations set apart, sections
    of references and links, and every sentence in which a formula or a template leaves a hole.

    Parameters
    ----------
    wikitext : str
        The source of the article.

    Returns
    -------
    str
        Paragraphs of whole sentences, parted by empty lines; empty if there are none.

    Raises
    ------
    Nothing of its own: what cannot be parsed is left out.

    References
    ----------
    Help:Wikitext of the English Wikipedia.

    Examples
    --------
    >>> plain_text("== History ==\n'''Rome''' is a [[city]].<ref>Livy</ref>\n* [[Milan]]")
    'Rome is a city.'
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
