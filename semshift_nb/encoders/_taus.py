"""Whatever a caller means by a temperature, as one array of numbers for each layer."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError

# One array of shape (n_heads,) for each layer; heads may differ in number.
Layers: TypeAlias = tuple[NDArray[np.float64], ...]

# Beyond these, scores divided by it leave the range of float32.
_LEAST, _MOST = 1e-30, 1e30


def check_number(tau: object, name: str) -> float:
    """Return a temperature as a float, or say what else came.

    Parameters
    ----------
    tau : object
        What a caller gave.
    name : str
        What to call it in the message.

    Returns
    -------
    float
        A positive number.

    Raises
    ------
    InputError
        If it is no number, not positive or not finite.

    Examples
    --------
    >>> check_number(1, "tau")
    1.0
    """
    number = isinstance(tau, Real) and not isinstance(tau, bool | np.bool_)
    if not number or not _LEAST <= float(tau) <= _MOST:  # type: ignore[arg-type]
        raise InputError(
            f"{name} is {tau!r}: expected a positive number, such as 0.8 (below 1 sharpens the "
            "attention, 1 leaves the model as it is)."
        )
    return float(tau)  # type: ignore[arg-type]


def check_taus(tau: object, heads: Sequence[int], *, name: str = "tau") -> Layers:
    """Return temperatures head by head, or say what does not fit the model.

    Parameters
    ----------
    tau : float, sequence of float or sequence of sequences of float
        One number, one for each layer, or one for each layer and head.
    heads : sequence of int
        How many heads each of the model's layers has.
    name : str
        What to call it in the message.

    Returns
    -------
    tuple of ndarray of shape (n_heads,)
        One for each layer.

    Raises
    ------
    InputError
        If a temperature is not a positive number, or there are not as many as the model has layers
        and heads.

    Examples
    --------
    >>> [row.tolist() for row in check_taus([0.5, [1, 2]], [1, 2])]
    [[0.5], [1.0, 2.0]]
    """
    tau = plain(tau)
    if not is_list(tau):
        number = check_number(tau, name)
        return tuple(np.full(n_heads, number) for n_heads in heads)
    if len(tau) != len(heads):
        raise InputError(
            f"{name} has {len(tau)} entries, but the model has {len(heads)} layers: "
            "give one number, or one entry for each layer."
        )
    return tuple(
        _check_layer(entry, n_heads, f"{name}[{layer}]")
        for layer, (entry, n_heads) in enumerate(zip(tau, heads, strict=True))
    )


def only_number(layers: Layers) -> float:
    """Return the temperature that all layers and heads share, NaN where they differ.

    Parameters
    ----------
    layers : tuple of ndarray of shape (n_heads,)
        As ``check_taus`` gives them.

    Returns
    -------
    float
        The number, or NaN.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> only_number((np.array([0.5]), np.array([0.5, 0.5])))
    0.5
    """
    first = float(layers[0][0])
    return first if all((layer == first).all() for layer in layers) else math.nan


def _check_layer(entry: object, n_heads: int, name: str) -> NDArray[np.float64]:
    entry = plain(entry)
    if not is_list(entry):
        return np.full(n_heads, check_number(entry, name))
    if len(entry) != n_heads:
        raise InputError(
            f"{name} has {len(entry)} entries, but that layer has {n_heads} heads: "
            "give one number for the layer, or one for each head."
        )
    return np.array([check_number(tau, f"{name}[{head}]") for head, tau in enumerate(entry)])


def plain(tau: object) -> object:
    """Give arrays and tensors as lists and numbers."""
    return tau.tolist() if hasattr(tau, "tolist") else tau


def is_list(tau: object) -> TypeGuard[Sequence[object]]:
    """Say whether there may be several temperatures in it."""
    return isinstance(tau, Sequence) and not isinstance(tau, str | bytes)
