"""Temperatures of the attention's softmax: what they may be, and schedules over a text's length."""

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import is_whole

# One array of shape (n_heads,) for each layer; heads may differ in number.
Layers: TypeAlias = tuple[NDArray[np.float64], ...]

# Beyond these, scores divided by it leave the range of float32.
_LEAST, _MOST = 1e-30, 1e30


def check_number(tau: object, name: str) -> float:
    """Return a temperature as a float, or say what else came."""
    number = isinstance(tau, Real) and not isinstance(tau, bool | np.bool_)
    if not number or not _LEAST <= float(tau) <= _MOST:  # type: ignore[arg-type]
        raise InputError(
            f"{name} is {tau!r}: expected a positive number, such as 0.8 (below 1 sharpens the "
            "attention, 1 leaves the model as it is)."
        )
    return float(tau)  # type: ignore[arg-type]


def check_taus(tau: object, heads: Sequence[int], *, name: str = "tau") -> Layers:
    """Return temperatures head by head, or say what does not fit the model.

    Returns
    -------
    tuple of ndarray of shape (n_heads,)
        One for each layer.
    """
    tau = plain(tau)
    if not is_list(tau):
        number = check_number(tau, name)
        return tuple(np.full(n_heads, number) for n_heads in heads)
    if len(tau) != len(heads):
        raise InputError(
            f"{name} has {count(len(tau), 'entry')}, but the model has "
            f"{count(len(heads), 'layer')}: give one number, or one entry for each layer."
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
    """
    first = float(layers[0][0])
    return first if all((layer == first).all() for layer in layers) else math.nan


def _check_layer(entry: object, n_heads: int, name: str) -> NDArray[np.float64]:
    entry = plain(entry)
    if not is_list(entry):
        return np.full(n_heads, check_number(entry, name))
    if len(entry) != n_heads:
        raise InputError(
            f"{name} has {count(len(entry), 'entry')}, but that layer has "
            f"{count(n_heads, 'head')}: give one number for the layer, or one for each head."
        )
    return np.array([check_number(tau, f"{name}[{head}]") for head, tau in enumerate(entry)])


def plain(tau: object) -> object:
    """Give arrays and tensors as lists and numbers."""
    return tau.tolist() if hasattr(tau, "tolist") else tau


def is_list(tau: object) -> TypeGuard[Sequence[object]]:
    """Say whether there may be several temperatures in it."""
    return isinstance(tau, Sequence) and not isinstance(tau, str | bytes)


Taus: TypeAlias = float | Sequence[float] | Sequence[Sequence[float]] | NDArray[np.floating[Any]]
Tau: TypeAlias = Taus | Callable[[int], Taus]


@dataclass(frozen=True)
class Temperature:
    """What an encoder's attention is divided by before its softmax.

    Attributes
    ----------
    tau : float
        The number where there is only one, else NaN; 1 is the model as it was trained.
    schedule : str
        ``"constant"``, ``"per layer"``, ``"per head"``, a schedule's own name, or ``"by length"``.
    key : str
        What the store keeps vectors under: two temperatures that differ have different keys.

    Examples
    --------
    >>> Temperature(0.9, "constant", "0.9")
    Temperature(tau=0.9, schedule='constant', key='0.9')
    """

    tau: float
    schedule: str
    key: str

    def __str__(self) -> str:
        return self.schedule if math.isnan(self.tau) else f"{self.tau:g}"


@dataclass(frozen=True)
class Schedule:
    """A temperature for each length of text, interpolated in the logarithm of the length.

    Parameters
    ----------
    name : str
        What to call it in tables.
    lengths : sequence of int
        Numbers of tokens, rising; shorter and longer texts have the temperature of the nearer end.
    taus : sequence of float
        The temperature at each of them.

    Raises
    ------
    InputError
        If the lengths do not rise from 1 or more, or a temperature is not a positive number.

    Examples
    --------
    >>> halving = Schedule("halving", (16, 64), (1.0, 0.5))
    >>> halving(32), halving(500)
    (0.75, 0.5)
    """

    name: str
    lengths: tuple[int, ...]
    taus: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths, taus = plain(self.lengths), plain(self.taus)
        if not (
            is_list(lengths) and is_list(taus) and len(lengths) == len(taus) and _rise(lengths)
        ):
            raise InputError(
                f"the schedule {self.name!r} has lengths {lengths!r:.80} and temperatures "
                f"{taus!r:.80}: expected whole lengths that rise from 1 or more, and one "
                "temperature for each."
            )
        numbers = tuple(check_number(tau, f"tau of {self.name!r}") for tau in taus)
        object.__setattr__(self, "lengths", tuple(lengths))
        object.__setattr__(self, "taus", numbers)

    @property
    def key(self) -> str:
        """A name that no other schedule has."""
        return f"{self.name} {digest([self.lengths, self.taus])}"

    @property
    def number(self) -> float:
        """The temperature of all lengths, NaN where they differ."""
        return self.taus[0] if len(set(self.taus)) == 1 else math.nan

    def __call__(self, n_tokens: int) -> float:
        """Return the temperature of a text of so many tokens."""
        place = math.log(max(n_tokens, 1))
        return float(np.interp(place, np.log(self.lengths), self.taus))


def _rise(lengths: Sequence[object]) -> bool:
    whole = [int(length) for length in lengths if is_whole(length)]
    rising = all(a < b for a, b in itertools.pairwise([0, *whole]))
    return bool(whole) and len(whole) == len(lengths) and rising


class _EntropyMatched(Schedule):
    @property
    def number(self) -> float:
        return math.nan

    def __call__(self, n_tokens: int) -> float:
        return math.log(self.lengths[0]) / math.log(max(n_tokens, 2))


def constant(tau: float) -> Schedule:
    """Give every text the same temperature.

    Parameters
    ----------
    tau : float
        The temperature; below 1 sharpens the attention.

    Returns
    -------
    Schedule
        The same as the number itself, for use beside other schedules.

    Raises
    ------
    InputError
        If it is not a positive number.

    Examples
    --------
    >>> constant(0.9)(300)
    0.9
    """
    return Schedule("constant", (1,), (tau,))


def entropy_matched(n_reference: int) -> Schedule:
    """Keep the attention's entropy at about that of a reference length.

    The entropy of a softmax over n scores grows like log n, and falls with the temperature; the
    schedule is tau(n) = log n_reference / log n, so that shorter texts are smoothed and longer
    ones sharpened.

    Parameters
    ----------
    n_reference : int
        Tokens at which the model stays as it is, at least 2.

    Returns
    -------
    Schedule
        Exact at every length of 2 or more; a text of one token counts as one of two.

    Raises
    ------
    InputError
        If the reference is not a whole number of at least 2.

    Examples
    --------
    >>> schedule = entropy_matched(16)
    >>> schedule(16), schedule(256)
    (1.0, 0.5)
    """
    if not is_whole(n_reference, least=2):
        raise InputError(
            f"n_reference is {n_reference!r}: expected a whole number of tokens, at least 2."
        )
    return _EntropyMatched(f"entropy_matched({n_reference})", (int(n_reference),), (1.0,))


def digest(value: object) -> str:
    """Hash numbers to a short name."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
