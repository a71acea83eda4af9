"""Why the vectors of words share a cone: tables of a language model while it is trained."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from semshift_nb import measures
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError
from semshift_nb.training.language_model.hull import hull_margin
from semshift_nb.training.language_model.model import LanguageModel
from semshift_nb.training.language_model.words import Words, read_words
from semshift_nb.training.loop import StepLoss
from semshift_nb.training.probe import probe_figures
from semshift_nb.training.trace import Reading, Trace
from semshift_nb.validation import check_whole, is_real, shown

TIED, UNTIED, COSINE, SPECTRUM, CENTRED = "tied", "untied", "cosine", "spectrum", "centred"
ARMS = (TIED, UNTIED, COSINE, SPECTRUM, CENTRED)
_HELD_OUT = 0.1
_BANDS = 5
_STATES = 512


@dataclass(frozen=True, eq=False)
class Degeneration:
    """A small language model, trained on likelihood, and the vectors of its words.

    Parameters
    ----------
    corpus : Corpus or str
        What is read; a tenth, the end, is held out.
    arms : sequence of str
        ``tied`` (one table reads and writes words), ``untied``, ``cosine`` (tied, with the cosine
        regulariser), ``spectrum`` (tied, its singular values held to a slow decay), ``centred``
        (tied, hidden states without their mean).
    n_types, n_unseen : int, default 2000 and 200
        Words that occur, and words that are in the table and never do.
    dim : int, default 48
        Numbers in a vector; a multiple of 4.
    length, batch_size : int, default 64 and 8
        Words of a context, and contexts of a step.
    learning_rate : float, default 3e-3
        Of Adam.
    cosine_weight : float, default 1.0
        Gamma of the cosine regulariser.
    spectrum_weight : float, default 1.0
        Of what spectrum control adds to the loss.
    decay : float, default 0.5
        The exponent by which singular values are to fall with their rank.
    """

    name: ClassVar[str] = "degeneration"

    corpus: Corpus | str = "wikipedia"
    arms: Sequence[str] = (TIED, UNTIED, COSINE, SPECTRUM)
    n_types: int = 2000
    n_unseen: int = 200
    dim: int = 48
    length: int = 64
    batch_size: int = 8
    learning_rate: float = 3e-3
    cosine_weight: float = 1.0
    spectrum_weight: float = 1.0
    decay: float = 0.5

    def __post_init__(self) -> None:
        arms = [self.arms] if isinstance(self.arms, str) else list(self.arms)
        if not arms or len(set(arms)) < len(arms) or not set(arms) <= set(ARMS):
            raise InputError(
                f"arms are {shown(arms)}, expected at least one of {', '.join(ARMS)}, each once."
            )
        object.__setattr__(self, "arms", tuple(arms))
        least = {"n_types": 2 * _BANDS, "n_unseen": 2, "dim": 4, "length": 2, "batch_size": 2}
        for name, few in least.items():
            check_whole(getattr(self, name), name, least=few)
        if self.dim % 4:
            raise InputError(f"dim is {self.dim}, expected a multiple of 4, for there are 4 heads.")
        for name in ("learning_rate", "cosine_weight", "spectrum_weight", "decay"):
            value = getattr(self, name)
            if not (is_real(value) and value > 0):
                raise InputError(f"{name} is {shown(value)}, expected a number above 0.")
        corpus = self.corpus if isinstance(self.corpus, Corpus) else load_corpus(self.corpus)
        object.__setattr__(self, "corpus", corpus)

    @cached_property
    def words(self) -> Words:
        """The corpus in numbers."""
        words = read_words(self._corpus, self.n_types)
        needed = (self.length + 1) * self.batch_size
        if len(words.ids) * _HELD_OUT < needed:
            raise InputError(
                f"{self._corpus.name} has {len(words.ids):,} words, expected "
                f"{math.ceil(needed / _HELD_OUT):,} for contexts of length {self.length}, of "
                "which a tenth is held out: give more texts, or take shorter contexts."
            )
        return words

    @property
    def _corpus(self) -> Corpus:
        if not isinstance(self.corpus, Corpus):
            raise TypeError("the corpus is loaded when an experiment is made")
        return self.corpus

    def settings(self) -> dict[str, Any]:
        """Say how it trains.

        Returns
        -------
        dict
            In JSON's words; the corpus with its fingerprint.
        """
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        corpus = {"corpus": self._corpus.name, "corpus_fingerprint": self._corpus.fingerprint}
        return {**corpus, **numbers, "n_tokens": len(self.words.ids)}

    def learner(self, arm: str, seed: int) -> "DegenerationLearner":
        """Begin one arm.

        Parameters
        ----------
        arm : str
            One of ``arms``.
        seed : int
            All draws depend on it.

        Returns
        -------
        DegenerationLearner
        """
        del seed  # the loop sees to it
        return DegenerationLearner(self, arm)


_NUMBERS = (
    "n_types", "n_unseen", "dim", "length", "batch_size", "learning_rate", "cosine_weight",
    "spectrum_weight", "decay",
)  # fmt: skip


class DegenerationLearner:
    """One arm on its way."""

    def __init__(self, experiment: Degeneration, arm: str) -> None:
        self._experiment, self._arm = experiment, arm
        self.module = LanguageModel(
            experiment.n_types + experiment.n_unseen,
            experiment.dim,
            experiment.length,
            tied=arm != UNTIED,
            spectral=arm == SPECTRUM,
            centred=arm == CENTRED,
            decay=experiment.decay,
        )
        self.optimizer = torch.optim.Adam(self.module.parameters(), lr=experiment.learning_rate)
        ids = torch.from_numpy(experiment.words.ids)
        n_held_out = int(len(ids) * _HELD_OUT)
        self._ids, held_out = ids[:-n_held_out], ids[-n_held_out:]
        width = experiment.length + 1
        n_rows = min(len(held_out) // width, max(2, 4 * _STATES // width))
        self._held_out = held_out[: n_rows * width].reshape(n_rows, width)

    def loss(self, rng: np.random.Generator) -> StepLoss:
        """Work out the loss of a batch of contexts."""
        own = self._experiment
        starts = rng.integers(len(self._ids) - own.length, size=own.batch_size)
        batch = torch.stack([self._ids[start : start + own.length + 1] for start in starts])
        likelihood = self.module.likelihood(batch)
        loss = likelihood
        if self._arm == COSINE:
            loss = loss + own.cosine_weight * cosine_penalty(self.module.writes())
        if self._arm == SPECTRUM:
            loss = loss + own.spectrum_weight * self.module.writes.penalty()
        return StepLoss(loss, {"negative_log_likelihood": float(likelihood.detach())})

    def probe(self, trace: Trace) -> Mapping[str, Reading]:
        """Look at the tables, and at texts that were held out."""
        n_types = self._experiment.n_types
        writes, reads = self.module.writes().numpy(), self.module.reads().numpy()
        seen, unseen = writes[:n_types], writes[n_types:]
        states = self.module(self._held_out[:, :-1]).flatten(0, 1).numpy()[:_STATES]
        before = trace.curve("map") if len(trace) else None
        own = _unit(unseen)
        return {
            **probe_figures(seen, map_before=before),
            "perplexity": math.exp(float(self.module.likelihood(self._held_out))),
            "positive_share": _positive_share(_unit(seen)),
            "input_mean_cosine": measures.mean_cosine(_unit(reads[:n_types])),
            "unseen_mean_cosine": measures.mean_cosine(own),
            "unseen_length": float(
                np.linalg.norm(unseen, axis=1).mean() / np.median(np.linalg.norm(seen, axis=1))
            ),
            "unseen_negative": float((states @ own.mean(axis=0) < 0).mean()),
            "hull_margin": hull_margin(states),
            **_bands(_unit(seen)),
        }


def cosine_penalty(table: torch.Tensor) -> torch.Tensor:
    """Return the mean cosine of all pairs of words, by one sum.

    Parameters
    ----------
    table : Tensor of shape (n_words, dim)

    Returns
    -------
    Tensor of shape ()
        ``(|sum_i w_i|^2 - N) / N^2`` with unit rows ``w_i``.

    References
    ----------
    Gao et al. 2019, equation 6.
    """
    rows = functional.normalize(table, dim=1)
    return (rows.sum(dim=0).square().sum() - len(rows)) / len(rows) ** 2


def _unit(rows: NDArray[Any]) -> NDArray[np.float64]:
    wide = np.asarray(rows, dtype=np.float64)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True))


def _positive_share(rows: NDArray[np.float64]) -> float:
    """Return the share of pairs whose cosine is above 0."""
    n = len(rows)
    return float(((rows @ rows.T > 0).sum() - n) / (n * (n - 1)))


def _bands(rows: NDArray[np.float64]) -> dict[str, Reading]:
    """Return the mean cosine within each fifth of the words, the most frequent first."""
    parts = np.array_split(rows, _BANDS)
    return {
        f"band_{place}_mean_cosine": measures.mean_cosine(part)
        for place, part in enumerate(parts, start=1)
    }
