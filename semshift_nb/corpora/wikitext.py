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
    text = html.unescape(strip_tags(_QUOTES.sub("", _MAGIC_WORD.sub("", block))))
    return whole_sentences(text.replace(EQUALS, "="))
