"""The temperatures of one model: fixed, or worked out for each batch from its texts' lengths."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semshift_nb.encoders.temperature.schedule import (
    Layers,
    Schedule,
    check_number,
    check_taus,
    is_list,
    only_number,
    plain,
)
from semshift_nb.errors import InputError

_HALF = (torch.bfloat16, torch.float16)


class LayerTemperature:
    """The temperature of one layer: a number, or one for each text and head.

    Parameters
    ----------
    least : float
        The lowest temperature.
    above : Tensor of shape (n_texts or 1, n_heads or 1), optional
        How many times higher each one is; None where all are equal.
    """

    def __init__(self, least: float, above: torch.Tensor | None = None) -> None:
        self.least = least
        self.above = above
        self._placed: dict[tuple[torch.device, torch.dtype], torch.Tensor] = {}

    def before_kernel(
        self, query: torch.Tensor, mask: torch.Tensor | None, scale: float | None
    ) -> tuple[torch.Tensor, torch.Tensor | None, float]:
        """Change what goes into the fused kernel, which then stays in use.

        Parameters
        ----------
        query : Tensor of shape (n_texts, n_heads, n_queries, head_dim)
            The queries.
        mask : Tensor or None
            True where a token may be seen, or numbers to be added to the scores.
        scale : float or None
            What the kernel multiplies scores with.
        """
        scale = (query.shape[-1] ** -0.5 if scale is None else scale) / self.least
        if mask is not None and mask.dtype != torch.bool:
            mask = self.divide(mask, n_heads=query.shape[1]).to(mask.dtype)
        if self.above is not None:
            above = self._above(query, query.shape[1])
            # At most as long as they were, so that half precision does not overflow.
            query = (query / above).to(query.dtype)
        return query, mask, scale

    def divide(self, scores: torch.Tensor, *, n_heads: int | None = None) -> torch.Tensor:
        """Divide scores by their temperature.

        Parameters
        ----------
        scores : Tensor of shape (n_texts, n_heads, n_queries, n_keys)
            Scores, or what is added to them. What a mask has ruled out stays as it is, so that a
            row ruled out whole is treated as the model treats it.
        n_heads : int, optional
            Heads there are; as many as the scores have, if left out.

        Returns
        -------
        Tensor
            The same shape (or that of the temperatures, where the scores are the same for all), in
            float32 where the scores are in half precision.
        """
        ruled_out = scores < torch.finfo(scores.dtype).min / 2
        if scores.dtype in _HALF:
            scores = scores.float()
        tau: torch.Tensor | float = self.least
        if self.above is not None:
            tau = self.least * self._above(scores, n_heads or scores.shape[1])
        return torch.where(ruled_out, scores, scores / tau)

    def _above(self, like: torch.Tensor, n_heads: int) -> torch.Tensor:
        assert self.above is not None  # noqa: S101 - for the type checker
        dtype = torch.float32 if like.dtype in _HALF else like.dtype
        place = (like.device, dtype)
        if place not in self._placed:
            self._placed[place] = self.above.to(dtype).to(like.device)
        above = self._placed[place]
        if above.shape[1] == 1:
            return above[:, :, None, None]
        # Of a single token the queries of several heads may stand in rows, beside their key's.
        return above.reshape(len(above), n_heads, -1, 1)


def attention_weights(
    query: torch.Tensor,
    key: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float | None,
    *,
    is_causal: bool,
) -> torch.Tensor:
    """Compute the weights that the fused kernel does not give out.

    Parameters
    ----------
    query, key : Tensor of shape (n_texts, n_heads, n, head_dim)
        Queries and keys; several heads may share a key.
    mask : Tensor or None
        As the kernel takes it.
    scale : float or None
        As the kernel takes it.
    is_causal : bool
        Whether a token sees only itself and those before it.

    Returns
    -------
    Tensor of shape (n_texts, n_heads, n, n), float32
        Rows sum to 1.
    """
    key = key.repeat_interleave(query.shape[1] // key.shape[1], dim=1)
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = query.float() @ key.float().transpose(-1, -2) * scale
    if is_causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if mask is not None and mask.dtype == torch.bool:
        scores = scores.masked_fill(~mask, -torch.inf)
    elif mask is not None:
        scores = scores + mask.float()
    return torch.softmax(scores, dim=-1)


class TemperaturePlan:
    """The temperatures of one model."""

    def __init__(self, tau: object, heads: Sequence[int]) -> None:
        self.heads = tuple(heads)
        if isinstance(tau, Schedule) and not math.isnan(tau.number):
            tau = tau.number
        self._function = tau if callable(tau) else None
        self._fixed = None if callable(tau) else check_taus(tau, heads)
        self._layers = _layer_temperatures([self._fixed]) if self._fixed else []
        self._by_length: dict[int, Layers] = {}

    @property
    def adapts(self) -> bool:
        """Whether the temperatures depend on a text's length."""
        return self._fixed is None

    def at(self, n_tokens: int) -> Layers:
        """Return the temperatures of a text.

        Returns
        -------
        tuple of ndarray of shape (n_heads,)
            One for each layer.
        """
        if self._fixed is not None:
            return self._fixed
        n_tokens = max(n_tokens, 1)
        if n_tokens not in self._by_length:
            given = self.entry(n_tokens)
            self._by_length[n_tokens] = check_taus(given, self.heads, name=f"tau({n_tokens})")
        return self._by_length[n_tokens]

    def entry(self, n_tokens: int) -> float | list[list[float]]:
        """Return what a function of the length gives, as short as it can be said."""
        given = None if self._function is None else plain(self._function(n_tokens))
        name = f"tau({n_tokens})"
        if not is_list(given):
            return check_number(given, name)
        layers = check_taus(given, self.heads, name=name)
        number = only_number(layers)
        return [layer.tolist() for layer in layers] if math.isnan(number) else number

    def layers(self, lengths: Sequence[int] | None) -> list[LayerTemperature | None]:
        """Return what to apply in each layer."""
        if self._fixed is not None:
            return self._layers
        return _layer_temperatures([self.at(n_tokens) for n_tokens in lengths or (1,)])


def _layer_temperatures(texts: list[Layers]) -> list[LayerTemperature | None]:
    # Layers alike share a temperature, so that what it holds goes to the model's device only once.
    made: dict[bytes, LayerTemperature | None] = {}
    layers = []
    for layer in zip(*texts, strict=True):
        taus = np.stack(layer)
        key = taus.tobytes()
        if key not in made:
            made[key] = _layer_temperature(taus)
        layers.append(made[key])
    return layers


def _layer_temperature(taus: NDArray[np.float64]) -> LayerTemperature | None:
    """Make the temperature of one layer out of an array of shape (n_texts, n_heads)."""
    least = float(taus.min())
    if (taus == least).all():
        return None if least == 1 else LayerTemperature(least)
    if (taus == taus[:, :1]).all():
        taus = taus[:, :1]
    return LayerTemperature(least, torch.from_numpy(taus / least))


def text_lengths(
    forward: Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[int]:
    """Count the tokens of each text of a batch from what a model is called with."""
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
