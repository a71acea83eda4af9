"""The smallest thing that can be trained: a net with dropout that learns to turn numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from semshift_nb.training.loop import StepLoss
from semshift_nb.training.probe import probe_figures
from semshift_nb.training.trace import Reading, Trace


class ToyLearner:
    def __init__(self, arm: str, n_good: int) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.module = torch.nn.Sequential(
                torch.nn.Linear(6, 16), torch.nn.Dropout(0.3), torch.nn.Linear(16, 4)
            )
        self.optimizer = torch.optim.AdamW(self.module.parameters(), lr=1e-2)
        self._arm, self._left = arm, n_good
        self._seen = torch.randn(24, 6, generator=torch.Generator().manual_seed(1))

    def loss(self, rng: np.random.Generator) -> StepLoss:
        rows = torch.from_numpy(rng.standard_normal((8, 6), dtype=np.float32))
        squared = (self.module(rows) - rows[:, :4]).square()
        self._left -= 1
        if self._arm == "nan" and self._left < 0:
            squared = squared * torch.tensor(float("nan"))
        if self._arm == "steep" and self._left < 0:
            squared = (squared - squared.detach()).sqrt()  # 0, with an infinite slope
        loss = squared.mean()
        return StepLoss(loss, {"batch_size": float(len(rows))})

    def probe(self, trace: Trace) -> Mapping[str, Reading]:
        rows = self.module(self._seen).numpy()
        before = trace.curve("map") if len(trace) else None
        return probe_figures(rows, groups=[str(row // 4) for row in range(24)], map_before=before)


@dataclass(frozen=True)
class Toy:
    name: ClassVar[str] = "toy"
    arms: Sequence[str] = ("plain", "nan")
    n_good: int = 3

    def settings(self) -> dict[str, Any]:
        return {"n_good": self.n_good}

    def learner(self, arm: str, seed: int) -> ToyLearner:
        return ToyLearner(arm, self.n_good)
