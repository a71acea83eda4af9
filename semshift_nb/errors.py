"""The errors this package raises on purpose, and how they name what one can ask for.

They stand below the ground floor, so that every floor can raise them and the command line can tell
"asked wrongly" (exit status 2) from "ran and failed" (exit status 1) by their class alone. What to
do is told as the person who asked would type it: in Python, or on the command line.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TYPED = ContextVar("whether the person types commands", default=False)


class SemshiftError(Exception):
    """Something ran and failed; the message says what came, what was expected and what to do."""


class InputError(SemshiftError, ValueError):
    """What was asked for or handed in cannot be used; nothing was computed."""


@contextmanager
def at_the_command_line() -> Iterator[None]:
    """Let errors name options as commands have them, while a command runs."""
    before = _TYPED.set(True)
    try:
        yield
    finally:
        _TYPED.reset(before)


def by_door(python: str, typed: str) -> str:
    """Choose the advice that the person who asked can follow."""
    return typed if _TYPED.get() else python


def option(name: str, *, value: object = None) -> str:
    """Name an option as it is typed at the door through which the person came.

    Parameters
    ----------
    name : str
        Python's name of it.
    value : object, optional
        What to give it.

    Returns
    -------
    str

    Examples
    --------
    >>> option("max_length"), option("max_length", value=64)
    ('max_length', 'max_length=64')
    >>> with at_the_command_line():
    ...     option("max_length", value=64), option("allow_unknown", value=True)
    ('--max-length 64', '--allow-unknown')
    """
    if not _TYPED.get():
        return name if value is None else f"{name}={value!r}"
    flag = f"--{name.replace('_', '-')}"
    return flag if value is None or value is True else f"{flag} {shlex.quote(str(value))}"
