"""Load an encoder by name."""

import hashlib
import json
import os
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from semshift_nb.encoders.cache import VectorCache
from semshift_nb.encoders.encoder import Encoder, ModelIdentity
from semshift_nb.encoders.loading.checks import (
    check_folder,
    declared_similarity,
    has_own_pooling,
)
from semshift_nb.encoders.loading.folders import (
    ModelFolder,
    bundled_folder,
    bundled_revision,
    find_folder,
    fingerprint,
    weight_files,
)
from semshift_nb.encoders.spec import EncodingSpec
from semshift_nb.encoders.store.store import Store, default_root
from semshift_nb.encoders.texts import check_max_length, check_prompts
from semshift_nb.errors import InputError, SemshiftError, by_door
from semshift_nb.permissions import check_permissions, how_to_permit

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from semshift_nb.encoders.backends.protocol import Backend


_BUNDLED = ("minilm", "static")
_POOLINGS = ("mean", "cls", "max")
_DTYPES = ("float32", "bfloat16", "float16")
_REASON = 300


@dataclass(frozen=True)
class _Options:
    max_length: int | None
    pooling: str | None
    dtype: str
    device: str | None
    allow: Collection[str]
    prompts: dict[str, str]


def load_encoder(
    name: str = "minilm",
    *,
    max_length: int | None = None,
    pooling: str | None = None,
    dtype: str | None = None,
    device: str | None = None,
    store: Store | str | os.PathLike[str] | None = "default",
    allow: Collection[str] = (),
    prompts: Mapping[str, str] | None = None,
) -> Encoder:
    """Load an encoder from this machine.

    Parameters
    ----------
    name : str
        ``"minilm"``, the bundled all-MiniLM-L6-v2; ``"static"``, a control without attention: the
        mean of that model's input token embeddings; a folder with a sentence-transformers model;
        or a hub name whose model lies in the local cache.
    max_length : int, optional
        The most tokens of a text that the model sees; its own limit (256 for minilm) if left out,
        at most the positions it has (512 for minilm). ``"static"`` has no limit unless given one.
    pooling : {"mean", "cls", "max"}, optional
        How token vectors become one; the model's own way if left out.
    dtype : {"float32", "bfloat16", "float16"}, optional
        Number format of the layers, float32 if left out; pooling and lengths are in float32 always.
    device : str, optional
        As torch names it; the best there is if left out.
    store : Store, path, "default" or None
        Where vectors are kept; None keeps nothing.
    allow : collection of {"download", "pickle", "remote-code"}
        What is permitted besides safetensors on this machine: to fetch the model over the network,
        to load pickled weights, to run code that comes with the model.
    prompts : mapping of {"query", "document"} to str, optional
        What goes before the texts of a role, where the model needs it and its folder does not
        bring it (``{"query": "query: ", "document": "passage: "}`` for E5). It replaces the
        model's own, counts as tokens, and keeps vectors apart from those with other prompts.

    Returns
    -------
    Encoder
        Ready to encode.

    Raises
    ------
    InputError
        If there is no such model here, its folder holds no weights or needs something that was not
        allowed, or a setting does not fit it.
    SemshiftError
        If the bundled model's files are not the published ones.

    Warns
    -----
    GuessedPoolingWarning
        If the folder does not say how tokens become one vector, and ``pooling`` does not either.

    References
    ----------
    Reimers and Gurevych, "Sentence-BERT", EMNLP 2019.

    Examples
    --------
    >>> load_encoder("static", store=None).dim
    384
    """
    dtype = dtype or "float32"
    permitted = check_permissions(allow)
    _check_choice("dtype", dtype, _DTYPES)
    _check_choice("pooling", pooling, (None, *_POOLINGS))
    max_length = None if max_length is None else check_max_length(max_length)
    _check_device(device)
    found = _find(name, permitted)
    options = _Options(max_length, pooling, dtype, device, permitted, check_prompts(prompts))
    similarity = declared_similarity(found.path)
    kind = "static" if name == "static" else "model"
    make = _static_backend if kind == "static" else _model_backend
    weights = weight_files(found.path, pickled="pickle" in permitted)
    backend = make(found.path, options)
    hashed = _with_prompts(fingerprint(found.path, weights, kind=kind), options.prompts)
    guessed = pooling is None and name not in _BUNDLED and not has_own_pooling(found.path)
    identity = ModelIdentity(found.name, found.revision, hashed, guessed, similarity)
    if guessed:
        warnings.warn(_guess(found.path, backend.pooling), GuessedPoolingWarning, stacklevel=2)
    spec = EncodingSpec(backend.max_length)
    return Encoder(backend, identity, spec, VectorCache(_open_store(store)))


class GuessedPoolingWarning(UserWarning):
    """A model's folder does not say how tokens become one vector, so that it was guessed.

    Examples
    --------
    >>> import warnings
    >>> warnings.filterwarnings("ignore", category=GuessedPoolingWarning)
    """


def _guess(folder: Path, pooling: str) -> str:
    advice = by_door(
        'hand in pooling="mean", "cls" or "max" where you know which it was trained with',
        "look up with which it was trained",
    )
    return (
        f"{folder} has no modules.json, so it does not say how tokens become one vector: "
        f"{pooling!r} was guessed; {advice}."
    )


def _with_prompts(hashed: str, prompts: dict[str, str]) -> str:
    if not prompts:
        return hashed
    told = json.dumps(prompts, sort_keys=True)
    return hashlib.sha256(f"{hashed} prompts {told}".encode()).hexdigest()


def _find(name: str | os.PathLike[str], allow: Collection[str]) -> ModelFolder:
    if not isinstance(name, str | os.PathLike):
        raise InputError(f"name is {name!r}: expected a model's name or folder.")
    if name in _BUNDLED:
        return ModelFolder(bundled_folder(), str(name), bundled_revision())
    found = find_folder(os.fspath(name), allow)
    try:
        check_folder(found.path, allow)
    except OSError as error:
        raise InputError(
            f"{error.filename or found.path} cannot be read ({error.strerror}): check the model's "
            "folder and its permissions."
        ) from error
    return found


# The imports below take seconds, and loading the library should not: they wait until needed.
def _static_backend(folder: Path, options: _Options) -> "Backend":
    from semshift_nb.encoders.backends.static import load_static

    if options.pooling not in (None, "mean"):
        raise InputError(f"pooling={options.pooling!r}: static is always a mean; leave it out.")
    if options.prompts:
        asked = by_door("prompts", "--query-prompt or --document-prompt")
        raise InputError(f"{asked} was given, but static was trained with none: leave it out.")
    return load_static(
        folder,
        max_length=options.max_length,
        dtype=options.dtype,
        device=options.device or "cpu",
    )


def _model_backend(folder: Path, options: _Options) -> "Backend":
    from semshift_nb.encoders.backends.model_config import prepare
    from semshift_nb.encoders.backends.sentence_transformer import TransformerBackend
    from semshift_nb.encoders.loading.weights import check_tokens, check_weights

    with _refusing(folder, options.allow):
        model = load_model(folder, dtype=options.dtype, device=options.device, allow=options.allow)
        check_weights(model, folder)
        check_tokens(model, folder)
        prepared = prepare(
            model,
            max_length=options.max_length,
            pooling=options.pooling,
            prompts=options.prompts,
        )
        return TransformerBackend(prepared)


def _open_store(store: Store | str | os.PathLike[str] | None) -> Store | None:
    if store is None or isinstance(store, Store):
        return store
    return Store(default_root() if store == "default" else Path(store))


def _check_choice(parameter: str, chosen: str | None, choices: Collection[str | None]) -> None:
    if chosen not in choices:
        there = ", ".join(repr(name) for name in choices if name)
        raise InputError(f"{parameter}: got {chosen!r:.60}, expected one of {there}.")


def _check_device(device: str | None) -> None:
    if device is None:
        return
    import torch

    try:
        torch.zeros(1, device=device).tolist()  # which meta, where nothing is computed, refuses
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f'device {device!r} cannot be used here ({reason}): expected for example "cpu" or '
            '"cuda", or nothing for the best there is.'
        ) from error


def load_model(
    folder: Path,
    *,
    dtype: str,
    device: str | None,
    allow: Collection[str],
) -> "SentenceTransformer":
    """Load a model that ``check_folder`` let through."""
    from sentence_transformers import SentenceTransformer

    options = {} if "pickle" in allow else {"use_safetensors": True}
    return SentenceTransformer(
        str(folder),
        device=device,
        local_files_only=True,
        trust_remote_code="remote-code" in allow,
        model_kwargs={"dtype": dtype, **options},
    )


@contextmanager
def _refusing(folder: Path, allow: Collection[str]) -> Iterator[None]:
    """Say of whatever a stranger's folder provokes in other libraries that it cannot be loaded."""
    try:
        with _quietly():
            yield
    except SemshiftError:
        raise
    except Exception as error:
        if "trust_remote_code" in str(error) and "remote-code" not in allow:
            permit = how_to_permit("remote-code", "load_encoder")
            advice = f"Read the code that it asks for; if you trust it {permit}."
        else:
            advice = "Copy it again, or name another one."
        raise InputError(
            f"{folder} could not be loaded as a sentence-transformers model "
            f"({type(error).__name__}: {shorten(str(error), _REASON)}). {advice}"
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    from transformers.utils import logging

    # A bar says nothing about the work asked for; weights that are missing are refused by us.
    shown, told = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(told)
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
