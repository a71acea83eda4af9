"""An accumulator as a file of plain arrays."""

import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.measures.streaming.moments import Frame, Moments, Sums
from semshift_nb.measures.streaming.sample import Sample

if TYPE_CHECKING:
    from semshift_nb.measures.streaming.accumulator import Accumulated


_FORMAT = 1
_SETTINGS = ("dim", "seed", "n_reservoir")


def write_state(accumulator: "Accumulated", path: Path) -> None:
    """Write an accumulator beside a path, then move it into place."""
    state = _state(accumulator)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".tmp-", delete=False) as file:
            temporary = Path(file.name)
            try:
                np.savez(file, allow_pickle=False, **state)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SemshiftError(
            f"cannot write {str(path)!r}: {error.strerror or error}; free some space there, or "
            "choose another place."
        ) from error


def read_state(path: Path) -> tuple[dict[str, int], Callable[["Accumulated"], None]]:
    """Return an accumulator's settings, and what fills one that was made with them."""
    try:
        with np.load(path, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a saved accumulator ({error}); expected a file that "
            "GeometryAccumulator.save wrote."
        ) from error
    if int(state.get("format", 0)) != _FORMAT:
        raise InputError(
            f"{str(path)!r} holds {', '.join(state) or 'nothing'}, not an accumulator of this "
            "version; expected a file that GeometryAccumulator.save wrote."
        )
    return {name: int(state[name]) for name in _SETTINGS}, lambda empty: _fill(empty, state)


def _state(accumulator: "Accumulated") -> dict[str, NDArray[Any]]:
    reservoir, moments = accumulator._reservoir, accumulator._moments  # noqa: SLF001
    numbers = {
        "format": _FORMAT,
        "dim": accumulator.dim,
        "seed": reservoir.seed,
        "n_reservoir": reservoir.size,
        "n": accumulator.n,
        "n_drawn": reservoir.n_drawn,
    }
    state = {name: np.asarray(number) for name, number in numbers.items()}
    if reservoir.stream is not None:
        state["stream"] = np.asarray(reservoir.stream)
    state |= {f"sample_{name}": part for name, part in reservoir.sample()._asdict().items()}
    if moments is not None:
        sums = moments.sums._asdict().items()
        state |= {f"moments_{name}": np.asarray(part) for name, part in sums}
        if moments.frame is not None:
            state |= {f"frame_{name}": part for name, part in moments.frame._asdict().items()}
    return state


def _fill(empty: "Accumulated", state: dict[str, NDArray[Any]]) -> None:
    def part(prefix: str, fields: tuple[str, ...]) -> list[NDArray[Any]]:
        return [state[f"{prefix}_{name}"] for name in fields]

    reservoir = empty._reservoir  # noqa: SLF001
    reservoir.merge(Sample(*part("sample", Sample._fields)), first=0)
    if "stream" in state:
        reservoir.start(int(state["stream"]), n_drawn=int(state["n_drawn"]))
    empty._n = int(state["n"])  # noqa: SLF001
    if "moments_n" in state:
        frame = Frame(*part("frame", Frame._fields)) if "frame_forward" in state else None
        moments = Moments(empty.dim, frame)
        arrays = {name: state[f"moments_{name}"] for name in Sums._fields if name != "n"}
        moments.sums = Sums(n=int(state["moments_n"]), **arrays)
        empty._moments = moments  # noqa: SLF001
