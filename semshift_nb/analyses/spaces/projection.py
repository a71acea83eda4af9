"""Where the points of a view lie on a map; no number is ever taken from one."""

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
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses.lru_cache import LRUCache
from semshift_nb.analyses.spaces.data import SpaceData, SpaceVectors
from semshift_nb.analyses.spaces.view import SpaceView
from semshift_nb.encoders.store.store import default_root
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.files import write_whole

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
        write_whole(folder / f"{key}.npy", lambda temporary: _save(temporary, places))
    except OSError:
        return


def _save(path: Path, places: NDArray[np.float32]) -> None:
    with path.open("wb") as file:  # by its name alone NumPy would add an ending
        np.save(file, places)


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
        if not done:
            return None
        advance(1.0)  # it may end before its last iteration, where points move no more
        return np.asarray(np.load(target), dtype=np.float32)


def _watched(
    command: list[str], *, advance: Callable[[float], None], stopped: Callable[[], bool]
) -> bool:
    """Run a command, tell how far it is, and end it at once when it is told to stop."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    lines: list[str] = []

    def listen() -> None:
        for line in process.stdout or ():
            lines.append(line)
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
        raise SemshiftError(f"t-SNE ended without a map: {''.join(lines[-3:]).strip()}")
    return ended


def _strongest(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the rows in their strongest directions: as near as the whole rows, and quicker."""
    if min(rows.shape) <= _N_COMPONENTS:
        return rows
    centred = rows - rows.mean(axis=0)
    directions = np.linalg.eigh(centred.T @ centred)[1]
    return np.asarray(centred @ directions[:, ::-1][:, :_N_COMPONENTS])


#: The maps of `EmbeddingSpaces`, by name.
MAPS = ("PCA", "t-SNE")

_KEPT = 32


class SpaceMaps:
    """The maps of every view that was asked for."""

    def __init__(self, points: SpaceData, vectors: SpaceVectors, *, seed: int) -> None:
        self._points, self._vectors, self._seed = points, vectors, seed
        self._kept: LRUCache[tuple[SpaceView, str], NDArray[np.float32]] = LRUCache(_KEPT)

    def ready(self, view: SpaceView, kind: str) -> bool:
        """Say whether a map is there without much work; one on disk is taken from there."""
        if kind not in MAPS:
            raise InputError(f"map {kind!r} was asked for; there are {', '.join(MAPS)}.")
        asked = (view.whole, kind)
        if kind == "PCA" or asked in self._kept:
            return True
        found = kept_map(self.folder(view), self.key(view))
        if found is None or found.shape != (self._points.n_points, 2):
            return False
        self._kept.put(asked, found)
        return True

    def prepare(
        self,
        view: SpaceView,
        kind: str,
        *,
        advance: Callable[[float], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Work a map out, and keep it in memory and on disk.

        It is the map of the view with all its dimensions: a dimension that is switched off moves no
        point.

        References
        ----------
        van der Maaten & Hinton 2008, as scikit-learn has it, on the 50 strongest directions.
        """
        if self.ready(view, kind):
            return True
        rows = self._vectors.moments(view.whole).rows()
        places = neighbour_map(rows, seed=self._seed, advance=advance, stopped=stopped)
        if places is None:
            return False
        keep_map(self.folder(view), self.key(view), places)
        self._kept.put((view.whole, kind), places)
        return True

    def places(self, view: SpaceView, kind: str) -> pd.DataFrame:
        """Give the map of a view."""
        places = self._kept.get((view.whole, kind), lambda: self._place(view, kind))
        return pd.DataFrame({"point": np.arange(len(places)), "x": places[:, 0], "y": places[:, 1]})

    def folder(self, view: SpaceView) -> Path | None:
        """Give where maps are kept: beside the vectors, and nowhere if those are kept nowhere."""
        if view.encoder in self._points.vectors:
            return default_root() / "maps"
        store = self._vectors.encoder_of(view).store
        return None if store is None else store.root / "maps"

    def key(self, view: SpaceView) -> str:
        """Give the name that a map is kept under: two that differ have different names."""
        if view.encoder in self._points.vectors:
            return map_key(self._points.vectors[view.encoder], view.whole, self._seed)
        encoder = self._vectors.encoder_of(view)
        settings = (encoder.fingerprint, encoder.max_length, encoder.pooling, encoder.dtype)
        return map_key(settings, self._points.texts, view.whole, self._seed)

    def _place(self, view: SpaceView, kind: str) -> NDArray[np.float32]:
        self.prepare(view, kind)
        if kind == "PCA":
            return self._vectors.moments(view.whole).plane().astype(np.float32)
        return self._kept.get((view.whole, kind), lambda: self._place(view, kind))
