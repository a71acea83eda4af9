"""Text to vectors: encoders, and the store that keeps what they made."""

from semshift_nb.encoders._encoding import Encoding, NoDirectionError
from semshift_nb.encoders.encoder import Encoder
from semshift_nb.encoders.load import load_encoder

__all__ = ["Encoder", "Encoding", "NoDirectionError", "load_encoder"]
