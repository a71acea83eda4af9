"""The temperatures of one model: fixed, or worked out for each batch from its texts' lengths."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semshift_nb.encoders._level import Level
from semshift_nb.encoders._taus import Layers, check_number, check_taus, is_list, only_number, plain
from semshift_nb.encoders.temperature import Schedule
from semshift_nb.errors import InputError


class Plan:
    """The temperatures of one model.

    Parameters
    ----------
    tau : Tau
        As the caller gave it.
    heads : sequence of int
        Heads of each of the model's layers.

    Raises
    ------
    InputError
        If the temperatures do not fit the layers and heads, or are no positive numbers.

    Examples
    --------
    >>> Plan(0.5, (2, 2)).levels(None)[0].least
    0.5
    """

    def __init__(self, tau: object, heads: Sequence[int]) -> None:
        self.heads = tuple(heads)
        if isinstance(tau, Schedule) and not math.isnan(tau.number):
            tau = tau.number
        self._function = tau if callable(tau) else None
        self._fixed = None if callable(tau) else check_taus(tau, heads)
        self._levels = _levels([self._fixed]) if self._fixed else []
        self._by_length: dict[int, Layers] = {}

    @property
    def adapts(self) -> bool:
        """Whether the temperatures depend on a text's length."""
        return self._fixed is None

    def at(self, n_tokens: int) -> Layers:
        """Return the temperatures of a text.

        Parameters
        ----------
        n_tokens : int
            Its length; a text of no token counts as one of one.

        Returns
        -------
        tuple of ndarray of shape (n_heads,)
            One for each layer.

        Raises
        ------
        InputError
            If the caller's function gives something else than temperatures.

        Examples
        --------
        >>> Plan(lambda n: 1 / n, (1,)).at(4)
        (array([0.25]),)
        """
        if self._fixed is not None:
            return self._fixed
        n_tokens = max(n_tokens, 1)
        if n_tokens not in self._by_length:
            given = self.entry(n_tokens)
            self._by_length[n_tokens] = check_taus(given, self.heads, name=f"tau({n_tokens})")
        return self._by_length[n_tokens]

    def entry(self, n_tokens: int) -> float | list[list[float]]:
        """Return what a function of the length gives, as short as it can be said.

        Parameters
        ----------
        n_tokens : int
            A length.

        Returns
        -------
        float or list of list of float
            A number where it is the same in all layers and heads.

        Raises
        ------
        InputError
            If it is something else than temperatures.

        Examples
        --------
        >>> Plan(lambda n: [1 / n], (2,)).entry(4)
        0.25
        """
        given = None if self._function is None else plain(self._function(n_tokens))
        name = f"tau({n_tokens})"
        if not is_list(given):
            return check_number(given, name)
        layers = check_taus(given, self.heads, name=name)
        number = only_number(layers)
        return [layer.tolist() for layer in layers] if math.isnan(number) else number

    def levels(self, lengths: Sequence[int] | None) -> list[Level | None]:
        """Return what to apply in each layer.

        Parameters
        ----------
        lengths : sequence of int or None
            Tokens of each text of a batch; needed where the plan adapts.

        Returns
        -------
        list of Level or None
            None where the layer stays as it is.

        Raises
        ------
        InputError
            If the caller's function gives something else than temperatures.

        Examples
        --------
        >>> Plan([1, 0.5], (2, 2)).levels(None)[0] is None
        True
        """
        if self._fixed is not None:
            return self._levels
        return _levels([self.at(n_tokens) for n_tokens in lengths or (1,)])


def _levels(texts: list[Layers]) -> list[Level | None]:
    # Layers alike share a level, so that what it holds goes to the model's device only once.
    made: dict[bytes, Level | None] = {}
    levels = []
    for layer in zip(*texts, strict=True):
        taus = np.stack(layer)
        key = taus.tobytes()
        if key not in made:
            made[key] = _level(taus)
        levels.append(made[key])
    return levels


def _level(taus: NDArray[np.float64]) -> Level | None:
    """Make the level of one layer out of an array of shape (n_texts, n_heads)."""
    least = float(taus.min())
    if (taus == least).all():
        return None if least == 1 else Level(least)
    if (taus == taus[:, :1]).all():
        taus = taus[:, :1]
    return Level(least, torch.from_numpy(taus / least))


def text_lengths(
    forward: Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[int]:
    """Count the tokens of each text of a batch from what a model is called with.

    Parameters
    ----------
    forward : callable
        The model's own ``forward``.
    args, kwargs
        What it is called with.

    Returns
    -------
    list of int
        As many as the attention mask has; all places where there is no mask.

    Raises
    ------
    InputError
        If the mask is not of shape (n_texts, n_tokens).

    Examples
    --------
    >>> mask = torch.tensor([[1, 1], [0, 1]])
    >>> text_lengths(lambda attention_mask: None, [mask], {})
    [2, 1]
    """
    named = inspect.signature(forward).bind_partial(*args).arguments if args else {}
    given = {**named, **kwargs}
    mask = given.get("attention_mask")
    if mask is None:
        first = given.get("input_ids")
        shape = (given["inputs_embeds"] if first is None else first).shape
        return [int(shape[1])] * int(shape[0])
    if not isinstance(mask, torch.Tensor) or mask.ndim != 2:
        raise InputError(
            "a temperature by length needs to know how long each text is: expected an "
            f"attention_mask of shape (n_texts, n_tokens), got {_describe(mask)}."
        )
    return [int(n_tokens) for n_tokens in (mask != 0).sum(dim=1).tolist()]


def _describe(mask: object) -> str:
    shape = f" of shape {tuple(mask.shape)}" if isinstance(mask, torch.Tensor) else ""
    return f"{type(mask).__name__}{shape}"
