"""The values a parameter may take: its type, and a range or a choice."""

import json
import math
import re
from dataclasses import dataclass

from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

_TYPE_NAMES = {int: "an integer", float: "a number", str: "text", bool: "true or false"}
_NUMBER = r"-?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?:\s.*)?")
_CHOICE = re.compile(r"one of:\s*(\S+(?:,\s*\S+)*?)(?:\s{2,}.*)?")
_MEANT_AS_RULE = re.compile(r"one of|-?\d+(\.\d+)?\s*(\.\.|-|to\b)|[<>≤≥\[(]\s*=?\s*-?\d")


@dataclass(frozen=True)
class Kind:
    """A type a parameter may have."""

    scalar: type
    is_list: bool = False
    or_none: bool = False

    @property
    def words(self) -> str:
        """The type in words."""
        words = _TYPE_NAMES[self.scalar]
        words = f"a list of which each is {words}" if self.is_list else words
        return f"{words} or none" if self.or_none else words


@dataclass(frozen=True)
class Domain:
    """A type with its range or choice."""

    kind: Kind
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def parse(self, text: str, name: str) -> object:
        """Read typed text as a value of the type."""
        if self.kind.or_none and text.lower() == "none":
            return None
        if self.kind.is_list:
            inner = text.strip().removeprefix("[").removesuffix("]")
            return [self._scalar(item.strip(" '\""), name) for item in inner.split(",")]
        return self._scalar(text, name)

    def check(self, value: object, name: str) -> object:
        """Check a value's type and range."""
        if value is None and self.kind.or_none:
            return None
        if not self.kind.is_list:
            return self._check_scalar(value, name)
        if not isinstance(value, list | tuple) or not value:
            raise InputError(f"{name} must be {self.kind.words}, not {value!r:.60}")
        return [self._check_scalar(item, name) for item in value]

    def _scalar(self, text: str, name: str) -> object:
        if self.kind.scalar is str:
            if text != well_formed(text):
                raise InputError(f"{name} must be text in UTF-8, not {text!r:.60}")
            return text
        try:
            value = json.loads(text.lower() if self.kind.scalar is bool else text)
        except (ValueError, RecursionError):
            value = text
        return self._check_type(value, name)

    def _check_type(self, value: object, name: str) -> object:
        if self.kind.scalar is float and type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise InputError(f"{name} must be a finite number, not {value!r:.60}") from None
        if type(value) is not self.kind.scalar:
            raise InputError(f"{name} must be {self.kind.words}, not {value!r:.60}")
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{name} must be a finite number, not {value!r:.60}")
        return value

    def _check_scalar(self, value: object, name: str) -> object:
        value = self._check_type(value, name)
        if isinstance(value, int | float) and self.low is not None and self.high is not None:
            if not self.low <= value <= self.high:
                raise InputError(
                    f"{name} must be from {self.low} to {self.high}, not {value!r:.60}"
                )
        elif self.choices and value not in self.choices:
            raise InputError(f"{name} must be one of {', '.join(self.choices)}, not {value!r:.60}")
        return value


def read_domain(kind: Kind, comment: str) -> Domain:
    """Read what a parameter's comment allows."""
    if match := _RANGE.fullmatch(comment):
        return _range(kind, *match.groups())
    if match := _CHOICE.fullmatch(comment):
        if kind.scalar is not str:
            raise InputError("'one of:' is for text; write a range such as 1..8 for numbers")
        return Domain(kind, choices=tuple(re.split(r",\s*", match[1])))
    if _MEANT_AS_RULE.match(comment):
        raise InputError(
            f"the comment {comment!r} looks like a rule; write '2..64  what it means' or "
            "'one of: a, b  what it means', with two spaces after a choice"
        )
    return Domain(kind)


def _range(kind: Kind, first: str, last: str) -> Domain:
    if kind.scalar not in (int, float):
        raise InputError(f"the range {first}..{last} is for numbers, and this is {kind.words}")
    try:
        low, high = kind.scalar(first), kind.scalar(last)
    except ValueError:
        raise InputError(f"the range {first}..{last} must be of integers, like the value") from None
    if low > high:
        raise InputError(f"the range {first}..{last} is empty; write the smaller number first")
    return Domain(kind, low=low, high=high)
