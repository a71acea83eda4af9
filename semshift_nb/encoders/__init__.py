"""Text to vectors: encoders, their temperature, and the store that keeps what they made."""

from semshift_nb.encoders._encoding import Encoding, NoDirectionError
from semshift_nb.encoders._index import StoreWarning
from semshift_nb.encoders.attention import TextAttention
from semshift_nb.encoders.encoder import Encoder
from semshift_nb.encoders.load import load_encoder
from semshift_nb.encoders.store import Store
from semshift_nb.encoders.temperature import Schedule, Temperature, constant, entropy_matched
from semshift_nb.encoders.tempering import tempscale
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates
from semshift_nb.encoders.transform import Transform
from semshift_nb.encoders.vector_files import VectorFile, holds_vectors, open_vectors

__all__ = [
    "Encoder",
    "Encoding",
    "InputEmbeddings",
    "NoDirectionError",
    "Schedule",
    "Store",
    "StoreWarning",
    "Temperature",
    "TextAttention",
    "TokenStates",
    "Transform",
    "VectorFile",
    "constant",
    "entropy_matched",
    "holds_vectors",
    "load_encoder",
    "open_vectors",
    "tempscale",
]
