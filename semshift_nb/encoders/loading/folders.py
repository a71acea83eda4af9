"""From a model's name to a folder on this machine that is safe to load."""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import safe_open

from semshift_nb.encoders.loading.bundled import file_sha256
from semshift_nb.errors import InputError
from semshift_nb.files import check_path

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

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


def check_folder(folder: Path, allow: Collection[str]) -> None:
    """Refuse a folder without weights, with pickled weights, or with code of its own."""
    weights = weight_files(folder, pickled=True)
    if not weights:
        raise InputError(
            f"{folder} holds no weights: expected model.safetensors there or in a module's folder. "
            "Copy the whole model, or name another one."
        )
    safe = {path.parent for path in weights if path.suffix == ".safetensors"}
    unsafe = [path for path in weights if path.parent not in safe]
    if unsafe and "pickle" not in allow:
        raise InputError(
            f"{unsafe[0]} is a pickle, which can run code when it is loaded, and there is no "
            "safetensors file beside it. Convert the model (load it where you trust it and call "
            'save_pretrained), or write load_encoder(..., allow=("pickle",)).'
        )
    types = [kind for _, kind in _modules(folder)]
    foreign = [kind for kind in types if not kind.startswith("sentence_transformers.")]
    if foreign and "remote-code" not in allow:
        raise InputError(
            f"{folder} asks for code of its own ({foreign[0]}): read that code, and if you trust "
            'it write load_encoder(..., allow=("remote-code",)).'
        )


def weight_files(folder: Path, *, pickled: bool) -> list[Path]:
    """List a model's weights."""
    endings = (".safetensors", *(PICKLED if pickled else ()))
    return [path for path in model_files(folder) if path.name.endswith(endings)]


def model_files(folder: Path) -> list[Path]:
    """List the files that a model can be loaded from.

    A folder often holds more: exports for other engines, checkpoints of the training. Only what
    lies in the folder itself and in its modules' folders is ever loaded.
    """
    inside = {path for name, _ in _modules(folder) if name for path in (folder / name).rglob("*")}
    return sorted(path for path in {*folder.iterdir(), *inside} if path.is_file())


def _modules(folder: Path) -> list[tuple[str, str]]:
    """List the modules' folders and types, those behind a router included."""
    found = [
        (str(module["path"]), str(module["type"])) for module in _json(folder / "modules.json")
    ]
    for parent in ["", *(path for path, _ in found if path)]:
        routes = dict(_json(folder / parent / "router_config.json")).get("types", {})
        found += [(f"{parent}/{path}".lstrip("/"), str(kind)) for path, kind in routes.items()]
    return found


def _json(path: Path) -> Any:  # noqa: ANN401  (whatever the model's author wrote)
    if not path.is_file():
        return []
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except ValueError as error:
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
        "and nothing is downloaded unless you say so: name a folder, or write "
        'load_encoder(..., allow=("download",)).'
    )


_LEAST_SHARE = 0.5
# What a model that sends queries and documents different ways puts before a module's own names.
_ROUTES = re.compile(r"^(\d+\.sub_modules\.[^.]+\.)+")


def check_weights(model: "SentenceTransformer", files: list[Path], folder: Path) -> None:
    """Refuse a model most of whose parameters are not in its files."""
    held = {tail for path in files for key in _keys(path) for tail in _tails(key)}
    names = [name for name, _ in model.named_parameters()]
    missing = [name for name in names if not _tails(name) & held]
    if held and len(missing) > (1 - _LEAST_SHARE) * len(names):
        raise InputError(
            f"the weights in {folder} do not belong to its config: {len(missing)} of {len(names)} "
            f"parameters are not in them ({missing[0]}, say) and would be random numbers. Copy the "
            "whole model again."
        )


def _keys(path: Path) -> list[str]:
    with safe_open(path, framework="np") as weights:
        return list(weights.keys())


def _tails(name: str) -> set[str]:
    """Give a name, and it without its first parts, which libraries prefix in their own ways."""
    parts = _ROUTES.sub("", name).split(".")
    return {".".join(parts[start:]) for start in range(max(1, min(4, len(parts) - 1)))}


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
