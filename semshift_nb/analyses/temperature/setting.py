"""A way to temper attention that a person can dial: one temperature, some layers, a schedule."""

from dataclasses import dataclass

from semshift_nb.encoders import Encoder, Schedule
from semshift_nb.errors import InputError
from semshift_nb.names import count, temperature_name

#: The schedules of `TemperedTexts`, by name.
SCHEDULES = ("constant", "entropy-matched", "calibrated")


@dataclass(frozen=True)
class Tempering:
    """A temperature for some of a model's layers, the same for all texts or by their length.

    Attributes
    ----------
    tau : float
        The temperature; with a schedule, that of a text of 128 tokens.
    first_layer, last_layer : int
        The layers it holds for, counted from 1, both included; 0 as the last stands for the
        model's own last. All others stay at 1.
    schedule : Schedule or None
        What ``tau`` is multiplied by, from the text's number of tokens; None for nothing.

    Raises
    ------
    InputError
        If ``tau`` is not a positive number, or the layers are none.

    Examples
    --------
    >>> Tempering(0.8).name
    'tau 0.8'
    >>> Tempering(0.8, 2, 3).name
    'tau 0.8 in layers 2 to 3'
    """

    tau: float = 1.0
    first_layer: int = 1
    last_layer: int = 0
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        if not 0 < self.tau < float("inf"):
            raise InputError(f"tau is {self.tau}: expected a number above 0; 1 changes nothing.")
        if self.first_layer < 1 or 0 < self.last_layer < self.first_layer:
            raise InputError(
                f"layers {self.first_layer} to {self.last_layer} were asked for: expected a first "
                "layer from 1 and a last one not before it (0 for the model's last)."
            )

    @property
    def untouched(self) -> bool:
        """Whether this is the model as it was trained."""
        return self.tau == 1 and self.schedule is None

    @property
    def name(self) -> str:
        """The setting in words."""
        layers = f" in layers {self.first_layer} to {self.last_layer or 'the last'}"
        by_length = f" times {self.schedule.name}" if self.schedule else ""
        everywhere = self.first_layer == 1 and self.last_layer == 0
        return f"{temperature_name(self.tau)}{by_length}{'' if everywhere else layers}"

    def apply(self, encoder: Encoder) -> Encoder:
        """Give an encoder at this setting, sharing its weights.

        Parameters
        ----------
        encoder : Encoder
            One with attention.

        Returns
        -------
        Encoder

        Raises
        ------
        InputError
            If the encoder has no attention, or fewer layers than are asked for.
        """
        if self.untouched:
            return encoder.at_temperature(1.0)
        n_layers = _check_layers(encoder, self.last_layer)
        last = self.last_layer or n_layers
        chosen = [self.first_layer <= layer <= last for layer in range(1, n_layers + 1)]
        if self.schedule is None:
            taus = [self.tau if here else 1.0 for here in chosen]
            return encoder.at_temperature(self.tau if all(chosen) else taus)
        schedule = self.schedule

        def by_length(n_tokens: int) -> list[float]:
            return [self.tau * float(schedule(n_tokens)) if here else 1.0 for here in chosen]

        return encoder.at_temperature(by_length)


def _check_layers(encoder: Encoder, last_layer: int) -> int:
    n_layers = encoder.n_layers
    if n_layers is None:
        raise InputError(
            f"{encoder.name!r} has no attention that could be tempered: use a transformer such as "
            "minilm."
        )
    if last_layer > n_layers:
        raise InputError(
            f"layer {last_layer} was asked for; {encoder.name!r} has {count(n_layers, 'layer')}."
        )
    return n_layers
