"""Thin adapters to other libraries, each in a module of its own and an extra of its own."""

from collections.abc import Mapping
from typing import Any

from semshift_nb.analyses import split
from semshift_nb.encoders import Encoder, load_encoder


def as_encoder(encoder: Encoder | str) -> Encoder:
    """Return an encoder; a name is loaded as ``load_encoder`` does."""
    return load_encoder(encoder) if isinstance(encoder, str) else encoder


def check_options(encoder: Encoder, options: Mapping[str, Any]) -> None:
    """Refuse at once what would fail at the first document, late in a pipeline."""
    number, fewest = options["n_chunks"], options["min_sentences"]
    whole = isinstance(number, int) and isinstance(fewest, int)
    # A text that has as many chunks as are asked for; an empty one would have too few.
    split(["."] * (max(number, 1) * max(fewest, 1)) if whole else "", encoder, **options)
