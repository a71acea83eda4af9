"""One text's attention and hidden states."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TextAttention:
    """What a model did with one text.

    Attributes
    ----------
    text : str
        The text as it came.
    tokens : list of str
        The n tokens that the model saw, prompt and special tokens included, readable.
    special : ndarray of shape (n,), bool
        Which of them are special tokens.
    weights : ndarray of shape (n_layers, n_heads, n, n), float32
        How much each token (row) attended to each (column); rows sum to 1. A tuple of one array of
        shape (n_heads, n, n) for each layer where their numbers of heads differ.
    hidden : ndarray of shape (n_layers + 1, n, width), float32
        What went into the first layer, and what came out of each.
    truncated : bool
        Whether the text goes on after these tokens.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Given by ``Encoder.attention``.
    """

    text: str
    tokens: list[str]
    special: NDArray[np.bool_]
    weights: NDArray[np.float32] | tuple[NDArray[np.float32], ...]
    hidden: NDArray[np.float32]
    truncated: bool
