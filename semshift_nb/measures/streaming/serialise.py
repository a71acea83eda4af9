"""An accumulator as a file of plain arrays."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.files import explained, write_whole
from semshift_nb.measures.streaming.moments import Frame, Moments, Sums
from semshift_nb.measures.streaming.sample import Sample
from semshift_nb.measures.streaming.state import StreamState

_FORMAT = 1


def write_state(state: StreamState, path: Path) -> None:
    """Write a state beside a path, then move it into place."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:  # by its name alone NumPy would add an ending
            np.savez(file, allow_pickle=False, **_arrays(state))

    with explained(path):
        write_whole(path, write)


def read_state(path: Path) -> StreamState:
    """Return a state that was written; adding to it goes on as if it had never been."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a saved accumulator ({error}); expected a file that "
            "GeometryAccumulator.save wrote."
        ) from error
    if int(arrays.get("format", 0)) != _FORMAT:
        raise InputError(
            f"{str(path)!r} holds {', '.join(arrays) or 'nothing'}, not an accumulator of this "
            "version; expected a file that GeometryAccumulator.save wrote."
        )
    return _state(arrays)


def _arrays(state: StreamState) -> dict[str, NDArray[Any]]:
    reservoir, moments = state.reservoir, state.moments
    numbers = {
        "format": _FORMAT,
        "dim": state.dim,
        "seed": reservoir.seed,
        "n_reservoir": reservoir.size,
        "n": state.n,
        "n_drawn": reservoir.n_drawn,
    }
    arrays = {name: np.asarray(number) for name, number in numbers.items()}
    if reservoir.stream is not None:
        arrays["stream"] = np.asarray(reservoir.stream)
    arrays |= {f"sample_{name}": part for name, part in reservoir.sample()._asdict().items()}
    if moments is not None:
        sums = moments.sums._asdict().items()
        arrays |= {f"moments_{name}": np.asarray(part) for name, part in sums}
        if moments.frame is not None:
            arrays |= {f"frame_{name}": part for name, part in moments.frame._asdict().items()}
    return arrays


def _state(arrays: dict[str, NDArray[Any]]) -> StreamState:
    def parts(prefix: str, fields: tuple[str, ...]) -> list[NDArray[Any]]:
        return [arrays[f"{prefix}_{name}"] for name in fields]

    dim, seed, n_reservoir = (int(arrays[name]) for name in ("dim", "seed", "n_reservoir"))
    state = StreamState(dim, seed=seed, n_reservoir=n_reservoir)
    state.n = int(arrays["n"])
    state.reservoir.merge(Sample(*parts("sample", Sample._fields)), first=0)
    if "stream" in arrays:
        state.reservoir.start(int(arrays["stream"]), n_drawn=int(arrays["n_drawn"]))
    if "moments_n" in arrays:
        frame = Frame(*parts("frame", Frame._fields)) if "frame_forward" in arrays else None
        state.moments = Moments(dim, frame)
        sums = {name: arrays[f"moments_{name}"] for name in Sums._fields if name != "n"}
        state.moments.sums = Sums(n=int(arrays["moments_n"]), **sums)
    return state
