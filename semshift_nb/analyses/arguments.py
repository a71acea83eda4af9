"""Arguments of an analysis by name: whatever says plainly which corpus or encoder is meant."""

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

import pandas as pd

from semshift_nb.corpora import Corpus, RetrievalSet, load_corpus, load_retrieval
from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")

Texts: TypeAlias = Corpus | str | Path | pd.DataFrame | Sequence[str]
"""What says which texts are meant: themselves, or the name or path of a corpus."""


def corpus_of(corpus: object) -> Corpus:
    """Return the corpus that is meant by a name, a path, a data frame or a list of texts."""
    if isinstance(corpus, Corpus):
        return corpus
    if isinstance(corpus, str | Path | pd.DataFrame):
        return load_corpus(corpus)
    if isinstance(corpus, list | tuple | pd.Series) and all(isinstance(t, str) for t in corpus):
        return Corpus.from_texts(list(corpus))
    raise _unclear("corpus", corpus, "a corpus, its name or path, a data frame or a list of texts")


def encoder_of(encoder: object) -> Encoder:
    """Return the encoder that is meant by a name or a path."""
    if isinstance(encoder, Encoder):
        return encoder
    if isinstance(encoder, str | Path):
        return load_encoder(str(encoder))
    raise _unclear("encoder", encoder, "an encoder, or the name or path of a model")


def _corpora_of(corpora: object) -> Corpus | list[Corpus]:
    if isinstance(corpora, Sequence) and not isinstance(corpora, str):
        return [corpus_of(corpus) for corpus in corpora]
    return corpus_of(corpora)


def _encoders_of(encoders: object) -> Encoder | list[Encoder]:
    if isinstance(encoders, Sequence) and not isinstance(encoders, str):
        return [encoder_of(encoder) for encoder in encoders]
    return encoder_of(encoders)


def _dataset_of(dataset: object) -> RetrievalSet:
    if isinstance(dataset, RetrievalSet):
        return dataset
    if isinstance(dataset, str | Path):
        return load_retrieval(dataset)
    hint = ": make queries of its sentences with known_item" if isinstance(dataset, Corpus) else ""
    raise _unclear("dataset", dataset, f"queries with judgements, or the path of some{hint}")


def _unclear(name: str, value: object, wanted: str) -> InputError:
    kind = type(value).__name__
    turned = (name, kind) in {("corpus", "Encoder"), ("encoder", "Corpus"), ("dataset", "Encoder")}
    turned = turned or (name, kind) == ("encoder", "RetrievalSet")
    hint = " Are two arguments the wrong way round?" if turned else ""
    return InputError(f"{name} is {kind} {value!r:.60}: expected {wanted}.{hint}")


_MEANT: dict[str, Callable[[object], object]] = {
    "corpus": corpus_of,
    "corpora": _corpora_of,
    "encoder": encoder_of,
    "encoders": _encoders_of,
    "dataset": _dataset_of,
}


def by_name(analysis: Callable[P, R]) -> Callable[P, R]:
    """Let the corpus, encoders and dataset of an analysis be given by name, path or texts."""
    signature = inspect.signature(analysis)

    @functools.wraps(analysis)
    def analyse(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if name in _MEANT:
                given.arguments[name] = _MEANT[name](value)
        return analysis(*given.args, **given.kwargs)

    return analyse
