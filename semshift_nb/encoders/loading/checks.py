"""What a model's folder must be before anything in it is loaded."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from semshift_nb.encoders.loading.folders import (
    listed_modules,
    model_files,
    read_object,
    weight_files,
)
from semshift_nb.encoders.texts import SHORTEST
from semshift_nb.errors import InputError
from semshift_nb.names import SIMILARITIES
from semshift_nb.permissions import how_to_permit
from semshift_nb.validation import is_whole

_OURS = "sentence_transformers."
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "tokenizer*.py")
_READERS = ("Transformer", "StaticEmbedding")
# By what a folder says of itself: of which kind its model is, in words.
_KINDS = {
    "sparse_encoder": "a sparse encoder (SPLADE or its like)",
    "cross_encoder": "a cross-encoder, which scores pairs of texts",
    "multi_vector_encoder": "a model of many vectors a text (ColBERT or its like)",
    "SparseEncoder": "a sparse encoder (SPLADE or its like)",
    "CrossEncoder": "a cross-encoder, which scores pairs of texts",
    "MultiVectorEncoder": "a model of many vectors a text (ColBERT or its like)",
}
_TASKS = {
    "ForSequenceClassification": "a classifier of texts, or a cross-encoder",
    "ForTokenClassification": "a classifier of tokens",
    "ForQuestionAnswering": "a model that answers questions",
    "ForMultipleChoice": "a model that chooses among answers",
    "ForNextSentencePrediction": "a model that scores pairs of sentences",
}
_MASKED = "ForMaskedLM"
_COLBERT = ("ColBERT", "ForRetrieval")
_LFS = b"version https://git-lfs"
_STORED = (".json", ".txt", ".model", ".safetensors", ".bin")


def check_folder(folder: Path, allow: Collection[str]) -> None:
    """Refuse a folder that is no whole model of dense vectors, or needs what was not allowed."""
    _check_pointers(folder.iterdir())
    _check_modules(folder, allow)
    _check_pointers(model_files(folder))
    _check_adapter(folder)
    _check_kind(folder)
    _check_weight_files(folder, allow)
    _check_code(folder, allow)
    for place in _reading(folder):
        _check_vocabulary(place)
        _check_length(place)
    _check_sizes(folder)


def has_own_pooling(folder: Path) -> bool:
    """Say whether the folder tells how tokens become one vector, or none is needed."""
    return bool(listed_modules(folder))


def declared_similarity(folder: Path) -> str:
    """Return by what the folder says that its vectors are compared, or refuse what is none."""
    path = folder / "config_sentence_transformers.json"
    said = read_object(path).get("similarity_fn_name")
    if said is None:
        return SIMILARITIES[0]
    if said not in SIMILARITIES:
        raise InputError(
            f"{path} says similarity_fn_name {said!r:.60}: expected null or one of "
            f"{', '.join(SIMILARITIES)}. Write one there."
        )
    return str(said)


def _check_adapter(folder: Path) -> None:
    places = [place / "adapter_config.json" for place in _places(folder)]
    for path in [path for path in places if path.exists()]:
        base = read_object(path).get("base_model_name_or_path")
        raise InputError(
            f"{folder} is a LoRA adapter for {base!r:.80}, no whole model: merge it first (in "
            "Python with the package peft: load the base with it, call merge_and_unload, then "
            "save_pretrained), and name the merged model's folder."
        )


def _check_modules(folder: Path, allow: Collection[str]) -> None:
    inside = folder.resolve()
    for path, kind in listed_modules(folder):
        place = (folder / path).resolve()
        if Path(path).is_absolute() or not place.is_relative_to(inside):
            raise InputError(
                f"{folder} names a module outside of itself ({path!r:.80}): expected a folder in "
                "it. Copy the whole model again."
            )
        _check_type(folder, kind, allow)


def _check_type(folder: Path, kind: str, allow: Collection[str]) -> None:
    if not kind.startswith(_OURS):
        if "remote-code" not in allow:
            raise InputError(
                f"{folder} asks for code of its own ({kind:.80}): read that code, and if you trust "
                f"it {how_to_permit('remote-code', 'load_encoder')}."
            )
        return
    _refuse_kind(folder, next((what for part, what in _KINDS.items() if part in kind), None))
    if not _is_module(kind):
        raise InputError(
            f"{folder} names {kind!r:.100} as a module of the model: expected a class of "
            "sentence-transformers' modules. Copy the model again, or install the version of "
            "sentence-transformers that it was made with."
        )


def _is_module(kind: str) -> bool:
    import torch
    from sentence_transformers.util import import_from_string

    try:
        found: object = import_from_string(kind)
    except (ImportError, AttributeError, ValueError):
        return False
    return isinstance(found, type) and issubclass(found, torch.nn.Module)


def _check_kind(folder: Path) -> None:
    """Refuse models whose output is no dense vector of a text, by what they say they are."""
    said = read_object(folder / "config_sentence_transformers.json").get("model_type")
    _refuse_kind(folder, _KINDS.get(said) if isinstance(said, str) else None)
    if has_own_pooling(folder):
        return
    named = read_object(folder / "config.json").get("architectures") or []
    for name in [name for name in named if isinstance(name, str)]:
        _refuse_kind(folder, next((w for end, w in _TASKS.items() if name.endswith(end)), None))
        if any(part in name for part in _COLBERT):
            _refuse_kind(folder, _KINDS["MultiVectorEncoder"])
        if name.endswith(_MASKED) and "splade" in folder.resolve().as_posix().lower():
            _refuse_kind(folder, _KINDS["SparseEncoder"])


def _refuse_kind(folder: Path, what: str | None) -> None:
    if what is not None:
        raise InputError(
            f"{folder} holds {what}, and this product measures models that make one dense vector "
            "of a text: name such a model."
        )


def _check_pointers(files: Iterable[Path]) -> None:
    for path in files:
        if path.is_file() and path.suffix in _STORED and _begins(path, _LFS):
            raise InputError(
                f"{path} is a pointer of git-lfs, not the file itself: run git lfs pull in the "
                "model's folder."
            )


def _begins(path: Path, start: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(start)) == start


def _check_weight_files(folder: Path, allow: Collection[str]) -> None:
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
            f"save_pretrained), or {how_to_permit('pickle', 'load_encoder')}."
        )


def _check_code(folder: Path, allow: Collection[str]) -> None:
    if "remote-code" in allow:
        return
    from transformers import CONFIG_MAPPING

    for place in _places(folder):
        config = read_object(place / "config.json")
        kind, own = config.get("model_type"), config.get("auto_map")
        if own and not (isinstance(kind, str) and kind in CONFIG_MAPPING):
            raise InputError(
                f"{folder} asks for code of its own (auto_map in {place / 'config.json'}): read "
                f"that code, and if you trust it {how_to_permit('remote-code', 'load_encoder')}."
            )


def _check_vocabulary(place: Path) -> None:
    if not any(next(place.glob(name), None) for name in _VOCABULARIES):
        raise InputError(
            f"{place} holds no tokenizer: expected tokenizer.json, vocab.txt, vocab.json or a "
            "sentencepiece .model there, for without it every text would be read as noise. Copy "
            "the whole model again."
        )


def _check_length(place: Path) -> None:
    path = place / "sentence_bert_config.json"
    length = read_object(path).get("max_seq_length")
    if length is not None and not is_whole(length, least=SHORTEST):
        raise InputError(
            f"{path} says max_seq_length {length!r:.60}: expected null or a whole number of at "
            f"least {SHORTEST} (special tokens count). Write one there."
        )


def _reading(folder: Path) -> Iterator[Path]:
    """List where a tokenizer must lie: beside each module that reads texts."""
    modules = listed_modules(folder)
    if not modules:
        yield folder
    for path, kind in modules:
        if kind.startswith(_OURS) and kind.endswith(_READERS):
            yield folder / path


def _places(folder: Path) -> list[Path]:
    return [folder, *(folder / path for path, _ in listed_modules(folder) if path)]


def _check_sizes(folder: Path) -> None:
    """Refuse sizes that the weights cannot have, before room is made for them."""
    for place in filter(Path.is_dir, _places(folder)):  # git keeps no folder of a Normalize
        config = read_object(place / "config.json")
        n_bytes = sum(path.stat().st_size for path in place.iterdir() if path.is_file())
        n_layers = min(n_bytes, _n_tensors(place) or n_bytes)
        for name, size in _sizes(config):
            most = n_layers if "layer" in name or "block" in name else n_bytes
            if size > most or size < 0 or (size == 0 and name in _LAYERS):
                raise InputError(
                    f"{place / 'config.json'} says {name} {size}, which the weights beside it "
                    f"({n_bytes:,} bytes) cannot have: copy the whole model again."
                )


_LAYERS = ("num_hidden_layers", "n_layers", "num_layers", "n_layer")
_SIZES = (
    *_LAYERS,
    *("hidden_size", "dim", "d_model", "n_embd", "intermediate_size", "hidden_dim", "d_ff", "d_kv"),
    *("vocab_size", "type_vocab_size", "embedding_size", "num_attention_heads", "n_heads"),
    *("num_heads", "n_head", "head_dim", "num_key_value_heads", "in_features", "out_features"),
)


def _sizes(config: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for name in _SIZES:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            yield name, value


def _n_tensors(place: Path) -> int:
    total = 0
    for path in place.glob("*.safetensors"):
        try:
            with safe_open(path, framework="np") as weights:
                total += len(list(weights.keys()))
        except (SafetensorError, OSError):
            return 0  # told when it is loaded
    return total
