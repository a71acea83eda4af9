"""Vectors kept as codes: whole numbers with an offset, or bits packed into bytes.

The angle between two rows of codes is not that between the vectors: an offset that all numbers
share turns everything towards one direction.
"""

from dataclasses import dataclass
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError, by_door, option

_BITS = 8
_HIGHEST = 255
_FEW_CODES = 16
_MANY_ZEROS = 0.25
"""Counts and what a ReLU leaves have so many; codes with an offset have none to speak of."""


@dataclass(frozen=True, eq=False)
class Codes:
    """How codes stand for numbers.

    Parameters
    ----------
    dtype : str
        The type of the codes.
    low, high : ndarray
        What the lowest and the highest code stand for, one number or one a dimension.
    unpack : bool
        Whether a byte holds eight numbers, -1 or 1 each.
    """

    dtype: str
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    unpack: bool = False

    @classmethod
    def of(
        cls, dtype: str, dim: int, code_range: ArrayLike | None, *, unpack: bool
    ) -> "Codes | None":
        """Return how vectors are coded, as their owner says; None where they are not."""
        if unpack and (code_range is not None or dtype not in ("uint8", "int8")):
            fault = f"the vectors are {dtype}" if code_range is None else "a range was given, too"
            raise InputError(f"{option('unpack')} is for bits in uint8 or int8 alone, but {fault}.")
        if unpack:
            return cls(dtype, np.array(-1.0), np.array(1.0), unpack=True)
        if code_range is None:
            return None
        low, high = _ends(code_range, dim)
        return cls(dtype, low, high)

    def dim(self, dim: int) -> int:
        """Return how many numbers so many codes stand for."""
        return _BITS * dim if self.unpack else dim

    def decode(self, batch: Any) -> NDArray[np.float64]:  # noqa: ANN401 - of any library
        """Return the numbers that codes stand for."""
        codes = np.asarray(array_api_compat.to_device(batch, "cpu"))
        if self.unpack:
            # sentence-transformers keeps packed bits as int8, less 128.
            raw = codes if codes.dtype == np.uint8 else (codes.astype(np.int16) + 128)
            return np.unpackbits(raw.astype(np.uint8), axis=1).astype(np.float64) * 2 - 1
        least, most = _code_bounds(self.dtype)
        if codes.min(initial=least) < least or codes.max(initial=most) > most:
            raise InputError(
                f"codes go from {codes.min()} to {codes.max()}, expected {least} to {most} in "
                f"{self.dtype}."
            )
        step = (self.high - self.low) / (most - least)
        return np.asarray(self.low + (codes.astype(np.float64) - least) * step, np.float64)

    @property
    def note(self) -> str:
        """What was made of the codes."""
        if self.unpack:
            return f"bits in {self.dtype} were unpacked to numbers of -1 and 1"
        ends = f"{self.low.min():g} to {self.high.max():g}"
        return f"{self.dtype} codes were read as numbers from {ends}"


def _code_bounds(dtype: str) -> tuple[int, int]:
    """Return the lowest and the highest code; wider types than a byte hold codes of a byte."""
    if dtype in ("int8", "uint16"):
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return 0, _HIGHEST


def _ends(code_range: ArrayLike, dim: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        ends = np.asarray(code_range, dtype=np.float64)
    except (TypeError, ValueError):
        ends = np.empty(0)
    fits = ends.shape in ((2,), (2, 1), (2, dim))
    if not fits or not np.isfinite(ends).all() or not (ends[0] < ends[1]).all():
        raise InputError(
            f"{_option_name()} is {code_range!r:.60}, expected what the lowest and the highest "
            f"code stand for: two numbers, the lower first, or two rows of {dim}, one number a "
            "dimension."
        )
    return ends[0], ends[1]


def _option_name() -> str:
    return by_door("code_range", "--range")


@dataclass
class OffsetWatch:
    """Whether numbers that pass look like codes with an offset, of which nobody said so."""

    dtype: str
    could_be: bool = True
    n: int = 0
    n_zero: int = 0
    least: float = np.inf
    most: float = -np.inf

    def see(self, batch: Any) -> None:  # noqa: ANN401 - of any library
        """Take in the next rows; floats are looked at until one is no code."""
        if not self.could_be or self.dtype == "int8":
            self.could_be = False
            return
        numbers = np.asarray(array_api_compat.to_device(batch, "cpu"))
        if not numbers.size:
            return
        for part in (numbers[:1], numbers):
            self.could_be &= bool(np.all((part >= 0) & (part <= self._highest)))
            if self.could_be and numbers.dtype.kind == "f":
                self.could_be = bool(np.all(part == np.floor(part)))
            if not self.could_be:
                return
        self.n += numbers.size
        self.n_zero += int(np.count_nonzero(numbers == 0))
        self.least = min(self.least, float(numbers.min()))
        self.most = max(self.most, float(numbers.max()))

    @property
    def _highest(self) -> float:
        return np.inf if self.dtype.startswith("uint") else _HIGHEST

    def reason(self) -> str:
        """Say why nothing can be measured before it is known what the codes stand for."""
        share = self.n_zero / max(self.n, 1)
        unsigned = self.dtype.startswith("uint")
        if not self.could_be or not self.n:
            return ""
        if unsigned and self.most <= 1 and _MANY_ZEROS < share < 1 - _MANY_ZEROS:
            return (
                "all numbers are 0 or 1: if they are bits, their directions are those of "
                "2 * vectors - 1; keep them so"
            )
        if share > _MANY_ZEROS or not (unsigned or self.most >= _FEW_CODES):
            return ""
        packed = f", or {option('unpack', value=True)} if they are packed bits" * (
            self.dtype == "uint8"
        )
        ranged = by_door("code_range=(-128, 127)", "--range=-128,127")
        return (
            f"the numbers are {self.dtype} codes from {self.least:.0f} to {self.most:.0f}, with an "
            "offset that turns all of them towards one direction: say what the lowest and the "
            f"highest code stand for, as {ranged} where 128 stands for zero{packed}"
        )


def dtype_name(source: Any) -> str:  # noqa: ANN401 - of any library, or a VectorFile
    """Name a type of numbers as NumPy does."""
    return str(source.dtype).removeprefix("torch.").lstrip("<>|=")
