"""What contrastive training does to the space of a model, arm by arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.corpora.pairs.pairs import TextPairs
from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.training.contrastive.losses import (
    alignment_loss,
    contrast_and_bound,
    info_nce,
    uniformity_loss,
)
from semshift_nb.training.contrastive.tower import Tower
from semshift_nb.training.loop import StepLoss
from semshift_nb.training.probe import ProbeSet, probe_figures
from semshift_nb.training.trace import Reading, Trace
from semshift_nb.validation import check_flag, check_whole, is_real, is_whole, shown

SIMCSE, SUPERVISED, NO_DROPOUT = "simcse", "supervised", "no_dropout"
ALIGNMENT, UNIFORMITY, BOTH = "alignment", "uniformity", "alignment+uniformity"
KINDS = (SIMCSE, SUPERVISED, NO_DROPOUT, ALIGNMENT, UNIFORMITY, BOTH)
_WITH_TAU = (SIMCSE, SUPERVISED, NO_DROPOUT)
_SHORTEST = 20
"""Characters; what is shorter is a heading more often than a sentence."""


@dataclass(frozen=True, eq=False)
class Contrastive:
    """Contrastive training of a model, or of its first layers.

    Parameters
    ----------
    corpus : Corpus or str
        Whose sentences are trained on and, of other documents, looked at.
    encoder : Encoder or str
        Where it begins. A name gives the model after ``layer``, or its untrained twin; an encoder
        is taken as it is (``at_layer``, ``random_twin``).
    layer : int or None, default 3
        Of a model given by name: after which layer it is cut; None trains all of it. minilm's third
        is anisotropic, its output is not.
    random_twin : bool, default False
        Of a model given by name: whether to begin with weights that were never trained.
    arms : sequence of str
        ``simcse`` (InfoNCE of two dropout views), ``supervised`` (InfoNCE of pairs), ``no_dropout``
        (InfoNCE of a text with itself), ``alignment`` (of two dropout views, alone),
        ``uniformity`` (alone), ``alignment+uniformity``. The first three take a temperature:
        ``simcse@0.5``.
    tau : float, default 0.05
        The temperature of arms that name none.
    uniformity_weight : float, default 1.0
        Of uniformity beside alignment, lambda.
    learning_rate : float, default 2e-4
        Of AdamW.
    batch_size : int, default 32
        Texts of a step; of one nothing could be told apart.
    max_length : int, default 20
        The most tokens of a text.
    n_texts : int, default 4096
        At most so many sentences to train on.
    probe_documents, probe_sentences : int, default 32 and 16
        How many documents are looked at, and how many sentences of each; none is trained on.
    pairs : TextPairs, optional
        For ``supervised``; adjacent sentences of the corpus if left out.

    Examples
    --------
    >>> experiment = Contrastive("news", arms=["simcse", "simcse@0.5"], probe_sentences=4)
    >>> experiment.settings()["layer"]
    3
    """

    name: ClassVar[str] = "contrastive"

    corpus: Corpus | str = "wikipedia"
    encoder: Encoder | str = "minilm"
    layer: int | None = 3
    random_twin: bool = False
    arms: Sequence[str] = (SIMCSE, ALIGNMENT, UNIFORMITY)
    tau: float = 0.05
    uniformity_weight: float = 1.0
    learning_rate: float = 2e-4
    batch_size: int = 32
    max_length: int = 20
    n_texts: int = 4096
    probe_documents: int = 32
    probe_sentences: int = 16
    pairs: TextPairs | None = None

    def __post_init__(self) -> None:
        for name in ("tau", "uniformity_weight", "learning_rate"):
            _check_positive(getattr(self, name), name)
        _check_batch(self.batch_size)
        check_whole(self.max_length, "max_length", least=3)
        check_whole(self.n_texts, "n_texts", least=self.batch_size)
        n_each = check_whole(self.probe_sentences, "probe_sentences", least=2)
        if n_each % 2:
            raise InputError(
                f"probe_sentences is {n_each}, expected an even number: every second "
                "sentence asks for the next one."
            )
        check_flag(self.random_twin, "random_twin")
        arms = [self.arms] if isinstance(self.arms, str) else list(self.arms)
        object.__setattr__(self, "arms", tuple(arms))
        if not arms or len(set(arms)) < len(arms):
            raise InputError(f"arms are {shown(arms)}, expected at least one, each once.")
        for arm in arms:
            _Arm.of(arm, self.tau)
        object.__setattr__(self, "corpus", _corpus(self.corpus))
        object.__setattr__(self, "encoder", self.start)

    @property
    def start(self) -> Encoder:
        """Where all arms begin."""
        if isinstance(self.encoder, Encoder):
            return self.encoder
        whole = load_encoder(self.encoder, store=None)
        begun = whole.random_twin(0) if self.random_twin else whole
        return begun if self.layer is None else begun.at_layer(self.layer)

    @cached_property
    def probe(self) -> ProbeSet:
        """The texts that are looked at."""
        return ProbeSet.of(
            _corpus(self.corpus),
            n_documents=self.probe_documents,
            n_sentences=self.probe_sentences,
        )

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Sentences to train on, each with the one after it; no document that is looked at."""
        corpus = _corpus(self.corpus)
        sentences = corpus.sentences
        others = sentences[~sentences["doc_id"].isin(set(self.probe.groups or ()))]
        after = others.groupby("doc_id", sort=False)["text"].shift(-1)
        long = (others["text"].str.len() >= _SHORTEST) & after.notna()
        found = list(zip(others["text"][long], after[long], strict=True))
        if len(found) < self.batch_size:
            raise InputError(
                f"{corpus.name} has {count(len(found), 'sentence')} to train on in documents that "
                f"are not looked at, expected at least batch_size, {self.batch_size}: "
                f"give more texts, or look at fewer (probe_documents)."
            )
        drawn = np.random.default_rng(0).permutation(len(found))[: self.n_texts]
        return [found[row] for row in drawn]

    @cached_property
    def positives(self) -> list[tuple[str, str]]:
        """The pairs of the supervised arm."""
        if self.pairs is None:
            return self.texts
        table = self.pairs.table[self.pairs.positive]
        found = list(zip(table["left"], table["right"], strict=True))
        if len(found) < self.batch_size:
            raise InputError(
                f"{self.pairs.name} has {count(len(found), 'pair')} that mean alike, expected at "
                f"least batch_size, {self.batch_size}."
            )
        return found

    def settings(self) -> dict[str, Any]:
        """Say how it trains.

        Returns
        -------
        dict
            In JSON's words; corpus and model with their fingerprints.

        Raises
        ------
        InputError
            If there are too few texts.
        """
        if not (self.texts and self.positives):
            raise InputError("there is nothing to train on.")
        corpus, encoder = _corpus(self.corpus), self.start
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {
            "corpus": corpus.name,
            "corpus_fingerprint": corpus.fingerprint,
            "model": encoder.name,
            "model_fingerprint": encoder.fingerprint,
            "layer": encoder.layer,
            "pairs": self.pairs.name if self.pairs else "adjacent sentences",
            **numbers,
        }

    def learner(self, arm: str, seed: int) -> "ContrastiveLearner":
        """Begin one arm.

        Parameters
        ----------
        arm : str
            One of ``arms``.
        seed : int
            All draws depend on it; weights begin as the model's.

        Returns
        -------
        ContrastiveLearner
        """
        del seed  # the loop sees to it
        chosen = _Arm.of(arm, self.tau)
        pairs = self.positives if chosen.kind == SUPERVISED else self.texts
        return ContrastiveLearner(self, chosen, pairs)


_NUMBERS = (
    "tau", "uniformity_weight", "learning_rate", "batch_size", "max_length", "n_texts",
    "probe_documents", "probe_sentences",
)  # fmt: skip


@dataclass(frozen=True)
class _Arm:
    """What an arm lessens."""

    kind: str
    tau: float

    @classmethod
    def of(cls, name: str, tau: float) -> "_Arm":
        kind, at, number = str(name).partition("@")
        if kind not in KINDS or (at and kind not in _WITH_TAU):
            raise InputError(
                f"there is no arm {shown(name)}: expected {', '.join(KINDS)}; the first three may "
                "name a temperature, as simcse@0.5."
            )
        if not at:
            return cls(kind, tau)
        try:
            return cls(kind, _check_positive(float(number), f"the temperature of {name}"))
        except ValueError:
            raise InputError(f"arm {shown(name)}: {number!r} is no temperature.") from None


class ContrastiveLearner:
    """One arm on its way."""

    def __init__(
        self, experiment: Contrastive, arm: _Arm, pairs: Sequence[tuple[str, str]]
    ) -> None:
        self._experiment, self._arm = experiment, arm
        self.module = Tower(experiment.start, max_length=experiment.max_length)
        if arm.kind == NO_DROPOUT:
            _without_dropout(self.module)
        self.module.train()
        self.optimizer = torch.optim.AdamW(self.module.parameters(), lr=experiment.learning_rate)
        self._n_pairs = len(pairs)
        self._read = self.module.read([left for left, _ in pairs] + [right for _, right in pairs])
        self._probe_read = self.module.read(list(experiment.probe.texts))

    def loss(self, rng: np.random.Generator) -> StepLoss:
        """Work out the loss of a batch of texts, or of pairs."""
        left = rng.choice(self._n_pairs, size=self._experiment.batch_size, replace=False)
        right = left + self._n_pairs if self._arm.kind == SUPERVISED else left
        rows = self.module(self._read.features(np.concatenate([left, right])))
        loss = self._loss(*rows.split(len(left)))
        contrast, bound = contrast_and_bound(rows.detach(), self._arm.tau)
        return StepLoss(loss, {"batch_contrast": contrast, "batch_contrast_bound": bound})

    def _loss(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        if self._arm.kind in _WITH_TAU:
            return info_nce(left, right, self._arm.tau)
        if self._arm.kind == ALIGNMENT:
            return alignment_loss(left, right)
        uniformity = (uniformity_loss(left) + uniformity_loss(right)) / 2
        if self._arm.kind == UNIFORMITY:
            return uniformity
        return alignment_loss(left, right) + self._experiment.uniformity_weight * uniformity

    def probe(self, trace: Trace) -> Mapping[str, Reading]:
        """Look at the texts that are not trained on."""
        texts = self._experiment.probe
        rows = self.module.rows_of(self._probe_read, len(texts.texts))
        before = trace.curve("map") if len(trace) else None
        contrast, bound = contrast_and_bound(torch.from_numpy(rows), self._arm.tau)
        return {
            **probe_figures(rows, groups=texts.groups, map_before=before),
            "contrast": contrast,
            "contrast_bound": bound,
            **_next_sentence(rows),
        }


def _next_sentence(rows: NDArray[np.float32]) -> dict[str, Reading]:
    """Return how well sentences find the next one, and how close these are.

    Sentences of a document stand together, an even number of each: every second one asks, and the
    others answer.
    """
    asking, answering = rows[0::2], rows[1::2]
    cosines = asking @ answering[: len(asking)].T
    own = np.diagonal(cosines)
    ranks = (cosines >= own[:, None]).sum(axis=1)
    aligned = measures.alignment(asking, answering)
    return {"next_sentence_MRR": float((1 / ranks).mean()), "next_sentence_alignment": aligned}


def _without_dropout(module: torch.nn.Module) -> None:
    for part in module.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0


def _corpus(corpus: Corpus | str) -> Corpus:
    return corpus if isinstance(corpus, Corpus) else load_corpus(corpus)


def _check_batch(batch_size: object) -> None:
    if not is_whole(batch_size, least=2):
        raise InputError(
            f"batch_size is {shown(batch_size)}, expected a whole number from 2 on (32 "
            "is usual): a text is told from the others of its batch."
        )


def _check_positive(value: object, name: str) -> float:
    if not (is_real(value) and value > 0):
        raise InputError(f"{name} is {shown(value)}, expected a number above 0.")
    return float(value)
