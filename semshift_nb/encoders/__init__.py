"""Text to vectors: encoders, and the store that keeps what they made."""

from semshift_nb.encoders._encoding import Encoding, NoDirectionError
from semshift_nb.encoders._index import StoreWarning
from semshift_nb.encoders.encoder import Encoder
from semshift_nb.encoders.load import load_encoder
from semshift_nb.encoders.store import Store

__all__ = ["Encoder", "Encoding", "NoDirectionError", "Store", "StoreWarning", "load_encoder"]
