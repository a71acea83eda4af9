"""An encoder as a model of MTEB, so that its tasks can be run at any temperature."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.retrieval.search import similarity_of
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError


class MtebModel:
    """An encoder that MTEB takes for one of its models.

    Parameters
    ----------
    encoder : Encoder
        At any temperature and length; both are part of the name that MTEB keeps results under, so
        that it never takes one for another.
    similarity : {"cosine", "dot", "euclidean", "manhattan"}, optional
        By what vectors are compared, a part of that name too where it is not the cosine; what the
        model declares if left out.

    Raises
    ------
    InputError
        If mteb is not installed, or the similarity is unknown.

    References
    ----------
    Muennighoff et al. 2023, "MTEB".
    """

    def __init__(self, encoder: Encoder, *, similarity: str | None = None) -> None:
        try:
            import mteb  # noqa: F401
        except ImportError:
            raise InputError(
                "an MTEB model needs the package mteb, which is not installed: type "
                'pip install "semshift-nb[mteb]".'
            ) from None
        self.encoder = encoder
        self.similarity_name = similarity_of(encoder, similarity)

    @property
    def mteb_model_meta(self) -> Any:  # noqa: ANN401 - a class of a library that may not be there
        """What MTEB knows the model by."""
        from mteb.models.model_meta import ModelMeta, ScoringFunction

        temperature, similarity = self.encoder.temperature, self.similarity_name
        # What MTEB keeps of the cosine keeps its name.
        ranked = {} if similarity == "cosine" else {"similarity": similarity}
        told = {
            "name": f"semshift/{self.encoder.name}",
            "revision": self.encoder.fingerprint,
            "max_tokens": self.encoder.max_length,
            "embed_dim": self.encoder.dim,
            "similarity_fn_name": ScoringFunction(similarity),
            "framework": ["Sentence Transformers", "PyTorch"],
            "experiment_kwargs": {
                "temperature": temperature.key,
                "max_length": str(self.encoder.max_length),
                **ranked,
            },
        }
        return ModelMeta.create_empty(told)

    def encode(
        self,
        inputs: Iterable[Mapping[str, Any]],
        *,
        prompt_type: object = None,
        **_: object,
    ) -> NDArray[np.float32]:
        """Turn MTEB's texts into vectors: unit ones for the cosine, else as the model gives them.

        Parameters
        ----------
        inputs : iterable of mappings
            Batches with a list ``text``, as MTEB hands them over.
        prompt_type : optional
            ``"query"`` for queries; anything else is a document.
        **_
            What else MTEB tells (task, split, batch size) and what has no influence here.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            In the order of the texts; zeros where a text has no direction.

        Raises
        ------
        InputError
            If a batch holds no texts.
        """
        texts: list[str] = []
        for batch in inputs:
            if "text" not in batch:
                raise InputError(
                    f"MTEB handed over {', '.join(map(repr, batch))} without a 'text': choose a "
                    "task of text."
                )
            texts.extend(batch["text"])
        role = "query" if getattr(prompt_type, "value", prompt_type) == "query" else "document"
        unit = self.similarity_name == "cosine"
        return encode_all(self.encoder, texts, role=role, unit=unit).vectors

    def similarity(self, left: Any, right: Any) -> Any:  # noqa: ANN401 - arrays of two libraries
        """Return the similarity of every vector with every other; distances are negative.

        Parameters
        ----------
        left, right : array of shape (n_left, dim) and (n_right, dim)
            Vectors.

        Returns
        -------
        torch.Tensor of shape (n_left, n_right)
        """
        from sentence_transformers.util import SimilarityFunction

        return SimilarityFunction.to_similarity_fn(self.similarity_name)(left, right)

    def similarity_pairwise(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Return the similarities of vectors pair by pair; distances are negative.

        Parameters
        ----------
        left, right : array of shape (n, dim)
            Vectors.

        Returns
        -------
        torch.Tensor of shape (n,)
        """
        from sentence_transformers.util import SimilarityFunction

        return SimilarityFunction.to_similarity_pairwise_fn(self.similarity_name)(left, right)
