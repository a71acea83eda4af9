"""The command ``semshift``: it parses, calls and prints; slow imports wait for their use.

Exit status: 0 well, 1 something ran and failed, 2 asked wrongly.
"""

import sys

from semshift_nb.cli import check, doctor, geometry, report, retrieval, shift, split, store
from semshift_nb.cli.program import ASKED_WRONGLY, FAILED, app, tell
from semshift_nb.errors import InputError, SemshiftError

__all__ = ["app", "main"]

# A command is part of the program once its module has been imported.
_COMMANDS = (report, shift, retrieval, geometry, check, split, store, doctor)


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
    try:
        app()
    except InputError as error:
        tell(f"semshift: {error}")
        raise SystemExit(ASKED_WRONGLY) from None
    except SemshiftError as error:
        tell(f"semshift: {error}")
        raise SystemExit(FAILED) from None
