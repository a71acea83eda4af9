"""An encoder by name, or the one that was handed in."""

from semshift_nb.encoders import Encoder, load_encoder


def as_encoder(encoder: Encoder | str) -> Encoder:
    """Return an encoder; a name is loaded as ``load_encoder`` does."""
    return load_encoder(encoder) if isinstance(encoder, str) else encoder
