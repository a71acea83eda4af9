"""Models that read text in a way of their own: chat templates, routers, static embeddings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from semshift_nb.encoders._texts import slices
from semshift_nb.encoders._tokenising import TURN
from semshift_nb.errors import InputError

_PORTION = {"n_texts": 32, "n_characters": 200_000}


class Features:
    """Texts read through the model's own ``preprocess``, batch by batch.

    Parameters
    ----------
    model : SentenceTransformer
        The model.
    texts : sequence of str
        Well-formed texts, without the prompt.
    options : mapping of str to object
        ``prompt`` and ``task`` for ``preprocess``.

    Raises
    ------
    InputError
        If the model does not say how many tokens a text has.

    Examples
    --------
    Used by the encoders where ``_tokens`` would not read as the model does.
    """

    def __init__(
        self, model: SentenceTransformer, texts: Sequence[str], options: Mapping[str, Any]
    ) -> None:
        self._model = model
        self._texts = texts
        self._options = options
        whole = {**options, "processing_kwargs": {"text": {"truncation": False}}}
        self.n_tokens = self._count(whole)
        self.lengths = self._count(options)

    def features(self, rows: NDArray[np.intp]) -> dict[str, Any]:
        """Preprocess some of the texts.

        Parameters
        ----------
        rows : ndarray of shape (n_batch,)
            Which texts.

        Returns
        -------
        dict
            What the model takes.

        Raises
        ------
        IndexError
            If a position lies outside the texts.

        Examples
        --------
        See the class.
        """
        return self._preprocess([self._texts[row] for row in rows], self._options)

    def _count(self, options: Mapping[str, Any]) -> NDArray[np.int64]:
        counts = [
            _token_counts(self._preprocess([self._texts[row] for row in portion], options))
            for portion in slices(self._texts, **_PORTION)
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *counts])

    def _preprocess(self, texts: list[str], options: Mapping[str, Any]) -> dict[str, Any]:
        with TURN:
            return dict(self._model.preprocess(texts, **options))


def _token_counts(features: Mapping[str, Any]) -> NDArray[np.int64]:
    if "attention_mask" in features:
        return np.asarray(features["attention_mask"].sum(dim=1).cpu(), dtype=np.int64)
    if "offsets" in features:  # texts strung together, as static embeddings take them
        ends = np.append(features["offsets"].cpu(), len(features["input_ids"]))
        return np.diff(ends).astype(np.int64)
    raise InputError(
        "the model does not say how many tokens a text has, so truncation could not be seen: "
        "use a model whose first module is a Transformer or a StaticEmbedding."
    )
