"""What an explorer is given: the right kind of thing, or words that say what was."""

from semshift_nb.errors import InputError


def expect(value: object, *kinds: type, name: str) -> None:
    """Refuse an argument of another kind; the usual slip is two of them the wrong way round."""
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise InputError(f"{name} is {type(value).__name__} {value!r:.60}: expected {wanted}.")
