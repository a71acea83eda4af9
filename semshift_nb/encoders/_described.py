"""What an encoder says of itself."""

import hashlib
import math
from typing import TYPE_CHECKING

from semshift_nb.encoders._backend import Backend
from semshift_nb.encoders._blocks import UNTOUCHED, Setting, setting_of
from semshift_nb.encoders._space import Space
from semshift_nb.encoders._transforms import dim_after
from semshift_nb.encoders.store import Store
from semshift_nb.encoders.temperature import Tau, Temperature

if TYPE_CHECKING:
    from semshift_nb.encoders.transform import Transform


class Described:
    """What an encoder is: all that its vectors depend on. The base of ``Encoder``."""

    def __init__(
        self, backend: Backend, *, name: str, revision: str, fingerprint: str, store: Store | None
    ) -> None:
        self._backend = backend
        self._name = name
        self._revision = revision
        self._fingerprint = fingerprint
        self._store = store
        self._own: Setting | None = None
        self._transforms: tuple[Transform, ...] = ()

    def __repr__(self) -> str:
        return (
            f"Encoder({self.name!r}, dim={self.dim}, max_length={self.max_length}, "
            f"pooling={self.pooling!r}, dtype={self.dtype!r}, device={self.device!r}, "
            f"temperature={self.temperature})"
        )

    @property
    def name(self) -> str:
        """What the encoder is called in tables: the model, where in it, what was done after it."""
        looked_at = self._name + self._backend.look.label(self.pooling)
        return ", ".join([looked_at, *(transform.name for transform in self._transforms)])

    @property
    def _label(self) -> str:
        """What is said while it works: the name, and the temperature if it has one of its own."""
        temperature = self.temperature
        if temperature.key == UNTOUCHED.key:
            return self.name
        by_length = math.isnan(temperature.tau)
        told = temperature.schedule if by_length else f"tau {temperature.tau:g}"
        return f"{self.name} at {told}"

    @property
    def revision(self) -> str:
        """Which version of the model it is."""
        return self._revision

    @property
    def fingerprint(self) -> str:
        """sha256 over the model's weights, tokenizer and settings, and over what sets a view apart.

        Such as the temperature, the layer, and what is done to the vectors afterwards.
        """
        key = self.temperature.key
        parts = [
            *([] if key == UNTOUCHED.key else [key]),
            *filter(None, [self._backend.look.label(self.pooling)]),
            *(transform.key for transform in self._transforms),
        ]
        if not parts:
            return self._fingerprint
        return hashlib.sha256(" ".join([self._fingerprint, *parts]).encode()).hexdigest()

    @property
    def store(self) -> Store | None:
        """Where vectors are kept, if anywhere."""
        return self._store

    @property
    def max_length(self) -> int | None:
        """The most tokens of a text that the model sees; None where there is no limit."""
        return self._backend.max_length

    @property
    def pooling(self) -> str:
        """How token vectors become one."""
        return self._backend.pooling

    @property
    def layer(self) -> int | None:
        """After which layer its vectors are taken; None where they are the model's whole output."""
        return self._backend.look.layer

    @property
    def layers(self) -> range:
        """Layers that ``at_layer`` takes: 0, what goes into the first, to the last."""
        return self._backend.layers

    @property
    def head(self) -> tuple[str, ...]:
        """Classes of what the model does with its pooled last layer by weights of its own.

        Empty for most models, minilm among them: what was trained is then all in the layers.
        """
        return self._backend.head

    @property
    def dtype(self) -> str:
        """Number format of the model's layers; vectors are float32 always."""
        return self._backend.dtype

    @property
    def device(self) -> str:
        """Where the model computes."""
        return self._backend.device

    @property
    def temperature(self) -> Temperature:
        """Temperature of the attention, here and now; 1 is the model as it was trained."""
        setting = self._setting()
        return UNTOUCHED if setting is None else setting.temperature(self.max_length)

    @property
    def n_layers(self) -> int | None:
        """Layers that attend; None where there is no attention."""
        return None if self.n_heads is None else len(self.n_heads)

    @property
    def n_heads(self) -> tuple[int, ...] | None:
        """Heads of each layer, in the order in which they attend; None without attention."""
        if not self._backend.models:
            return None
        from semshift_nb.encoders._layout import layout  # late: it takes torch, which takes seconds

        return layout(self._backend.models[0]).heads

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return dim_after(self._backend.dim, self._transforms)

    def _make_setting(self, tau: Tau | object) -> Setting:
        from semshift_nb.encoders._tempered import make_setting  # late: torch takes seconds

        return make_setting(self._backend.models, tau, name=self.name)

    def _setting(self) -> Setting | None:
        return setting_of(self._backend.models, self._own)

    def _space(self, role: str) -> Space:
        temperature = self.temperature
        number, layer = temperature.tau, self.layer
        where = "" if layer is None else f" after layer {layer}"
        return Space(
            encoder=self._name,
            fingerprint=self._fingerprint,
            role=role,
            prompt=self._backend.prompt(role),
            max_length=self.max_length,
            pooling=self.pooling + where,
            dtype=self.dtype,
            temperature=temperature.key if math.isnan(number) else number,
            dim=self._backend.dim,
        )
