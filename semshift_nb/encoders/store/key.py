"""What vectors must have in common to be kept together."""

import hashlib
import json
from dataclasses import asdict, dataclass

# Part of every space's name: another layout of the shards makes other spaces.
_FORMAT = 1


@dataclass(frozen=True)
class StoreKey:
    """The settings under which a text has one vector and no other.

    Attributes
    ----------
    encoder, fingerprint : str
        The encoder's name, which is only shown, and its fingerprint, which counts.
    role, prompt : str
        The text's role and what the model puts before it.
    max_length : int or None
        The most tokens the model sees.
    pooling, dtype : str
        How tokens become one vector, and the layers' number format.
    temperature : float or str
        Of the attention: the number where there is only one, else the temperature's key.
    dim : int
        Numbers in a vector.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> one = Space("minilm", "ab", "query", "", 256, "mean", "float32", 1.0, 384)
    >>> other = Space("minilm", "ab", "document", "", 256, "mean", "float32", 1.0, 384)
    >>> one.id == other.id
    False
    """

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
        """Describe the space for a person.

        Returns
        -------
        str
            All settings as JSON.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> '"role": "query"' in Space("m", "", "query", "", 1, "", "", 1.0, 1).to_json()
        True
        """
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def text_key(text: str) -> bytes:
    """Hash a text exactly as it came, malformed or not.

    Parameters
    ----------
    text : str
        Any string.

    Returns
    -------
    bytes
        16 bytes: among 10^12 texts two would share them once in 10^14 tries.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> len(text_key("a"))
    16
    """
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
