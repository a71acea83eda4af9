"""The temperature of one layer, applied to queries or to scores."""

import torch

_HALF = (torch.bfloat16, torch.float16)


class Level:
    """The temperature of one layer: a number, or one for each text and head.

    Parameters
    ----------
    least : float
        The lowest temperature.
    above : Tensor of shape (n_texts or 1, n_heads or 1), optional
        How many times higher each one is; None where all are equal.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> Level(0.5).divide(torch.tensor([1.0, 2.0]))
    tensor([2., 4.])
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

        Returns
        -------
        tuple of Tensor, Tensor or None, and float
            The same three; for a single temperature only the scale is another, and whatever
            positions add to the scores.

        Raises
        ------
        RuntimeError
            If there are temperatures for another number of texts or heads.

        Examples
        --------
        >>> Level(0.5).before_kernel(torch.ones(1, 1, 2, 4), None, None)[2]
        1.0
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

        Raises
        ------
        RuntimeError
            If there are temperatures for another number of texts or heads.

        Examples
        --------
        >>> Level(0.5).divide(torch.tensor([1.0, float("-inf")]))
        tensor([2., -inf])
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

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> attention_weights(torch.ones(1, 1, 2, 4), torch.ones(1, 1, 2, 4), None, 1.0, is_causal=True)
    tensor([[[[1.0000, 0.0000],
              [0.5000, 0.5000]]]])
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
