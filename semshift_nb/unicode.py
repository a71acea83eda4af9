"""Strings that cannot be written, or must not be obeyed, made into ones that can be shown."""

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    r"""Replace each lone surrogate by U+FFFD, the replacement character.

    A lone surrogate is half a character, left over from cutting UTF-16 in two. Nothing can write
    it down: not UTF-8, not a parquet file, not a page. Its place is kept, so that offsets hold.
    """
    # isascii is a flag that Python keeps, so that most texts cost nothing here.
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def printable(text: str) -> str:
    r"""Write out the control characters of a text, so that a terminal shows and does not obey them.

    File names, titles and models' names come from anywhere, and a terminal takes what begins with
    an escape as an order: to clear itself, to hide a line, to rename its window. Line ends and tabs
    stay. So do not the marks that turn the direction of writing, which make a line read otherwise
    than it is.

    >>> print(printable("a\x1b[31mb"))
    a\x1b[31mb
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
