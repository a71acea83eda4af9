"""Strings that are not well-formed Unicode, mended without moving a single offset."""

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    r"""Replace each lone surrogate by U+FFFD, the replacement character.

    A lone surrogate is half a character, left over from cutting UTF-16 in two. Nothing can write
    it down: not UTF-8, not a parquet file, not a page. Its place is kept, so that offsets hold.
    """
    # isascii is a flag that Python keeps, so that most texts cost nothing here.
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
