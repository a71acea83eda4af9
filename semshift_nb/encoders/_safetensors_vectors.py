"""Matrices in files of safetensors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from semshift_nb.encoders._found_array import FoundArray, Reader
from semshift_nb.errors import InputError

_FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_WHOLE = {
    f"{kind[0].upper()}{n}": f"{kind}{n}" for kind in ("int", "uint") for n in (8, 16, 32, 64)
}
_DTYPES = _FLOATS | _WHOLE


def find_in_safetensors(path: Path) -> list[FoundArray]:
    """Return the arrays of a .safetensors file."""
    try:
        with safe_open(path, "np") as file:
            return [_found(path, name, file.get_slice(name)) for name in file.keys()]  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(
            f"{path} cannot be read as a .safetensors file ({error}); copy or write it again."
        ) from error


def _found(path: Path, name: str, part: Any) -> FoundArray:  # noqa: ANN401 - it has no public type
    dtype, shape = part.get_dtype(), tuple(part.get_shape())
    read = _reader(path, name, shape, plain=dtype != "BF16")
    return FoundArray(name, shape, _DTYPES.get(dtype, dtype), dtype in _DTYPES, read)


def _reader(path: Path, name: str, shape: tuple[int, ...], *, plain: bool) -> Reader:
    def read(n_rows: int) -> Iterator[NDArray[Any]]:
        for start in range(0, shape[0], n_rows):
            # The library maps the file: opened anew for each batch, the pages read before are gone.
            with safe_open(path, "np" if plain else "pt") as file:
                batch = file.get_slice(name)[start : min(start + n_rows, shape[0])]
                # NumPy knows no bfloat16; torch does, and float32 holds it exactly.
                yield np.array(batch) if plain else batch.float().numpy()

    return read
