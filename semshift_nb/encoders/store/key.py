"""What vectors must have in common to be kept together."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from semshift_nb.encoders.store.damage import DamagedError, check_file

# Part of every space's name: another layout of the shards makes other spaces.
_FORMAT = 1
DESCRIPTION = "space.json"
# A prompt may be long; a description of many megabytes is none.
_MOST_BYTES = 10_000_000


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
    #: False where rows keep the length that the model gives them.
    unit: bool = True

    @property
    def id(self) -> str:
        """The space's name: a hash of all settings but the encoder's name."""
        settings = {**self._settings, "encoder": _FORMAT}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:32]

    def to_json(self) -> str:
        """Describe the space for a person."""
        return json.dumps(self._settings, indent=2, sort_keys=True) + "\n"

    @property
    def _settings(self) -> dict[str, object]:
        # Unit rows, which most spaces hold, are not told: their names were given before others.
        settings = asdict(self)
        if self.unit:
            del settings["unit"]
        return settings


def text_key(text: str) -> bytes:
    """Hash a text exactly as it came, malformed or not."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def read_description(folder: Path) -> StoreKey:
    """Read what a space is, and make sure that it is this space: its name is a hash of it."""
    path = folder / DESCRIPTION
    try:
        check_file(path)
        with path.open("rb") as file:
            described = StoreKey(**json.loads(file.read(_MOST_BYTES)))
        if described.id == folder.name and isinstance(described.encoder, str):
            return described
    except OSError as error:
        raise DamagedError(f"it cannot be read ({error.strerror})") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise DamagedError("it does not hold the settings of a space") from error
    raise DamagedError("its settings are not those that the space is named after")
