"""Articles of the English Wikipedia as segments: the sections that their editors set."""

import bz2
import re

# The file comes with an installed package, so the parser meets nothing hostile.
from xml.etree import ElementTree as ET

import pandas as pd

from semshift_nb.corpora._gensim import gensim_file
from semshift_nb.corpora.sentences import sentence_spans
from semshift_nb.corpora.wikipedia import DUMP, _articles
from semshift_nb.corpora.wikitext import plain_text
from semshift_nb.errors import InputError

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
