"""Text to vectors: encoders, their temperature, and the store that keeps what they made."""

from semshift_nb.encoders.backends.protocol import InputEmbeddings, TextAttention, TokenStates
from semshift_nb.encoders.encoder import Encoder
from semshift_nb.encoders.encoding import Encoding, NoDirectionError
from semshift_nb.encoders.loading.load import GuessedPoolingWarning, load_encoder
from semshift_nb.encoders.store.damage import StoreWarning
from semshift_nb.encoders.store.store import Store
from semshift_nb.encoders.temperature.schedule import (
    Schedule,
    Temperature,
    constant,
    entropy_matched,
)
from semshift_nb.encoders.tempscale import tempscale
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.encoders.transforms import Transform
from semshift_nb.encoders.vector_files.vector_files import VectorFile, holds_vectors, open_vectors

__all__ = [
    "Encoder",
    "Encoding",
    "GuessedPoolingWarning",
    "InputEmbeddings",
    "NoDirectionError",
    "Schedule",
    "Store",
    "StoreWarning",
    "Temperature",
    "TextAttention",
    "TokenCounts",
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
