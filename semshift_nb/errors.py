"""The errors this package raises on purpose.

They stand below the ground floor, so that every floor can raise them and the command line can tell
"asked wrongly" (exit status 2) from "ran and failed" (exit status 1) by their class alone.
"""


class SemshiftError(Exception):
    """Something ran and failed; the message says what came, what was expected and what to do."""


class InputError(SemshiftError, ValueError):
    """What was asked for or handed in cannot be used; nothing was computed."""
