"""The store on full and read-only disks, under kill -9, and with two processes at once.

Root may write whatever the mode bits say, so a read-only store is a real tmpfs mounted read-only
and a full disk a real tmpfs that is full, where this process may mount; where it may not, a limit
on file size and a plain file in the store's place stand for them.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from semshift_nb.encoders import StoreWarning, load_encoder

pytestmark = pytest.mark.slow

TEXTS = [f"the river number {number} runs to the sea" for number in range(3000)]


@contextmanager
def small_disk(path, size):
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(path)], check=True)


FILE_SIZE_LIMIT = """
import resource, sys, warnings, numpy as np
from semshift_nb.encoders import load_encoder
texts = [f"the river number {number} runs to the sea" for number in range(3000)]
expected = load_encoder("static", store=None).encode(texts)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    vectors = load_encoder("static", store=sys.argv[1]).encode(texts)
np.testing.assert_allclose(vectors, expected, atol=1e-6)
print([str(warning.message) for warning in caught])
"""


def test_a_file_that_may_not_grow(tmp_path):
    command = [sys.executable, "-c", FILE_SIZE_LIMIT, str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.count("returned but not kept") == 1
    assert "File too large" in done.stdout
    left = {path.name for path in (tmp_path / "store").rglob("*") if path.is_file()}
    assert left == {"space.json"}, "nothing half written is left behind"


def test_a_full_disk(tmp_path, static):
    with small_disk(tmp_path / "disk", "2m") as mounted:
        if not mounted:
            return  # no right to mount here: the test above shows the same with a limit on files
        encoder = load_encoder("static", store=tmp_path / "disk")
        with pytest.warns(StoreWarning, match=r"not kept.*No space left.*make room") as caught:
            vectors = encoder.encode(TEXTS)
        assert len(caught) == 1
        np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)
        assert not list((tmp_path / "disk").rglob(".tmp-*"))
        encoder.encode(TEXTS[:500])  # there is room for these
        assert encoder.store.spaces()["n_vectors"].tolist() == [500]


def test_a_read_only_disk(tmp_path, static):
    with small_disk(tmp_path / "disk", "20m") as mounted:
        if not mounted:
            return  # no right to mount here: the test below shows the same with a file in the way
        encoder = load_encoder("static", store=tmp_path / "disk")
        kept = encoder.encode(TEXTS[:100])
        remount = ["mount", "-o", "remount,ro", str(tmp_path / "disk")]
        subprocess.run(remount, check=True)
        np.testing.assert_array_equal(encoder.encode(TEXTS[:100]), kept)
        with pytest.warns(StoreWarning, match=r"not kept.*Read-only.*make it writable") as caught:
            vectors = encoder.encode(TEXTS)
        assert len(caught) == 1
        np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)


def test_a_file_where_the_store_should_be(tmp_path, static):
    (tmp_path / "store").write_text("not a folder", encoding="utf8")
    encoder = load_encoder("static", store=tmp_path / "store")
    with pytest.warns(StoreWarning, match="not kept"):
        vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)
    assert encoder.store.spaces().empty


# One process loads the model, and each run is a process forked off it: loading it twenty times over
# would take a minute and test nothing. A run writes down how many texts it has computed.
WORKER = """
import json, os, random, signal, sys, time
import torch
torch.set_num_threads(1)
from semshift_nb.encoders import load_encoder
from semshift_nb.encoders.backends import static
from semshift_nb.encoders.store import writer
writer.SHARD_ROWS = 64
static._RUN = {"n_texts": 16, "n_characters": 10**6}
texts = [f"the river number {number} runs to the sea" for number in range(6000)]
root, n_runs, kill = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "kill"
encoder = load_encoder("static", store=root)
embed = encoder.backend.embed

def counted(*arguments):
    for batch in embed(*arguments):
        os.write(log, b"." * len(batch.rows))
        yield batch

encoder.backend.embed = counted
rng = random.Random(0)
losses, runs = [], []

def kept():
    spaces = encoder.store.spaces()
    return int(spaces["n_vectors"].sum())

for run in range(n_runs):
    before = kept()
    path = f"{root}-{run}.log"
    log = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    child = os.fork()
    if child == 0:
        encoder.encode(texts)
        os._exit(0)
    if kill:
        time.sleep(rng.uniform(0.002, 0.12))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        losses.append(os.stat(path).st_size - (kept() - before))
    runs.append(child)
if not kill:
    assert all(os.waitpid(child, 0)[1] == 0 for child in runs)
print(json.dumps({"losses": losses, "kept": kept()}))
"""


def run_workers(root, n_runs, mode):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", WORKER, str(root), str(n_runs), mode]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def all_texts():
    return [f"the river number {number} runs to the sea" for number in range(6000)]


def test_kill_9_twenty_times_loses_a_shard_at_most(tmp_path, static):
    figures = run_workers(tmp_path / "store", 20, "kill")
    assert len(figures["losses"]) == 20
    assert max(figures["losses"]) <= 64, figures
    assert figures["kept"] > 0
    encoder = load_encoder("static", store=tmp_path / "store")
    np.testing.assert_allclose(encoder.encode(all_texts()), static.encode(all_texts()), atol=1e-6)
    assert not list(tmp_path.rglob("*.corrupt"))
    kept = encoder.store.spaces()["n_vectors"].tolist()
    assert kept == [6000], "each text once: nothing that was kept is computed again"


def test_two_processes_on_one_store(tmp_path, static):
    run_workers(tmp_path / "store", 2, "together")
    encoder = load_encoder("static", store=tmp_path / "store")
    np.testing.assert_allclose(encoder.encode(all_texts()), static.encode(all_texts()), atol=1e-6)
    assert not list(tmp_path.rglob("*.corrupt"))
    assert not list(tmp_path.rglob(".tmp-*"))
