"""A language model of one layer: words in, the next word out, by tables that may be one."""

import torch
from torch import nn
from torch.nn import functional

_START = 0.02
"""Spread of a table's entries at the start, as in GPT-2."""


class FreeTable(nn.Module):
    """A table of word vectors."""

    def __init__(self, n_words: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_words, dim) * _START)

    def forward(self) -> torch.Tensor:
        """Give the table, of shape (n_words, dim)."""
        return self.weight

    def penalty(self) -> torch.Tensor:
        """Give what its form costs."""
        return self.weight.new_zeros(())


class SpectralTable(nn.Module):
    """A table that is kept as U S V', and whose singular values are held to a slow decay.

    References
    ----------
    Wang et al. 2020, Improving neural language generation with spectrum control, section 3.
    """

    def __init__(self, n_words: int, dim: int, *, decay: float) -> None:
        super().__init__()
        u, s, v = torch.linalg.svd(torch.randn(n_words, dim) * _START, full_matrices=False)
        self.u, self.v = nn.Parameter(u), nn.Parameter(v.T.contiguous())
        self.s = nn.Parameter(s)
        ranks = torch.arange(1, dim + 1, dtype=torch.float32)
        self.prior: torch.Tensor
        self.register_buffer("prior", ranks.pow(-decay))

    def forward(self) -> torch.Tensor:
        """Give the table, of shape (n_words, dim)."""
        return (self.u * self.s) @ self.v.T

    def penalty(self) -> torch.Tensor:
        """Give how far U and V are from orthogonal, and S from the decay, as shares."""
        eye = torch.eye(len(self.s), device=self.s.device)
        skew = sum((part.T @ part - eye).square().sum() for part in (self.u, self.v))
        fall = (self.s / self.s.detach().abs().max() - self.prior).square().sum()
        return skew + fall


class LanguageModel(nn.Module):
    """One layer of causal attention between two tables of words.

    Parameters
    ----------
    n_words, dim, length : int
        Words, numbers in a vector, the most words of a context.
    tied : bool
        Whether words are read and written by one table.
    spectral : bool
        Whether the table that writes is a `SpectralTable`.
    centred : bool
        Whether the mean of the batch's hidden states is taken off before words are written.
    decay : float
        Of a `SpectralTable`.
    """

    def __init__(
        self, n_words: int, dim: int, length: int, *, tied: bool, spectral: bool, centred: bool,
        decay: float,
    ) -> None:  # fmt: skip
        super().__init__()
        table = SpectralTable(n_words, dim, decay=decay) if spectral else FreeTable(n_words, dim)
        self.writes: FreeTable | SpectralTable = table
        self.reads = table if tied else FreeTable(n_words, dim)
        self.places = nn.Parameter(torch.randn(length, dim) * _START)
        self.layer = nn.TransformerEncoderLayer(
            dim, 4, 4 * dim, dropout=0.1, batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(dim)
        self.centred = centred
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        self.mask: torch.Tensor
        self.register_buffer("mask", mask)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Give the hidden states of words, of shape (n_texts, n, dim)."""
        rows = functional.embedding(ids, self.reads()) + self.places[: ids.shape[1]]
        n = ids.shape[1]
        states: torch.Tensor = self.norm(self.layer(rows, src_mask=self.mask[:n, :n]))
        return states - states.mean(dim=(0, 1)) if self.centred else states

    def likelihood(self, ids: torch.Tensor) -> torch.Tensor:
        """Give minus the mean log likelihood of every word after those before it."""
        logits = self(ids[:, :-1]) @ self.writes().T
        return functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
