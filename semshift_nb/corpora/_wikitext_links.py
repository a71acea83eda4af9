"""Links in wikitext: words stay, addresses, images and categories go."""

import re

# Innermost links first: an image's caption may hold links of its own.
_LINK = re.compile(r"\[\[((?:[^\[\]]|\[(?!\[)|\](?!\]))*)\]\]")
_EXTERNAL = re.compile(r"\[(?:https?:|ftp:)?//[^\s\[\]]*\s*([^\[\]]*)\]", re.IGNORECASE)
# [[Category:...]], [[File:...]], [[de:...]]; a colon in front ([[:File:...]]) makes a plain link.
_NAMESPACE = re.compile(
    r"\s*(?:file|image|category|media|[a-z]{2,3}(?:-[a-z-]+)?|simple)\s*:(?!\s|:)\S", re.IGNORECASE
)


def unlink(text: str) -> str:
    """Replace links by their words.

    Parameters
    ----------
    text : str
        Wikitext without templates.

    Returns
    -------
    str
        The same without links; images, their captions and categories are gone.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> unlink("[[Rome|The city]] of [[Italy]].[[File:a.jpg|thumb|A [[view]]]]")
    'The city of Italy.'
    """
    count = 1
    while count:
        text, count = _LINK.subn(_words, text)
    return _EXTERNAL.sub(r"\1", text)


def _words(match: re.Match[str]) -> str:
    target, bar, words = match[1].partition("|")
    if _NAMESPACE.match(target):
        return ""
    if bar and not words:  # [[Mercury (planet)|]] shows as Mercury
        return re.sub(r"\s*\(.*\)|^:?[^:]*:|,.*", "", target)
    return words if bar else target.lstrip(":")
