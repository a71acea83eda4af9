"""Text out of a file: UTF-8, or an error that says what the file is instead."""

import shlex
from pathlib import Path

from semshift_nb.errors import InputError
from semshift_nb.files import kind_of

_KINDS = {
    b"\x1f\x8b": ("packed by gzip", "unpack it with gunzip"),
    b"BZh": ("packed by bzip2", "unpack it with bunzip2"),
    b"\xfd7zXZ\x00": ("packed by xz", "unpack it with unxz"),
    b"(\xb5/\xfd": ("packed by zstandard", "unpack it with unzstd"),
    b"PK\x03\x04": (
        "a zip file, as spreadsheets (.xlsx) are",
        "save it from the spreadsheet program as csv in UTF-8, or unpack it with unzip",
    ),
    b"\xd0\xcf\x11\xe0": (
        "an old Office file (.xls or .doc)",
        "save it from its program as csv in UTF-8",
    ),
    b"%PDF": ("a PDF file", "take its text out, for example with pdftotext"),
    b"PAR1": ("a Parquet file", "let its name end with .parquet"),
    b"version https://git-lfs.github.com/spec/": (
        "a pointer to a file that git-lfs keeps elsewhere",
        "fetch the file itself with git lfs pull",
    ),
}
"""How files begin that are not text, what they are, and what helps."""

_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_HEAD = 4096
_FEW, _SOME, _MANY = 8, 0.1, 0.4
"""UTF-16 of Latin letters has a zero in every other byte."""


def check_regular(path: Path) -> None:
    """Refuse what is no file of its own, which might never end when read.

    Raises
    ------
    OSError
        If there is nothing at the path, or a link that leads nowhere or in a circle.
    InputError
        If it is a pipe, a device, a socket or a folder.
    """
    kind = kind_of(path)
    if kind is not None:
        raise InputError(
            f"{path} is {kind}, but a file was expected: write its content into a file, and name "
            "that."
        )


def refuse_other_kinds(path: Path, head: bytes) -> None:
    """Refuse a file whose first bytes are those of something that is known not to be text.

    Raises
    ------
    InputError
        If so; the message says what it is and what helps.
    """
    for beginning, (kind, help_) in _KINDS.items():
        if head.startswith(beginning):
            raise InputError(f"{path} is {kind}, but text was expected: {help_}.")


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text, with or without a byte-order mark.

    Returns
    -------
    str
        As it stands in the file; line ends are not touched.

    Raises
    ------
    OSError
        If it is not there or may not be read.
    InputError
        If it is no file, no text, or text in another encoding.
    """
    check_regular(path)
    data = path.read_bytes()
    refuse_other_kinds(path, data[:_HEAD])
    encoding = _wide(data[:_HEAD])
    if encoding:
        raise InputError(
            f"{path} is encoded in {encoding}, but UTF-8 was expected: save it again as UTF-8, for "
            f"example with {_convert(path, encoding)}."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts behind the byte-order mark.
        start = error.start + len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))
        raise InputError(f"{path} is not UTF-8: {_fault(path, data, start)}") from None


def _wide(head: bytes) -> str:
    """Name an encoding of two or four bytes a character, by its mark or by its zeros."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = sorted(head[side::2].count(0) for side in (0, 1))
    half = len(head) // 2
    return "UTF-16" if half >= _FEW and zeros[1] > _MANY * half and zeros[0] < _SOME * half else ""


def _fault(path: Path, data: bytes, start: int) -> str:
    """Say which byte fits no character, how it might be meant, and what to do."""
    line = data.count(b"\n", 0, start) + 1
    around = data[max(0, start - 12) : start + 12].decode("cp1252", "replace")
    return (
        f"byte 0x{data[start]:02x} at position {start} (line {line}) fits no character. In "
        f"cp1252, as Windows writes Western languages, it reads {around!r}: if that is right, "
        f"convert it with {_convert(path, 'CP1252')}, or else from the encoding that it has "
        "(GB18030, SHIFT_JIS, CP1251, ...)."
    )


def _convert(path: Path, encoding: str) -> str:
    new = path.with_name(f"{path.stem}-utf8{path.suffix}")
    names = (shlex.quote(str(one)) for one in (path, new))
    return "iconv -f {} -t UTF-8 {} > {}".format(encoding, *names)
