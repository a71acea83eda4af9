"""Model folders that somebody has meddled with: an error of ours, or a working encoder.

`SEMSHIFT_FUZZ` multiplies the number of folders. What loads must load again under another seed with
the same vectors: a fingerprint promises as much.
"""

import json
import os
import random
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from semshift_nb.encoders import load_encoder
from semshift_nb.errors import SemshiftError
from tests.encoders.material import tiny_model

FOLDERS = 25 * int(os.environ.get("SEMSHIFT_FUZZ", "1"))
LONGEST_S = 60  # a hang, on however slow a machine
LONGEST = 1500
TEXTS = ["A river runs through the valley.", "", "word " * 40]
VALUES = [
    *(None, True, False, -1, 0, 1, 2, 3, 7, 64, 10**9, 10**400, 0.5, -0.1, 1e300),
    *("", "abc", "../..", "/etc/passwd", "sentence_transformers.util.http_get", "\0", "\ud800"),
    *([], {}, [[]], {"a": {}}, ["mean"], "max", "float16", "gelu", "T5", "roberta"),
]
SETTINGS = [
    *("modules.json", "config.json", "config_sentence_transformers.json"),
    *("sentence_bert_config.json", "tokenizer_config.json", "special_tokens_map.json"),
    "1_Pooling/config.json",
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny", prompts={"query": "query: "})


def places(found: object) -> Iterator[tuple[object, object]]:
    """List every key or index in a JSON value, with what holds it."""
    keys = (
        found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    )
    for key in list(keys):
        yield found, key
        yield from places(found[key])


def set_a_value(path: Path, draw: random.Random) -> None:
    told = json.loads(path.read_text("utf8"))
    holder, key = draw.choice(list(places(told)))
    holder[key] = draw.choice(VALUES)
    path.write_text(json.dumps(told), "utf8")


def take_a_value(path: Path, draw: random.Random) -> None:
    told = json.loads(path.read_text("utf8"))
    holder, key = draw.choice(list(places(told)))
    del holder[key]
    path.write_text(json.dumps(told), "utf8")


def replace_all(path: Path, draw: random.Random) -> None:
    path.write_text(json.dumps(draw.choice(VALUES)), "utf8")


def cut_short(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def turn_a_byte(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[draw.randrange(min(len(content), 4000))] = draw.randrange(256)
    path.write_bytes(content)


def remove(path: Path, draw: random.Random) -> None:
    del draw
    path.unlink()


MEDDLING: list[Callable[[Path, random.Random], None]] = [
    *[set_a_value] * 4,
    *(take_a_value, replace_all, cut_short, turn_a_byte, remove),
]


def meddle(folder: Path, draw: random.Random) -> str:
    """Change one or two things, and say which."""
    told = []
    for _ in range(draw.choice([1, 1, 2])):
        how = draw.choice(MEDDLING)
        names = SETTINGS
        if how in (cut_short, turn_a_byte, remove):
            names = [*SETTINGS, "model.safetensors", "tokenizer.json", "vocab.txt"]
        path = folder / draw.choice(names)
        try:
            how(path, draw)
        except (OSError, ValueError, IndexError):
            continue  # what went before has left nothing to change here
        told.append(f"{how.__name__} {path.name}")
    return ", ".join(told)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise AssertionError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def vectors(folder: Path, seed: int) -> np.ndarray:
    torch.manual_seed(seed)
    encoder = load_encoder(str(folder), device="cpu", store=None)
    return encoder.encode_with_tokens(TEXTS, no_direction="zero").vectors


@pytest.mark.slow
def test_meddled_folders_are_refused_or_work(tiny, tmp_path):
    wrong, refused = [], 0
    for number in range(FOLDERS):
        folder = shutil.copytree(tiny, tmp_path / "copied", dirs_exist_ok=False)
        told = meddle(folder, random.Random(number))
        try:
            with at_most(LONGEST_S), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                first, second = vectors(folder, 1), vectors(folder, 2)
            if not np.allclose(first, second, atol=1e-5):
                wrong.append(f"{number}: {told}: other vectors at each load")
        except SemshiftError as error:
            refused += 1
            if len(str(error)) > LONGEST:
                wrong.append(f"{number}: {told}: a message of {len(str(error))} characters")
        except BaseException as error:  # noqa: BLE001 - a panic of a tokenizer is no Exception
            wrong.append(f"{number}: {told}: {type(error).__name__}: {str(error)[:200]}")
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)
    assert 0 < refused < FOLDERS
