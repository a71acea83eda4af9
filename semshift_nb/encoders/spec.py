"""What sets one view of a model apart: where it is cut, looked at, tempered, and transformed."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from semshift_nb.encoders.temperature.context import (
    UNTOUCHED,
    ModelTemperature,
    temperature_in_context,
)
from semshift_nb.encoders.temperature.schedule import Temperature
from semshift_nb.encoders.transforms import Transform

if TYPE_CHECKING:
    from collections.abc import Collection

    from transformers import PreTrainedModel


@dataclass(frozen=True)
class LayerPooling:
    """After which layer vectors are taken, and how tokens become one there; None as the model."""

    layer: int | None = None
    pooling: str | None = None


@dataclass(frozen=True, eq=False)
class EncodingSpec:
    """How a model is used.

    Attributes
    ----------
    max_length : int or None
        The most tokens of a text that the model sees; None for no limit.
    layer : int or None
        After which layer vectors are taken; None for the model's whole output.
    pooling : str or None
        How tokens become one vector; None for the model's own way.
    temperature : ModelTemperature or None
        Temperature of the attention; None for the model as it was trained.
    transforms : tuple of Transform
        What is done to the vectors afterwards, in this order.
    """

    max_length: int | None
    layer: int | None = None
    pooling: str | None = None
    temperature: ModelTemperature | None = None
    transforms: tuple[Transform, ...] = ()

    @property
    def layer_pooling(self) -> LayerPooling:
        """Where in the model vectors are taken."""
        return LayerPooling(self.layer, self.pooling)

    def in_context(self, models: "Collection[PreTrainedModel]") -> "EncodingSpec":
        """Give the same with the temperature that holds here and now, in a block perhaps."""
        return replace(self, temperature=temperature_in_context(models, self.temperature))

    def described_temperature(self) -> Temperature:
        """Say what the temperature is at this length."""
        if self.temperature is None:
            return UNTOUCHED
        return self.temperature.at_length(self.max_length)

    def label(self, own_pooling: str) -> str:
        """Say where vectors are taken, after the model's name; nothing of its whole output."""
        if self.layer is not None:
            return f" layer {self.layer} ({self.pooling or own_pooling})"
        return "" if self.pooling is None else f" ({self.pooling})"
