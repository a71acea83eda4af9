"""Where a training goes on after it was stopped or killed: tensors in safetensors, never a pickle.

All that a training needs lies in one file, the trace so far among it, so that a kill at any moment
leaves the checkpoint before, whole. What was drawn at a step depends on the seed and the step alone
(see `loop`), so that no state of a generator has to be kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from semshift_nb.errors import InputError
from semshift_nb.files import explained, write_whole
from semshift_nb.training.trace import Trace

ENDING = ".checkpoint.safetensors"
_TOLD = ("step", "seconds", "sums", "n_summed")
_MODEL, _OPTIMIZER, _TRACE = "model/", "optimizer/", "trace"


@dataclass(frozen=True)
class Checkpoint:
    """How far a training had come.

    Attributes
    ----------
    step : int
        Steps done.
    seconds : float
        What they took, in all runs together.
    trace : Trace
        What had been seen.
    tensors : mapping of str to Tensor
        The weights that are trained, and what the optimizer knows of each.
    sums : mapping of str to float
        Figures of batches since the last probe, added up.
    n_summed : int
        Of how many batches.
    """

    step: int
    seconds: float
    trace: Trace
    tensors: Mapping[str, torch.Tensor]
    sums: Mapping[str, float]
    n_summed: int

    @classmethod
    def of(
        cls,
        module: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        step: int,
        seconds: float,
        trace: Trace,
        sums: Mapping[str, float],
        n_summed: int,
    ) -> "Checkpoint":
        """Take a training as it stands."""
        state = optimizer.state_dict()["state"]
        tensors = {f"{_MODEL}{name}": value for name, value in _trained(module).items()}
        for place, known in state.items():
            tensors |= {
                f"{_OPTIMIZER}{place}/{name}": torch.as_tensor(value)
                for name, value in known.items()
            }
        return cls(step, seconds, trace, tensors, sums, n_summed)

    def restore(self, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Bring a training to where it stood.

        Raises
        ------
        InputError
            If the checkpoint is of another model.
        """
        own = _trained(module)
        kept = _under(_MODEL, self.tensors)
        if {n: v.shape for n, v in own.items()} != {n: v.shape for n, v in kept.items()}:
            raise InputError(
                "the checkpoint is of a model with other weights: go on with the settings with "
                "which it was begun, or name another folder."
            )
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(kept[name])
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in _under(_OPTIMIZER, self.tensors).items():
            place, _, key = name.partition("/")
            state.setdefault(int(place), {})[key] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})

    def save(self, path: Path) -> None:
        """Write it whole, and beside it what is in it, for people, in JSON.

        Raises
        ------
        SemshiftError
            If the disk is full or the folder cannot be written.
        """
        packed = torch.from_numpy(np.frombuffer(self.trace.to_bytes(), dtype=np.uint8).copy())
        tensors = {name: value.detach().cpu().contiguous() for name, value in self.tensors.items()}
        head = {name: getattr(self, name) for name in _TOLD} | {"semshift": version("semshift-nb")}
        metadata = {"semshift": json.dumps(head)}
        with explained(path):
            try:
                write_whole(
                    path, lambda place: save_file({**tensors, _TRACE: packed}, place, metadata)
                )
            except SafetensorError as error:  # its own name for what the disk refuses
                raise OSError(str(error)) from error
            told = {**head, "settings": dict(self.trace.settings), "weights": _sizes(tensors)}
            text = json.dumps(told, indent=1, ensure_ascii=False)
            write_whole(told_of(path), lambda place: place.write_text(text, "utf-8"))

    @classmethod
    def open(cls, path: Path) -> "Checkpoint":
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If it is no checkpoint.
        """
        try:
            with safe_open(path, framework="pt") as file:
                head = json.loads((file.metadata() or {})["semshift"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            packed = tensors.pop(_TRACE).numpy().tobytes()
            trace = Trace.from_bytes(packed, source=str(path))
            return cls(trace=trace, tensors=tensors, **{name: head[name] for name in _TOLD})
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{str(path)!r} is no checkpoint of a training ({error!s:.200}): remove it to "
                "begin anew, or name another folder."
            ) from error


def told_of(path: Path) -> Path:
    """Return where is told, for people, what is in a checkpoint."""
    return path.with_suffix(".json")


def _trained(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return what a training changes: weights with a gradient, and buffers."""
    kept: dict[str, Any] = dict(module.named_buffers())
    return kept | {name: value for name, value in module.named_parameters() if value.requires_grad}


def _under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)}


def _sizes(tensors: Mapping[str, torch.Tensor]) -> dict[str, list[int]]:
    return {name: list(value.shape) for name, value in _under(_MODEL, tensors).items()}
