"""Files that come with gensim, found without importing it."""

import importlib.util
from pathlib import Path

from semshift_nb.errors import InputError


def gensim_file(name: str) -> Path:
    """Find a file of gensim's test data."""
    # find_spec of a top-level name runs no code; importing gensim would take a second.
    spec = importlib.util.find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            "this corpus lies in the package gensim, which is not installed: type "
            'pip install "semshift-nb[offline]", or load a file of your own.'
        )
    path = Path(spec.submodule_search_locations[0]) / "test" / "test_data" / name
    if not path.is_file():
        raise InputError(
            f"this corpus is the file {path}, which is not there: install gensim from its wheel "
            "again (pip install --force-reinstall --no-deps gensim)."
        )
    return path
