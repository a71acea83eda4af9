"""Corpora by name: real text that installed packages carry."""

import re
import textwrap
from collections.abc import Callable
from pydoc_data.topics import topics

import pandas as pd

from semshift_nb.corpora.sentences import sentences_of, without_unfinished
from semshift_nb.corpora.wikipedia.articles import wikipedia
from semshift_nb.files import gensim_file

_RULE = re.compile(r"^\s*([*=\-~^])\1{2,}\s*$", re.MULTILINE)
_BULLET = re.compile(r"^(?:[*-]|\d+\.)\s+")
_EMPHASIS = re.compile(r"(?<![\w*\"])(\*{1,2})(?=[^\s*\"])([^*\"]*[^\s*\"])\1(?![\w*\"])")
_NOTE_MARK = re.compile(r"\s?\[\d+\]")
# Rows of tables, comments and sessions in code, grammar.
_LISTING = re.compile(r"^[|+#]|>>>|::=|^\.\.\.", re.MULTILINE)
_CRUMB = re.compile(r"(?:New|Added|Changed|Deprecated) in version [\d.]+|\S*(?: \S*)?")
_FOOTNOTES = "-[ Footnotes ]-"


def python_docs() -> pd.DataFrame:
    """Read the topics of Python's language reference that the standard library carries.

    Headings, listings, grammar, tables and footnotes are left out; paragraphs stay.

    References
    ----------
    The Python Language Reference, Python Software Foundation.
    """
    names = sorted(topics)
    texts = [topic_prose(topics[name]) for name in names]
    return pd.DataFrame({"doc_id": names, "title": names, "text": texts})


def topic_prose(source: str) -> str:
    r"""Take the paragraphs out of a topic."""
    body = source.partition(_FOOTNOTES)[0]
    blocks = (_paragraph(block) for block in re.split(r"\n\s*\n", body))
    return "\n\n".join(filter(None, blocks))


def _paragraph(block: str) -> str:
    lines = textwrap.dedent(block)
    if _RULE.search(lines) or _LISTING.search(lines):
        return ""
    # A word broken at its own hyphen keeps it: "built-" and "in" make "built-in".
    text = " ".join(re.sub(r"(?<=\w-)\n\s*", "", lines.strip("\n")).split())
    text = _NOTE_MARK.sub("", _EMPHASIS.sub(r"\2", _BULLET.sub("", text)))
    if text[:1].islower() or _CRUMB.fullmatch(text):
        return ""
    return " ".join(without_unfinished(sentences_of(text)))


def news() -> pd.DataFrame:
    """Read the 300 news stories of the Lee background corpus.

    References
    ----------
    Lee, Pincombe, Welsh (2005). An empirical evaluation of models of text document similarity.
    """
    lines = gensim_file("lee_background.cor").read_text("utf-8").splitlines()
    return pd.DataFrame({"text": [line.strip() for line in lines]})


def reviews() -> pd.DataFrame:
    """Read 200 sentences of film reviews, labelled by Pang and Lee.

    References
    ----------
    Pang, Lee (2005). Seeing stars: exploiting class relationships for sentiment categorization.
    """
    lines = gensim_file("pang_lee_polarity.cor").read_text("cp1252").splitlines()
    rows = [line.removeprefix("__label__").split(maxsplit=1) for line in lines]
    table = pd.DataFrame(rows, columns=["label", "text"])
    return table.assign(text=table["text"].str.strip())


BUNDLED: dict[str, Callable[[], pd.DataFrame]] = {
    "wikipedia": wikipedia,
    "news": news,
    "python-docs": python_docs,
    "reviews": reviews,
}
