"""The wikipedia corpus: full articles of the English Wikipedia, as plain prose."""

import bz2
import re
from xml.etree import ElementTree as ET

import pandas as pd

from semshift_nb.corpora.sentences import sentence_spans
from semshift_nb.corpora.wikipedia.wikitext import plain_text
from semshift_nb.errors import InputError
from semshift_nb.files import gensim_file

# The file comes with an installed package, so the parser meets nothing hostile.


DUMP = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
MIN_CHARACTERS = 500

_DISAMBIGUATION = re.compile(
    r"\{\{\s*(?:[\w -]*disambig\w*|geodis|hndis|surname|given name)\s*[|}]", re.IGNORECASE
)


def wikipedia() -> pd.DataFrame:
    """Read the articles of the piece of an English Wikipedia dump that gensim carries.

    Redirects, disambiguation pages and articles with hardly any prose (lists) are left out. Of the
    others the running text is kept; `plain_text` says what is not.

    References
    ----------
    English Wikipedia, dump of 2016, text under CC BY-SA 3.0.
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


# The file comes with an installed package, so the parser meets nothing hostile.


_HEADING = re.compile(r"^==[^=].*?==[ \t]*$", re.MULTILINE)


def wikipedia_sections(*, min_sentences: int = 3, min_sections: int = 4) -> pd.DataFrame:
    """Read the bundled articles with their sections of the first level as known segments.

    What stands before the first heading is a section too. A section is the running text that
    `plain_text` leaves of it, so that lists and references are none.

    Parameters
    ----------
    min_sentences : int
        Sections of fewer sentences are left out.
    min_sections : int
        Articles of fewer sections are left out.

    Returns
    -------
    DataFrame
        As `load_segments` gives it, with ``title``.

    Raises
    ------
    InputError
        If gensim is not installed, or a number is below 1.

    References
    ----------
    English Wikipedia, dump of 2016, text under CC BY-SA 3.0.

    Examples
    --------
    >>> wikipedia_sections()["title"][0]
    'Anarchism'
    """
    if min(min_sentences, min_sections) < 1:
        raise InputError(
            f"min_sentences is {min_sentences} and min_sections {min_sections}: expected 1 or more."
        )
    root = ET.fromstring(bz2.decompress(gensim_file(DUMP).read_bytes()))  # noqa: S314
    rows = [
        (page_id, title, [one for one in _sections(text) if len(one) >= min_sentences])
        for page_id, title, text in _articles(root)
    ]
    kept = [row for row in rows if len(row[2]) >= min_sections]
    return pd.DataFrame(kept, columns=["doc_id", "title", "segments"])


def _sections(wikitext: str) -> list[list[str]]:
    texts = [plain_text(part) for part in _HEADING.split(wikitext)]
    return [[text[start:end] for start, end in sentence_spans(text, "en")] for text in texts]
