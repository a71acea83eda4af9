"""From a model's name to a folder on this machine that is safe to load."""

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from semshift_nb.encoders.loading.bundled import file_sha256
from semshift_nb.errors import InputError, by_door
from semshift_nb.files import check_path

PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
# Exports for other engines: nothing here loads them.
_EXPORTS = {"onnx", "openvino"}


@dataclass(frozen=True)
class ModelFolder:
    """A model on this machine."""

    path: Path
    name: str
    revision: str


def find_folder(name: str, allow: Collection[str]) -> ModelFolder:
    """Find a model's folder: a local one, or the hub's copy in the local cache."""
    path = check_path(name)
    if path.is_dir():
        return ModelFolder(path, path.resolve().name, "local")
    if path.exists():
        raise InputError(f"{path} is a file: name the model's folder, which holds config.json.")
    # A bare name is one of sentence-transformers' own models, as it is there.
    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        found = snapshot_download(
            repository,
            cache_dir=os.getenv("SENTENCE_TRANSFORMERS_HOME"),
            local_files_only="download" not in allow,
            allow_patterns=_patterns(allow),
            ignore_patterns=[f"{folder}/*" for folder in _EXPORTS],
        )
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError) as error:
        raise InputError(_not_found(name, repository, allow, error)) from error
    return ModelFolder(Path(found), name, Path(found).name)


def weight_files(folder: Path, *, pickled: bool) -> list[Path]:
    """List a model's weights."""
    endings = (".safetensors", *(PICKLED if pickled else ()))
    return [path for path in model_files(folder) if path.name.endswith(endings)]


def model_files(folder: Path) -> list[Path]:
    """List the files that a model can be loaded from.

    A folder often holds more: exports for other engines, checkpoints of the training. Only what
    lies in the folder itself and in its modules' folders is ever loaded.
    """
    places = [folder / name for name, _ in listed_modules(folder) if name]
    inside = {path for place in places for path in place.rglob("*")}
    return sorted(path for path in {*folder.iterdir(), *inside} if path.is_file())


def listed_modules(folder: Path) -> list[tuple[str, str]]:
    """List the modules' folders and types, those behind a router included."""
    path = folder / "modules.json"
    listed = read_json(path, [])
    sound = isinstance(listed, list) and all(_is_module(module) for module in listed)
    if not sound or (not listed and path.exists()):
        raise InputError(
            f"{path} is no list of modules, each with a path and a type: copy the model again."
        )
    found = [(module["path"], module["type"]) for module in listed]
    for parent in ["", *(path for path, _ in found if path)]:
        routes = read_object(folder / parent / "router_config.json").get("types", {})
        if not isinstance(routes, dict):
            raise InputError(f"{folder / parent / 'router_config.json'}: types is no JSON object.")
        found += [(f"{parent}/{path}".lstrip("/"), str(kind)) for path, kind in routes.items()]
    return found


def _is_module(module: object) -> bool:
    return isinstance(module, dict) and all(
        isinstance(module.get(name), str) and "\0" not in module[name] for name in ("path", "type")
    )


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty one where there is no file."""
    found = read_json(path, {})
    if not isinstance(found, dict):
        raise InputError(
            f"{path} holds {type(found).__name__}, expected a JSON object: copy the model again."
        )
    return found


def read_json(path: Path, without: object) -> Any:  # noqa: ANN401 - whatever the author wrote
    """Read a JSON file, or return what stands for none."""
    if not path.is_file():
        return without
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except (ValueError, RecursionError, OSError) as error:
        raise InputError(f"{path} is no JSON ({error}): copy the model again.") from error


def _patterns(allow: Collection[str]) -> list[str]:
    patterns = ["*.json", "*.safetensors", "*.txt", "*.model"]
    if "pickle" in allow:
        patterns += [f"*{ending}" for ending in PICKLED]
    if "remote-code" in allow:
        patterns.append("*.py")
    return patterns


def _not_found(name: str, repository: str, allow: Collection[str], error: Exception) -> str:
    if "download" in allow:
        return f"the model {repository!r} could not be downloaded: {error}"
    return (
        f"the model {name!r} is neither a folder here nor in the local cache (as {repository!r}), "
        "and nothing is downloaded unless you say so: name a folder, or "
        + by_door('write load_encoder(..., allow=("download",)).', "add --allow download.")
    )


# Settings, vocabularies and code; what only describes the model is left out.
_ENDINGS = {".json", ".txt", ".model", ".py"}
_DESCRIPTIONS = {"data_config.json", "model.safetensors.index.json", "requirements.txt"}


def fingerprint(folder: Path, weights: Iterable[Path], *, kind: str) -> str:
    """Hash a model's weights, tokenizer and settings."""
    settings = [
        path
        for path in model_files(folder)
        if path.suffix in _ENDINGS and path.name not in _DESCRIPTIONS
    ]
    total = hashlib.sha256(kind.encode())
    for path in sorted({*weights, *settings}):
        line = f"{path.relative_to(folder).as_posix()} {file_sha256(path)}\n"
        total.update(line.encode())
    return total.hexdigest()
