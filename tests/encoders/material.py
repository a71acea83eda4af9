"""Texts and small models for the encoders' tests."""

import shutil
from pathlib import Path

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
    set_seed,
)

from semshift_nb.encoders.loading.folders import bundled_folder

TOKENIZER_FILES = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
]

RAGGED = [
    "A river runs through the valley.",
    "",
    "   ",
    "\n\t",
    "  Spaces on both sides  ",
    "Bank.",
    "The committee met again on Thursday, and again nothing was decided. " * 6,
    "word " * 400,
    "المدينة القديمة تطل على البحر",
    "長い文章は、切られることがあります。",
    "🦉🌊 owls & waves",
    "UPPER lower MiXeD",
]


def reference_model(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"}
    )


def tiny_model(
    folder: Path,
    *,
    kind: str = "bert",
    pooling: str | tuple[str, ...] = "mean",
    include_prompt: bool = True,
    prompts: dict[str, str] | None = None,
    default_prompt: str | None = None,
    dense: bool = False,
    max_length: int = 32,
    similarity: str | None = None,
) -> Path:
    """Save a small model with random weights and the bundled model's vocabulary."""
    base = folder.with_name(f"{folder.name}-base")
    shared = {
        "vocab_size": 30522,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "initializer_range": 0.5,
    }
    set_seed(0)
    _random_model(kind, shared).save_pretrained(base)
    for name in TOKENIZER_FILES:
        shutil.copy(bundled_folder() / name, base / name)
    transformer = Transformer(str(base), max_seq_length=max_length)
    layer = Pooling(16, pooling, include_prompt=include_prompt)
    modules = [transformer, layer]
    if dense:
        modules += [Dense(layer.get_embedding_dimension(), 8), Normalize()]
    model = SentenceTransformer(
        modules=modules,
        device="cpu",
        prompts=prompts,
        default_prompt_name=default_prompt,
        similarity_fn_name=similarity,
    )
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def _random_model(kind: str, shared: dict[str, float]) -> PreTrainedModel:
    if kind == "bert":
        return BertModel(BertConfig(**shared, max_position_embeddings=64))
    if kind == "roberta":
        return RobertaModel(RobertaConfig(**shared, max_position_embeddings=66, pad_token_id=1))
    vocabulary = {"vocab_size": shared["vocab_size"]}
    if kind == "distilbert":
        sizes = {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
        return DistilBertModel(DistilBertConfig(**vocabulary, **sizes, max_position_embeddings=64))
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 3, "num_heads": 2}
    return T5EncoderModel(T5Config(**vocabulary, **sizes, initializer_factor=0.5))
