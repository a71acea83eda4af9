"""English paragraphs cut down to whole sentences, for the bundled corpora."""

# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.

import re

from semshift_nb.corpora.sentences import sentence_spans

_END = re.compile(r"[.!?…][\"'”’»)\]]*$")


def sentences_of(paragraph: str) -> list[str]:
    """Split an English paragraph.

    Parameters
    ----------
    paragraph : str
        Running text.

    Returns
    -------
    list of str
        Its sentences.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> sentences_of("One. Two.")
    ['One.', 'Two.']
    """
    return [paragraph[start:end] for start, end in sentence_spans(paragraph, "en")]


def without_unfinished(sentences: list[str]) -> list[str]:
    """Leave out a last sentence that does not end as sentences do.

    Such a sentence led to a list, a formula or a listing ("as follows:") that is not there.

    Parameters
    ----------
    sentences : list of str
        The sentences of one paragraph.

    Returns
    -------
    list of str
        The same sentences, or all but the last.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> without_unfinished(["It is so.", "For example:"])
    ['It is so.']
    """
    if sentences and not _END.search(sentences[-1]):
        return sentences[:-1]
    return sentences
