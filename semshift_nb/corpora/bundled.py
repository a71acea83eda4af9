"""Corpora by name: real text that installed packages carry."""

from collections.abc import Callable

import pandas as pd

from semshift_nb.corpora._gensim import gensim_file
from semshift_nb.corpora.python_docs import python_docs
from semshift_nb.corpora.wikipedia import wikipedia


def news() -> pd.DataFrame:
    """Read the 300 news stories of the Lee background corpus.

    Returns
    -------
    DataFrame
        ``text``, one story of the Australian Broadcasting Corporation's news mail a row; they have
        no titles.

    Raises
    ------
    InputError
        If gensim is not installed.

    References
    ----------
    Lee, Pincombe, Welsh (2005). An empirical evaluation of models of text document similarity.

    Examples
    --------
    >>> len(news())
    300
    """
    lines = gensim_file("lee_background.cor").read_text("utf-8").splitlines()
    return pd.DataFrame({"text": [line.strip() for line in lines]})


def reviews() -> pd.DataFrame:
    """Read 200 sentences of film reviews, labelled by Pang and Lee.

    Returns
    -------
    DataFrame
        ``text``, one sentence a row, lower case and tokenised as published, and ``label``, "neg" or
        "pos".

    Raises
    ------
    InputError
        If gensim is not installed.

    References
    ----------
    Pang, Lee (2005). Seeing stars: exploiting class relationships for sentiment categorization.

    Examples
    --------
    >>> reviews()["label"].value_counts().to_dict()
    {'neg': 100, 'pos': 100}
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
