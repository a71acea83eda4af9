"""Which temperature holds for a model: that of the innermost open block, in this context.

Nothing here needs torch, so that an encoder can say its temperature without it.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semshift_nb.encoders.temperature.schedule import (
    Layers,
    Schedule,
    Tau,
    Temperature,
    digest,
    only_number,
)
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from semshift_nb.encoders.temperature.plan import TemperaturePlan


UNTOUCHED = Temperature(1.0, "constant", "1.0")


class ModelTemperature:
    """A temperature, and what it comes to in each of the models that it was made for."""

    def __init__(self, tau: Tau, plans: "Mapping[PreTrainedModel, TemperaturePlan]") -> None:
        self.tau = tau
        self.plans = plans
        self._temperatures: dict[int | None, Temperature] = {}

    def at_length(self, max_length: int | None) -> Temperature:
        """Say what it is to an encoder that sees so many tokens."""
        if max_length not in self._temperatures:
            self._temperatures[max_length] = self._describe(max_length)
        return self._temperatures[max_length]

    def _describe(self, max_length: int | None) -> Temperature:
        plans = list(dict.fromkeys(self.plans.values()))
        if not plans:
            return UNTOUCHED
        if isinstance(self.tau, Schedule) and math.isnan(self.tau.number):
            return Temperature(math.nan, self.tau.name, self.tau.key)
        if not callable(self.tau) or isinstance(self.tau, Schedule):
            return _of_layers(tuple(layer for plan in plans for layer in plan.at(1)))
        if max_length is None:
            raise InputError(
                "this model reads texts of any length, so a function of the length cannot be told "
                "from another one: hand in a Schedule, or give the encoder a max_length first."
            )
        table = [plan.entry(n_tokens) for plan in plans for n_tokens in range(1, max_length + 1)]
        if isinstance(table[0], float) and all(entry == table[0] for entry in table):
            return Temperature(table[0], "constant", repr(table[0]))
        return Temperature(math.nan, "by length", f"by length {digest(table)}")


def _of_layers(layers: Layers) -> Temperature:
    number = only_number(layers)
    if not math.isnan(number):
        return Temperature(number, "constant", repr(number))
    by_head = any((layer != layer[0]).any() for layer in layers)
    schedule = "per head" if by_head else "per layer"
    key = f"{schedule} {digest([layer.tolist() for layer in layers])}"
    return Temperature(math.nan, schedule, key)


@dataclass(frozen=True, eq=False)
class _Block:
    temperature: ModelTemperature
    owner: ModelTemperature | None


_open: ContextVar[tuple[_Block, ...]] = ContextVar("semshift_blocks", default=())


@contextmanager
def block(temperature: ModelTemperature, owner: ModelTemperature | None) -> Iterator[None]:
    """Let a temperature hold."""
    mine = _Block(temperature, owner)
    _open.set((*_open.get(), mine))
    try:
        yield
    finally:  # not the last one, perhaps, where generators are left in an order of their own
        _open.set(tuple(each for each in _open.get() if each is not mine))


def innermost_plan(model: "PreTrainedModel") -> "TemperaturePlan | None":
    """Return the plan that holds for a model in this context."""
    plans = (each.temperature.plans.get(model) for each in reversed(_open.get()))
    return next((plan for plan in plans if plan is not None), None)


def temperature_in_context(
    models: "Collection[PreTrainedModel]", own: ModelTemperature | None
) -> ModelTemperature | None:
    """Return the temperature that holds for an encoder in this context."""
    for each in reversed(_open.get()):
        holds = own is None or each.owner is own
        if holds and not each.temperature.plans.keys().isdisjoint(models):
            return each.temperature
    return own
