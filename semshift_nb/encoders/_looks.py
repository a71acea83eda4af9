"""What may be looked at in a model: checked before anything is run."""

from collections.abc import Sequence

from semshift_nb.encoders._lengths import is_whole
from semshift_nb.errors import InputError

POOLINGS = ("mean", "cls", "max")


def check_layer(layer: object, layers: range) -> int:
    """Return a layer's number.

    Parameters
    ----------
    layer : int
        What a caller asked for.
    layers : range
        What there is.

    Returns
    -------
    int
        One of them.

    Raises
    ------
    InputError
        If there is no such layer.

    Examples
    --------
    >>> check_layer(2, range(7))
    2
    """
    if not is_whole(layer) or layer not in layers:
        there = (
            "layer 0 only, the table of its tokens, which no layer follows"
            if len(layers) == 1
            else f"layers 0 (what goes into the first) to {layers[-1]} (what the last gives)"
        )
        raise InputError(
            f"layer is {layer!r}, but this model has {there}; None is the model's whole output."
        )
    return int(layer)


def check_pooling(pooling: object, poolings: Sequence[str]) -> str | None:
    """Return a pooling's name.

    Parameters
    ----------
    pooling : str or None
        What a caller asked for.
    poolings : sequence of str
        What there is.

    Returns
    -------
    str or None
        None for the model's own.

    Raises
    ------
    InputError
        If it is unknown.

    Examples
    --------
    >>> check_pooling("cls", POOLINGS)
    'cls'
    """
    if pooling is None or pooling in poolings:
        return pooling  # type: ignore[return-value]
    why = "" if len(poolings) == len(POOLINGS) else ", for special tokens are left out here"
    raise InputError(
        f"pooling is {pooling!r}: expected one of {', '.join(map(repr, poolings))}{why}, or None "
        "for the model's own."
    )
