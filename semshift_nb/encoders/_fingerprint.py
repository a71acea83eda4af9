"""What tells one model from another: a hash over all that makes its vectors."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from semshift_nb.encoders._bundled import file_sha256
from semshift_nb.encoders._folders import model_files

# Settings, vocabularies and code; what only describes the model is left out.
_ENDINGS = {".json", ".txt", ".model", ".py"}
_DESCRIPTIONS = {"data_config.json", "model.safetensors.index.json", "requirements.txt"}


def fingerprint(folder: Path, weights: Iterable[Path], *, kind: str) -> str:
    """Hash a model's weights, tokenizer and settings.

    Parameters
    ----------
    folder : Path
        The model's folder.
    weights : iterable of Path
        The files it is loaded from; they are read in pieces, so their size is no matter.
    kind : str
        How the files are used, for two encoders may share them.

    Returns
    -------
    str
        sha256 in hexadecimal.

    Raises
    ------
    SemshiftError
        If a file cannot be read, or the list of modules is no JSON.

    Examples
    --------
    Called by ``load_encoder``.
    """
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
