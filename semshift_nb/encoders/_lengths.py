"""What a limit on a text's tokens may be."""

from typing import TypeGuard

import numpy as np

from semshift_nb.errors import InputError

# A start token, an end token and one that is of the text.
_SHORTEST = 3


def check_max_length(max_length: object) -> int:
    """Return a number of tokens, or say what else came.

    Parameters
    ----------
    max_length : object
        What a caller asked for.

    Returns
    -------
    int
        The same number.

    Raises
    ------
    InputError
        If it is no whole number, or leaves no room for a text.

    Examples
    --------
    >>> check_max_length(128)
    128
    """
    if not is_whole(max_length) or max_length < _SHORTEST:
        raise InputError(
            f"max_length is {max_length!r}: expected a whole number of tokens, at least "
            f"{_SHORTEST} (special tokens count)."
        )
    return int(max_length)


def is_whole(number: object) -> TypeGuard[int]:
    """Say whether something is a whole number, of Python or of NumPy.

    Parameters
    ----------
    number : object
        Anything.

    Returns
    -------
    bool
        False for True, too.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> is_whole(3), is_whole(True)
    (True, False)
    """
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
