"""The remedies by name, each with the settings that are tried."""

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from semshift_nb import measures
from semshift_nb.analyses.attention.calibration import calibrated_schedule
from semshift_nb.analyses.remedies import parts, vectors
from semshift_nb.analyses.remedies.pipeline import Stage, Step, Steps
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, entropy_matched
from semshift_nb.errors import InputError, option
from semshift_nb.names import count, listed

_TAUS = (0.9,)
"""Each costs a pass of the model over all texts; `retrieval` compares as many as one likes."""

_N_REFERENCE = 128
_OVERLAP = 64
_SEED = 0
"""Of dimensions drawn at random, and of centres."""

Variants: TypeAlias = Callable[[Encoder], Sequence[tuple[str, Any]]]
"""The settings of a remedy, the usual one first, each with what it does."""


class Remedy(NamedTuple):
    """A remedy: where it is taken, what it does in words, and its settings."""

    stage: Stage
    does: str
    variants: Variants

    @property
    def kind(self) -> str:
        """What it is done to."""
        return self.stage.name.lower()


def _one(do: Any, setting: str = "") -> Variants:  # noqa: ANN401
    return lambda _: [(setting, do)]


def _temperatures(_: Encoder) -> list[tuple[str, Any]]:
    return [(f"tau {tau:g}", partial(_at_temperature, tau)) for tau in _TAUS]


def _at_temperature(tau: float, encoder: Encoder, _: RetrievalSet) -> Encoder:
    return encoder.at_temperature(tau)


def _entropy_matched(encoder: Encoder, _: RetrievalSet) -> Encoder:
    return encoder.at_temperature(entropy_matched(_N_REFERENCE))


def _calibrated(encoder: Encoder, dataset: RetrievalSet) -> Encoder:
    # The documents alone: no query and no judgement has a part in it.
    schedule = calibrated_schedule(encoder, dataset.corpus, n_reference=_N_REFERENCE)
    return encoder.at_temperature(schedule)


def _lengths(encoder: Encoder) -> list[tuple[str, Any]]:
    """Return the most that the model can read, or half of what it reads if that is the most."""
    now, most = encoder.max_length, encoder.at_length(None).max_length
    wanted = [most] if most != now else []
    if now is not None and not wanted and now >= 2 * _LEAST_LENGTH:
        wanted = [now // 2]
    if not wanted:
        return [("", _unlimited)]
    named = {each: "no limit" if each is None else count(each, "token") for each in wanted}
    return [(name, partial(_at_length, each)) for each, name in named.items()]


def _unlimited(encoder: Encoder, _: RetrievalSet) -> Encoder:
    raise InputError(f"{encoder.name} reads texts of any length whole already.")


def _at_length(length: int | None, encoder: Encoder, _: RetrievalSet) -> Encoder:
    return encoder.at_length(length)


_LEAST_LENGTH = 16


def _top(encoder: Encoder) -> list[tuple[str, Any]]:
    usual = max(1, round(encoder.dim / 100))
    fit = measures.fit_all_but_the_top
    return [
        (count(n, "direction"), vectors.corrected(partial(fit, n_components=n)))
        for n in dict.fromkeys((usual, 1, 3 * usual))
    ]


def _whitened(encoder: Encoder) -> list[tuple[str, Any]]:
    n = encoder.dim // 4
    some = partial(measures.fit_whitening, n_components=n)
    return [
        ("all directions", vectors.corrected(measures.fit_whitening)),
        (count(n, "direction"), vectors.corrected(some)),
    ]


def _fractions(make: Callable[[int], vectors.Fit]) -> Variants:
    """Keep a half of the dimensions, or a quarter, or a sixteenth."""
    return lambda encoder: [
        (count(encoder.dim // part, "dimension"), make(encoder.dim // part)) for part in (2, 4, 16)
    ]


def _principal(n: int) -> vectors.Fit:
    return vectors.corrected(lambda rows: measures.fit_principal_components(rows, n, centred=False))


def _codes(encoder: Encoder) -> list[tuple[str, Any]]:
    sizes = (max(1, encoder.dim // 8), max(1, encoder.dim // 4))
    return [(count(size, "byte"), vectors.product_codes(size, _SEED)) for size in sizes]


def _neighbourhoods(fit: Callable[..., measures.HubnessReduction]) -> Variants:
    def reduced(k: int) -> Callable[[Any], measures.HubnessReduction]:
        return lambda rows: fit(rows, k=max(1, min(k, len(rows) - 1)))

    return lambda _: [(f"k {k}", reduced(k)) for k in (10, 5, 20)]


ALONE, FUSED = None, True

REMEDIES: dict[str, Remedy] = {
    "tau": Remedy(Stage.MODEL, "one temperature of the attention", _temperatures),
    "entropy-matched": Remedy(
        Stage.MODEL,
        "a temperature that holds the attention's entropy",
        _one(_entropy_matched, f"at {_N_REFERENCE} tokens"),
    ),
    "calibrated": Remedy(
        Stage.MODEL,
        "a temperature that holds the attention's filter rate",
        _one(_calibrated, f"at {_N_REFERENCE} tokens"),
    ),
    "max-length": Remedy(Stage.MODEL, "more or less of each text read", _lengths),
    "even-chunks": Remedy(Stage.TEXTS, "the best chunk of even size", _one(parts.even_chunks)),
    "percentile-chunks": Remedy(
        Stage.TEXTS, "the best chunk between the largest steps", _one(parts.percentile_chunks)
    ),
    "turning-chunks": Remedy(
        Stage.TEXTS, "the best chunk of least dilution", _one(parts.turning_chunks)
    ),
    "titled-chunks": Remedy(
        Stage.TEXTS, "the best such chunk after its document's title", _one(parts.titled_chunks)
    ),
    "late-chunks": Remedy(
        Stage.TEXTS,
        "the best such chunk, pooled from the whole text's tokens",
        _one(parts.late(_OVERLAP), f"windows with {_OVERLAP} tokens in common"),
    ),
    "maxsim": Remedy(
        Stage.TEXTS,
        "each sentence of the query with the best one of the document",
        _one(parts.single_sentences),
    ),
    "mean-of-sentences": Remedy(
        Stage.TEXTS, "the mean of the sentences' vectors", _one(parts.mean_of_sentences)
    ),
    "centred": Remedy(
        Stage.VECTORS, "the mean taken off", _one(vectors.without_mean(measures.fit_centring))
    ),
    "projected": Remedy(
        Stage.VECTORS,
        "the direction of the mean taken out",
        _one(vectors.without_mean(measures.fit_mean_projection)),
    ),
    "all-but-the-top": Remedy(Stage.VECTORS, "mean and strongest directions taken out", _top),
    "whitened": Remedy(Stage.VECTORS, "the same spread in every direction", _whitened),
    "pca": Remedy(Stage.VECTORS, "principal components", _fractions(_principal)),
    "first": Remedy(Stage.VECTORS, "the first dimensions", _fractions(vectors.first)),
    "random": Remedy(
        Stage.VECTORS,
        "dimensions drawn at random",
        _fractions(lambda n: vectors.at_random(n, _SEED)),
    ),
    "int8": Remedy(Stage.VECTORS, "a byte a dimension", _one(vectors.int8)),
    "sign": Remedy(Stage.VECTORS, "a bit a dimension", _one(vectors.sign)),
    "pq": Remedy(Stage.VECTORS, "product codes", _codes),
    "csls": Remedy(
        Stage.NEIGHBOURS, "less for what is near to many", _neighbourhoods(measures.fit_csls)
    ),
    "local-scaling": Remedy(
        Stage.NEIGHBOURS,
        "distances in units of the neighbourhood",
        _neighbourhoods(measures.fit_local_scaling),
    ),
    "mutual-proximity": Remedy(
        Stage.NEIGHBOURS,
        "how rare it is to be as near, on both sides",
        _one(measures.fit_mutual_proximity),
    ),
    "bm25": Remedy(Stage.WORDS, "words alone", _one(ALONE)),
    "bm25-fused": Remedy(Stage.WORDS, "words and vectors, ranks fused", _one(FUSED)),
}
"""All of them, in the order in which they are taken."""

DEFAULT_REMEDIES = (
    *("tau", "max-length", "turning-chunks", "late-chunks", "maxsim", "centred", "whitened"),
    *("pca", "int8", "csls", "bm25", "bm25-fused", "turning-chunks+bm25-fused"),
)

_JOIN = "+"


def check_remedies(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what each name is made of, each combination once, or say what is none."""
    if isinstance(names, str):
        raise InputError(f"remedies is {names!r:.80}: expected a list of names.")
    combined = [tuple(dict.fromkeys(str(name).split(_JOIN))) for name in names]
    for name, own in zip(names, combined, strict=True):
        _check(str(name), own)
    return list(dict.fromkeys(tuple(sorted(own, key=_order)) for own in combined))


def _order(name: str) -> int:
    return list(REMEDIES).index(name)


def _check(name: str, own: tuple[str, ...]) -> None:
    unknown = [each for each in own if each not in REMEDIES]
    if unknown:
        raise InputError(
            f"{option('remedy')} {name!r:.80}: {unknown[0]!r:.60} is none; expected "
            f"{', '.join(REMEDIES)}, or several joined by {_JOIN}."
        )
    for stage, same in itertools.groupby(sorted(own, key=_order), lambda one: REMEDIES[one].stage):
        rivals = list(same)
        if len(rivals) > 1 and stage is not Stage.VECTORS and stage is not Stage.MODEL:
            raise InputError(
                f"{option('remedy')} {name!r:.80}: {listed(rivals)} exclude each other."
            )
    if "bm25" in own and len(own) > 1:
        raise InputError(
            f"{option('remedy')} {name!r:.80}: bm25 searches by words alone; bm25-fused goes with "
            "others."
        )


def variants(own: Sequence[str], encoder: Encoder) -> list[Steps]:
    """Return all settings of a remedy or a combination, the usual one first."""
    single = [
        [
            Step(name, REMEDIES[name].stage, do, setting, by_query_sentence=name == "maxsim")
            for setting, do in REMEDIES[name].variants(encoder)
        ]
        for name in own
    ]
    return [tuple(steps) for steps in itertools.product(*single)]


def kind_of(own: Sequence[str]) -> str:
    """Return what a remedy is done to, or that it combines several."""
    return REMEDIES[own[0]].kind if len(own) == 1 else "combination"


def setting_of(steps: Steps) -> str:
    """Write the settings of some steps."""
    return ", ".join(step.setting for step in steps if step.setting)
