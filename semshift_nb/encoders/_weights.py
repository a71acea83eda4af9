"""Weights that belong to the model that was made from a config, and weights that do not.

Loading leaves a parameter that the file does not hold at a random value and only logs it: vectors
of a model that was never loaded look like vectors. A parameter or two may rightly be missing (a
pooler that nothing uses, names of older releases), so a model is refused when most are.
"""

import re
from pathlib import Path

from safetensors import safe_open
from sentence_transformers import SentenceTransformer

from semshift_nb.errors import InputError

_LEAST_SHARE = 0.5
# What a model that sends queries and documents different ways puts before a module's own names.
_ROUTES = re.compile(r"^(\d+\.sub_modules\.[^.]+\.)+")


def check_weights(model: SentenceTransformer, files: list[Path], folder: Path) -> None:
    """Refuse a model most of whose parameters are not in its files.

    Parameters
    ----------
    model : SentenceTransformer
        The model as loaded.
    files : list of Path
        Its safetensors files; a model out of a pickle, where allowed, is not checked.
    folder : Path
        Its folder, for the message.

    Raises
    ------
    InputError
        Saying how many are missing, and one of them.

    Examples
    --------
    Called by ``load_encoder``.
    """
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
