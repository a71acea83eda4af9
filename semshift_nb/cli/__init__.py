"""The command ``semshift``: it parses, calls and prints; slow imports wait for their use.

Exit status: 0 well, 1 something ran and failed, 2 asked wrongly.
"""

import sys
import warnings

from semshift_nb.cli import (
    check,
    doctor,
    geometry,
    new,
    remedies,
    report,
    retrieval,
    shift,
    split,
    store,
    train,
    why,
)
from semshift_nb.cli.program import ASKED_WRONGLY, FAILED, app, tell
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.unicode import printable, well_formed

__all__ = ["app", "main"]

# A command is part of the program once its module has been imported.
_QUOTED = 2000
_COMMANDS = (
    *(new, report, shift, retrieval, why, remedies, geometry, check, split),
    *(store, train, doctor),
)


def _warning(  # as warnings.formatwarning; the line of a library that gave it helps no reader
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> str:
    """Write a warning."""
    return f"{category.__name__}: {printable(str(message))}\n"


def _refuse_bytes(arguments: list[str]) -> None:
    """Refuse names that are not UTF-8: tables, manifests and pages could not hold them."""
    for argument in arguments:
        if argument != well_formed(argument):
            raise InputError(f"{argument!r:.80} is not UTF-8: rename the file, or type it anew.")


def _cut(message: str) -> str:
    """Keep the ends of a message that quotes more than anybody reads."""
    return message if len(message) <= 2 * _QUOTED else f"{message[:_QUOTED]} … {message[-_QUOTED:]}"


def main() -> None:
    """Run the command line.

    Raises
    ------
    SystemExit
        Always, with the exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        # A title may hold what the terminal's encoding does not: show it escaped, and go on.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    warnings.formatwarning = _warning
    try:
        _refuse_bytes(sys.argv[1:])
        app()
    except InputError as error:
        tell(f"semshift: {_cut(str(error))}")
        raise SystemExit(ASKED_WRONGLY) from None
    except SemshiftError as error:
        tell(f"semshift: {_cut(str(error))}")
        raise SystemExit(FAILED) from None
