"""The encoder: each distinct text once, out of the store if it is there, else by the model."""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._inside import Inside
from semshift_nb.encoders._lengths import check_max_length
from semshift_nb.encoders._prompts import check_role
from semshift_nb.encoders._texts import check_texts, distinct
from semshift_nb.encoders.attention import TextAttention
from semshift_nb.encoders.temperature import Tau


class Encoder(Inside):
    """A model that turns texts into unit vectors; made by ``load_encoder``.

    Parameters
    ----------
    backend : Backend
        The model.
    name, revision, fingerprint : str
        What it is called, which version it is, and a hash over all that makes its vectors.
    store : Store or None
        Where vectors are kept.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).encode(["a river", "a bank"]).shape
    (2, 384)
    """

    def without_store(self) -> "Encoder":
        """Give the same encoder, sharing its weights, that keeps no vector.

        Returns
        -------
        Encoder
            For texts that will not come again, such as the steps of a drag.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> load_encoder().without_store().store is None  # doctest: +SKIP
        True
        """
        other = copy.copy(self)
        other._store = None  # noqa: SLF001 - a copy of this very class
        return other

    def at_temperature(self, tau: Tau) -> "Encoder":
        """Give the same encoder, sharing its weights, at another temperature of the attention.

        Parameters
        ----------
        tau : float, sequence of float, sequence of sequences of float, or callable
            As ``tempscale`` takes it. It replaces a temperature that the encoder had, and holds
            within blocks that name another encoder of the same model.

        Returns
        -------
        Encoder
            Its vectors are kept apart from those of all other temperatures; at 1 it is the model
            as it was trained.

        Raises
        ------
        InputError
            If the temperature does not fit the model, or there is no attention.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("minilm", store=None).at_temperature(0.8).temperature.tau
        0.8
        """
        setting = self._make_setting(tau)
        setting.temperature(self.max_length)  # a function of the length is tried at all of them
        other = copy.copy(self)
        other._own = setting  # noqa: SLF001 - a copy of this very class
        return other

    def at_length(self, max_length: int | None) -> "Encoder":
        """Give the same encoder, sharing its weights, that cuts its texts elsewhere.

        Parameters
        ----------
        max_length : int or None
            The most tokens of a text that the model sees, special tokens included; None for as many
            as it has positions for (512 for minilm; ``"static"`` then has no limit).

        Returns
        -------
        Encoder
            As ``load_encoder`` with this ``max_length`` gives it.

        Raises
        ------
        InputError
            If it is no whole number of at least 3, or more than the model has positions for.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).at_length(16).max_length
        16
        """
        length = None if max_length is None else check_max_length(max_length)
        other = copy.copy(self)
        other._backend = self._backend.at_length(length)  # noqa: SLF001
        if self._own is not None:
            self._own.temperature(other.max_length)
        return other

    def attention(self, texts: Sequence[str], *, role: str = "document") -> Iterator[TextAttention]:
        """Look at what the model does with each text, at the encoder's own temperature.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        iterator of TextAttention
            One for each text, in order, computed when it is asked for: of n tokens it holds
            4 n^2 bytes for each head.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, the role is unknown, or there is no attention that
            is understood.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> encoder = load_encoder("minilm", store=None)
        >>> next(encoder.attention(["a river"])).tokens
        ['[CLS]', 'a', 'river', '[SEP]']
        """
        listed = check_texts(texts)
        check_role(role)
        setting = self._setting() or self._make_setting(1)
        return self._backend.tempered(setting).attend(listed, role)

    def encode(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        """Turn texts into unit vectors.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            Rows of unit length, in the order of the texts.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.
        NoDirectionError
            If some texts have a zero vector; all others are in the store.
        SemshiftError
            If the model gave numbers that are not finite.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).encode([]).shape
        (0, 384)
        """
        return self.encode_with_tokens(texts, role=role).vectors

    def encode_with_tokens(self, texts: Sequence[str], *, role: str = "document") -> Encoding:
        """Turn texts into unit vectors, and say what the model saw of each.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        Encoding
            Vectors, tokens before truncation, and whether the text was truncated.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.
        NoDirectionError
            If some texts have a zero vector; all others are in the store.
        SemshiftError
            If the model gave numbers that are not finite.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).encode_with_tokens(["a river"]).n_tokens
        array([4])
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        encoding = self._finished(self._encode_distinct(once, role), rows)
        # Without repetitions the rows are in order already; a copy would double the memory.
        return encoding if len(once) == len(rows) else encoding.take(rows)
