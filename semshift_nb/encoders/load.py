"""Load an encoder by name."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from semshift_nb.encoders._bundled import bundled_folder, bundled_revision
from semshift_nb.encoders._fingerprint import fingerprint
from semshift_nb.encoders._folders import ModelFolder, check_folder, find_folder, weight_files
from semshift_nb.encoders.encoder import Encoder
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from semshift_nb.encoders._backend import Backend

def load_encoder(
    name: str = "minilm",
    *,
    max_length: int | None = None,
    pooling: str | None = None,
    dtype: str | None = None,
    device: str | None = None,
    store: object = "default",
    allow: Collection[str] = (),
) -> Encoder:
    """first version"""
    if name in ("minilm", "static"):
        found = ModelFolder(bundled_folder(), name, bundled_revision())
    else:
        found = find_folder(name, allow)
        check_folder(found.path, allow)
    if name == "static":
        from semshift_nb.encoders._static import StaticBackend
        backend = StaticBackend(found.path, max_length=max_length, dtype=dtype or "float32", device=device or "cpu")
    else:
        from semshift_nb.encoders._models import load_model
        from semshift_nb.encoders._transformer import TransformerBackend
        backend = TransformerBackend(load_model(found.path, dtype=dtype or "float32", device=device, allow=allow, max_length=max_length, pooling=pooling))
    return Encoder(backend, name=found.name, revision=found.revision, fingerprint=fingerprint(found.path, weight_files(found.path, pickled="pickle" in allow), kind="static" if name == "static" else "model"), store=None)
