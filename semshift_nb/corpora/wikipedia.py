"""The wikipedia corpus: full articles of the English Wikipedia, as plain prose."""

import bz2
import re

# The file comes with an installed package, so the parser meets nothing hostile.
from xml.etree import ElementTree as ET

import pandas as pd

from semshift_nb.corpora._gensim import gensim_file
from semshift_nb.corpora.wikitext import plain_text

DUMP = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
MIN_CHARACTERS = 500

_DISAMBIGUATION = re.compile(
    r"\{\{\s*(?:[\w -]*disambig\w*|geodis|hndis|surname|given name)\s*[|}]", re.IGNORECASE
)


def wikipedia() -> pd.DataFrame:
    """Read the articles of the piece of an English Wikipedia dump that gensim carries.

    Redirects, disambiguation pages and articles with hardly any prose (lists) are left out. Of the
    others the running text is kept; `plain_text` says what is not.

    Returns
    -------
    DataFrame
        ``doc_id`` (the page's number), ``title`` and ``text``, its paragraphs parted by empty
        lines.

    Raises
    ------
    InputError
        If gensim is not installed.

    References
    ----------
    English Wikipedia, dump of 2016, text under CC BY-SA 3.0.

    Examples
    --------
    >>> wikipedia()["title"][0]
    'Anarchism'
    """
    root = ET.fromstring(bz2.decompress(gensim_file(DUMP).read_bytes()))  # noqa: S314
    rows = ((page_id, title, plain_text(text)) for page_id, title, text in _articles(root))
    kept = [row for row in rows if len(row[2]) >= MIN_CHARACTERS]
    return pd.DataFrame(kept, columns=["doc_id", "title", "text"])


def _articles(root: ET.Element) -> list[tuple[str, str, str]]:
    space = root.tag.removesuffix("mediawiki")
    articles = []
    for page in root.iter(f"{space}page"):
        page_id, title, number = (
            page.findtext(space + tag, default="") for tag in ("id", "title", "ns")
        )
        text = page.findtext(f"{space}revision/{space}text", default="")
        is_redirect = page.find(f"{space}redirect") is not None
        # Namespace 0 holds the articles; the others hold talk, templates, categories, ...
        if number == "0" and not is_redirect and not _DISAMBIGUATION.search(text):
            articles.append((page_id, title, text))
    return articles
