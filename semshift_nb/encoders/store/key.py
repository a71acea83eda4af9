"""What vectors must have in common to be kept together."""

import hashlib
import json
from dataclasses import asdict, dataclass

# Part of every space's name: another layout of the shards makes other spaces.
_FORMAT = 1


@dataclass(frozen=True)
class StoreKey:
    """The settings under which a text has one vector and no other."""

    encoder: str
    fingerprint: str
    role: str
    prompt: str
    max_length: int | None
    pooling: str
    dtype: str
    temperature: float | str
    dim: int

    @property
    def id(self) -> str:
        """The space's name: a hash of all settings but the encoder's name."""
        settings = {**asdict(self), "encoder": _FORMAT}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:32]

    def to_json(self) -> str:
        """Describe the space for a person."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def text_key(text: str) -> bytes:
    """Hash a text exactly as it came, malformed or not."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
