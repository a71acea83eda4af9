"""Small trainings, and what is seen of a space while it is trained; the only floor that trains."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semshift_nb.training.arms import DivergedWarning as DivergedWarning
    from semshift_nb.training.arms import over_seeds as over_seeds
    from semshift_nb.training.arms import run_arms as run_arms
    from semshift_nb.training.contrastive.experiment import Contrastive as Contrastive
    from semshift_nb.training.language_model.experiment import Degeneration as Degeneration
    from semshift_nb.training.loop import Budget as Budget
    from semshift_nb.training.loop import train as train
    from semshift_nb.training.monitor import CollapseMonitor as CollapseMonitor
    from semshift_nb.training.monitor import CollapseWarning as CollapseWarning
    from semshift_nb.training.probe import ProbeSet as ProbeSet
    from semshift_nb.training.probe import probe_figures as probe_figures
    from semshift_nb.training.trace import Trace as Trace
    from semshift_nb.training.trace import open_traces as open_traces

__all__ = [
    "Budget",
    "CollapseMonitor",
    "CollapseWarning",
    "Contrastive",
    "Degeneration",
    "DivergedWarning",
    "ProbeSet",
    "Trace",
    "open_traces",
    "over_seeds",
    "probe_figures",
    "run_arms",
    "train",
]

_HOMES = {
    "Budget": "loop",
    "CollapseMonitor": "monitor",
    "CollapseWarning": "monitor",
    "Contrastive": "contrastive.experiment",
    "Degeneration": "language_model.experiment",
    "DivergedWarning": "arms",
    "ProbeSet": "probe",
    "Trace": "trace",
    "open_traces": "trace",
    "over_seeds": "arms",
    "probe_figures": "probe",
    "run_arms": "arms",
    "train": "loop",
}


def __getattr__(name: str) -> object:
    """Load a name when it is first used: who opens a trace needs no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
