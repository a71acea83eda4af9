"""Other ways to look at a model: its layers and poolings, its random twin, what comes after it."""

import copy
import hashlib
from typing import Self

from semshift_nb.encoders._backend import Look
from semshift_nb.encoders._computing import Computing
from semshift_nb.encoders._lengths import is_whole
from semshift_nb.encoders._transforms import check_transform
from semshift_nb.encoders.transform import Transform
from semshift_nb.errors import InputError


class Views(Computing):
    """What gives another encoder of the same model. A base of ``Encoder``."""

    def at_layer(self, layer: int | None, *, pooling: str | None = None) -> Self:
        """Give the same encoder, sharing its weights, that looks at the hidden states of a layer.

        A layer's states are pooled as the model pools its last ones; its training head (a dense
        layer, say) is left out, for it was trained for the last layer only.

        Parameters
        ----------
        layer : int or None
            0 for what goes into the first layer (token embeddings, with positions where the model
            adds them), up to the last layer, ``encoder.layers[-1]``; None for the model's whole
            output. These are the hidden states that transformers gives out.
        pooling : {"mean", "cls", "max"}, optional
            How a text's tokens become one vector; the model's own way if left out.

        Returns
        -------
        Encoder
            Its vectors are kept apart from those of all other layers and poolings. It replaces a
            layer and a pooling that the encoder looked at, and keeps its length, its temperature
            and what is done after it.

        Raises
        ------
        InputError
            If the model has no such layer or does not give its hidden states, or the pooling is
            unknown or does not fit what follows it.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("minilm", store=None).at_layer(3, pooling="cls").name
        'minilm layer 3 (cls)'
        """
        other = copy.copy(self)
        other._backend = self._backend.at_look(Look(layer, pooling))  # noqa: SLF001 - a copy of this class
        other._check_transforms()  # noqa: SLF001
        return other

    def random_twin(self, seed: int = 0) -> Self:
        """Give an encoder of the same classes and sizes whose weights were never trained.

        What it shows too is no doing of the training. Weights are drawn as the model's classes
        draw them before any training; ``"static"`` has a table of Gaussian numbers with the spread
        of its own. Tokenizer and pooling stay the same.

        Parameters
        ----------
        seed : int
            Of the weights; nobody else's random numbers change.

        Returns
        -------
        Encoder
            With weights and a fingerprint of its own, at the same layer, length and temperature,
            and with the same transforms after it.

        Raises
        ------
        InputError
            If the seed is no whole number of at least 0, or a part of the model does not say how
            its weights begin.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).random_twin().name
        'static (random 0)'
        """
        number = _check_seed(seed)
        other = copy.copy(self)
        other._backend, key = self._backend.random_twin(number)  # noqa: SLF001
        other._name = f"{self._name} (random {number})"  # noqa: SLF001
        marked = f"{self._fingerprint} random {number} {key}"
        other._fingerprint = hashlib.sha256(marked.encode()).hexdigest()  # noqa: SLF001
        if self._own is not None:
            other._own = other._make_setting(self._own.tau)  # noqa: SLF001
        return other

    def after(self, transform: Transform) -> Self:
        """Give the same encoder with something done to its vectors afterwards.

        Parameters
        ----------
        transform : Transform
            Takes unit rows and gives rows, such as ``measures.fit_whitening(vectors)``. It comes
            after those that the encoder has, and stays when another layer, length or temperature is
            chosen.

        Returns
        -------
        Encoder
            Its rows are of unit length again. It takes the vectors before the transform out of the
            store and keeps none of its own.

        Raises
        ------
        InputError
            If it is no transform, or was made for another number of dimensions.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> from semshift_nb.measures import drop_dimensions
        >>> encoder = load_encoder("static", store=None)
        >>> encoder.after(drop_dimensions([0], dim=384)).dim
        383
        """
        other = copy.copy(self)
        other._transforms = (*self._transforms, check_transform(transform))  # noqa: SLF001
        other._check_transforms()  # noqa: SLF001
        return other

    def _check_transforms(self) -> None:
        _ = self.dim  # found out by applying them


def _check_seed(seed: object) -> int:
    if not is_whole(seed) or not 0 <= seed < 2**63:
        raise InputError(f"seed is {seed!r}: expected a whole number from 0 to 2^63 - 1.")
    return int(seed)
