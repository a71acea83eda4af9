"""One small model with random weights for each family of attention, and a plain reference."""

import sys
from collections.abc import Callable

import torch
import transformers as tf

SHARED = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
    "pad_token_id": 0,
}
GROUPED = {**SHARED, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}
WINDOW = {"sliding_window": 4}

FAMILIES: dict[str, Callable[[], tuple[type[tf.PreTrainedModel], tf.PreTrainedConfig]]] = {
    "bert": lambda: (tf.BertModel, tf.BertConfig(**SHARED)),
    "roberta": lambda: (tf.RobertaModel, tf.RobertaConfig(**SHARED)),
    "xlm_roberta": lambda: (tf.XLMRobertaModel, tf.XLMRobertaConfig(**SHARED)),
    "distilbert": lambda: (
        tf.DistilBertModel,
        tf.DistilBertConfig(
            vocab_size=60, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=40
        ),
    ),
    "albert": lambda: (tf.AlbertModel, tf.AlbertConfig(**SHARED, embedding_size=8)),
    "electra": lambda: (tf.ElectraModel, tf.ElectraConfig(**SHARED, embedding_size=8)),
    "mpnet": lambda: (tf.MPNetModel, tf.MPNetConfig(**{**SHARED, "pad_token_id": 1})),
    "t5": lambda: (
        tf.T5EncoderModel,
        tf.T5Config(vocab_size=60, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2),
    ),
    "modernbert": lambda: (
        tf.ModernBertModel,
        tf.ModernBertConfig(
            **SHARED,
            local_attention=4,
            layer_types=["full_attention", "sliding_attention"],
            bos_token_id=1,
            eos_token_id=2,
            cls_token_id=1,
            sep_token_id=2,
        ),
    ),
    "nomic_bert": lambda: (tf.NomicBertModel, tf.NomicBertConfig(**SHARED)),
    "gte": lambda: (tf.GteModel, tf.GteConfig(**SHARED)),
    "jina_v3": lambda: (tf.JinaEmbeddingsV3Model, tf.JinaEmbeddingsV3Config(**SHARED)),
    "eurobert": lambda: (
        tf.EuroBertModel,
        tf.EuroBertConfig(**{**SHARED, "num_attention_heads": 4}, num_key_value_heads=2),
    ),
    "deberta_v2": lambda: (
        tf.DebertaV2Model,
        tf.DebertaV2Config(
            **SHARED,
            relative_attention=True,
            pos_att_type=["c2p", "p2c"],
            position_buckets=4,
            norm_rel_ebd="layer_norm",
        ),
    ),
    "qwen3": lambda: (tf.Qwen3Model, tf.Qwen3Config(**GROUPED)),
    "mistral": lambda: (tf.MistralModel, tf.MistralConfig(**GROUPED, **WINDOW)),
    "gemma3": lambda: (
        tf.Gemma3TextModel,
        tf.Gemma3TextConfig(
            **GROUPED,
            **WINDOW,
            layer_types=["sliding_attention", "full_attention"],
            query_pre_attn_scalar=8,
        ),
    ),
    "gemma3_bidirectional": lambda: (
        tf.Gemma3TextModel,
        tf.Gemma3TextConfig(
            **GROUPED,
            **WINDOW,
            layer_types=["sliding_attention", "full_attention"],
            use_bidirectional_attention=True,
        ),
    ),
}

# These two have a softmax of their own and are never given to a fused kernel.
OWN_SOFTMAX = {"mpnet", "deberta_v2"}
# These, run eagerly, compute their softmax in float32 whatever the model's number format is (and
# so have rows of NaN in float64, where a mask in float64 has no equal in float32).
UPCAST = {"modernbert", "eurobert", "qwen3", "mistral", "gemma3", "gemma3_bidirectional"}
KINDS = [
    (family, kernel)
    for family in FAMILIES
    for kernel in ("sdpa", "eager")
    if kernel == "eager" or family not in OWN_SOFTMAX
]
LENGTHS = [9, 1, 6]


def tiny(family: str, kernel: str, dtype: torch.dtype = torch.float64) -> tf.PreTrainedModel:
    """Make a model whose attention is far from even; the same numbers at every call."""
    tf.set_seed(0)
    kind, config = FAMILIES[family]()
    model = kind._from_config(config, attn_implementation=kernel, dtype=torch.float64).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.normal_(std=0.4)
    return model.to(dtype)


def ragged(*, left: bool = False, lengths: list[int] | None = None) -> dict[str, torch.Tensor]:
    """Make a batch of texts of different lengths."""
    lengths = LENGTHS if lengths is None else lengths
    rng = torch.Generator().manual_seed(1)
    mask = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
    ids = torch.randint(3, 60, mask.shape, generator=rng)
    for row, length in zip(mask, lengths, strict=True):
        row[-length:] = 1
        if not left:
            row.copy_(row.flip(0))
    return {"input_ids": ids * mask, "attention_mask": mask}


def hidden(model: tf.PreTrainedModel, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    with torch.inference_mode():
        return model(**batch).last_hidden_state


def real(states: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Keep the rows of tokens: what padding attends to is nobody's business."""
    return states[batch["attention_mask"] != 0]


def plain_model(family: str, taus: list[torch.Tensor | float], monkeypatch) -> tf.PreTrainedModel:
    """Make the model in float64 with its attention written out by hand, one tau a layer."""
    model = tiny(family, "eager")
    model.plain_weights = []
    place = iter(range(10**6))
    if family in OWN_SOFTMAX:
        for module in model.modules():
            if type(module).__name__ in ("MPNetSelfAttention", "DisentangledSelfAttention"):
                by_logarithm(module, taus[next(place)], model.plain_weights)
        return model

    def attention(module, query, key, value, mask, scaling=None, position_bias=None, **_):
        n_shared = query.shape[1] // key.shape[1]
        key, value = (states.repeat_interleave(n_shared, dim=1) for states in (key, value))
        scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key) * scaling
        scores = scores if position_bias is None else scores + position_bias
        scores = scores / taus[next(place) % len(taus)]
        if mask is not None:
            scores = scores.masked_fill(mask < -1e30, -1e30)
        weights = (scores - scores.amax(dim=-1, keepdim=True)).exp()
        weights = weights / weights.sum(dim=-1, keepdim=True)
        model.plain_weights.append(weights)
        return (weights @ value).transpose(1, 2), weights

    file = sys.modules[type(model).__module__]
    monkeypatch.setattr(file, "eager_attention_forward", attention)
    return model


def by_logarithm(
    module: torch.nn.Module, tau: torch.Tensor | float, seen: list[torch.Tensor]
) -> None:
    """Temper a module's attention from outside, by what its untouched attention comes to.

    A row's constant drops out of a softmax, so softmax(scores / tau) = softmax(log softmax(scores)
    / tau), with no need to know how the scores came about.
    """
    untouched = module.forward
    values = module.v if hasattr(module, "v") else module.value_proj

    def forward(hidden_states, attention_mask, *args, **kwargs):
        known = {**kwargs, "output_attentions": True}
        if args and hasattr(module, "v"):
            known["position_bias"] = args[0]
        _, weights = untouched(hidden_states, attention_mask, **known)
        weights = torch.softmax(weights.log() / tau, dim=-1)
        seen.append(weights)
        n_texts, n_tokens, _ = hidden_states.shape
        value = values(hidden_states).view(n_texts, n_tokens, weights.shape[1], -1)
        context = torch.einsum("bhqk,bkhd->bqhd", weights, value).flatten(2)
        return (module.o(context) if hasattr(module, "o") else context), weights

    module.forward = forward
