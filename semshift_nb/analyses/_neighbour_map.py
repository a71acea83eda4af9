"""A map by neighbours (t-SNE): seeded, kept on disk, worked out where it can be stopped."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import SemshiftError

_SCRIPT = Path(__file__).with_name("_tsne_process.py")
_N_ITERATIONS = 1000
_N_COMPONENTS = 50
_LOOK_S = 0.05
_DONE = re.compile(r"Iteration (\d+):")

# Part of every kept map's name: other settings below make other maps.
_FORMAT = 1


def map_key(*decides: object) -> str:
    """Hash what decides a map: texts or vectors, encoder, view and seed."""
    digest = hashlib.sha256(f"map {_FORMAT}".encode())
    for part in decides:
        data = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def kept_map(folder: Path | None, key: str) -> NDArray[np.float32] | None:
    """Read a map from disk; None where there is none that can be read."""
    if folder is None:
        return None
    try:
        return np.asarray(np.load(folder / f"{key}.npy"), dtype=np.float32)
    except (OSError, ValueError):
        return None


def keep_map(folder: Path | None, key: str, places: NDArray[np.float32]) -> None:
    """Write a map to disk, whole or not at all; a disk that is full or read-only keeps none."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            np.save(file, places)
        Path(file.name).replace(folder / f"{key}.npy")
    except OSError:
        return


def neighbour_map(
    rows: NDArray[np.float64],
    *,
    seed: int,
    advance: Callable[[float], None],
    stopped: Callable[[], bool],
) -> NDArray[np.float32] | None:
    """Place rows by t-SNE in another process; None if it was stopped."""
    settings = {
        "perplexity": min(30.0, max(1.0, (len(rows) - 1) / 3)),
        "max_iter": _N_ITERATIONS,
        "random_state": seed,
    }
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "rows.npy", Path(name) / "places.npy"
        np.save(source, _strongest(rows).astype(np.float32))
        command = [sys.executable, "-P", "-u", str(_SCRIPT), str(source), str(target)]
        done = _watched([*command, json.dumps(settings)], advance=advance, stopped=stopped)
        return np.load(target) if done else None


def _watched(
    command: list[str], *, advance: Callable[[float], None], stopped: Callable[[], bool]
) -> bool:
    """Run a command, tell how far it is, and end it at once when it is told to stop."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    told: list[str] = []

    def listen() -> None:
        for line in process.stdout or ():
            told.append(line)
            iteration = _DONE.search(line)
            if iteration and not stopped():
                advance(int(iteration[1]) / _N_ITERATIONS)

    with subprocess.Popen(  # noqa: S603 - this very Python, with a script of ours
        command,
        env={**os.environ, **one_thread},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        while process.poll() is None and not stopped():
            time.sleep(_LOOK_S)
        ended = process.poll() is not None
        process.kill()
        listening.join()
    if ended and process.returncode:
        raise SemshiftError(f"t-SNE ended without a map: {''.join(told[-3:]).strip()}")
    return ended


def _strongest(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the rows in their strongest directions: as near as the whole rows, and quicker."""
    if min(rows.shape) <= _N_COMPONENTS:
        return rows
    centred = rows - rows.mean(axis=0)
    directions = np.linalg.eigh(centred.T @ centred)[1]
    return np.asarray(centred @ directions[:, ::-1][:, :_N_COMPONENTS])
