"""When and why a text-embedding model collapses, and what helps."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semshift_nb.analyses.splitting.split import split as split
    from semshift_nb.corpora import load_corpus as load_corpus
    from semshift_nb.encoders import load_encoder as load_encoder

__version__ = "0.1.0"
__all__ = ["load_corpus", "load_encoder", "split"]

_HOMES = {
    "load_corpus": "semshift_nb.corpora",
    "load_encoder": "semshift_nb.encoders",
    "split": "semshift_nb.analyses.splitting.split",
}


def __getattr__(name: str) -> object:
    """Load a door when it is first used: torch takes seconds, `--help` must not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
