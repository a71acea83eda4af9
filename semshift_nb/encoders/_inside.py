"""What lies under an encoder's vectors: all layers at once, raw rows, tokens and their states."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._looks import check_pooling
from semshift_nb.encoders._progress import progress
from semshift_nb.encoders._prompts import check_role
from semshift_nb.encoders._texts import check_texts, distinct
from semshift_nb.encoders._transforms import apply
from semshift_nb.encoders._views import Views
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates


class Inside(Views):
    """What looks into the model. A base of ``Encoder``."""

    def read_layers(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        poolings: Iterable[str] | None = None,
        role: str = "document",
    ) -> dict[tuple[int, str], Encoding]:
        """Turn texts into unit vectors at many layers, with many poolings, in one pass.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        layers : iterable of int, optional
            Which layers; all of ``encoder.layers`` if left out.
        poolings : iterable of {"mean", "cls", "max"}, optional
            Which poolings; all if left out (``"static"`` has no "cls").
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        dict of (layer, pooling) to Encoding
            What ``at_layer(layer, pooling=pooling).encode_with_tokens`` gives; that finds it in the
            store afterwards. All of it is held in memory.

        Raises
        ------
        InputError
            If there is no such layer or pooling, ``texts`` is no list of strings, or the role is
            unknown.
        NoDirectionError
            If some texts have a zero vector; all others are in the store.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> found = load_encoder("minilm", store=None).read_layers(["a river"], layers=[0, 6])
        >>> sorted(found)[0], len(found)
        ((0, 'cls'), 6)
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        chosen = self.layers if layers is None else list(layers)
        modes = self._backend.poolings if poolings is None else list(poolings)
        for pooling in modes:
            check_pooling(pooling or "", self._backend.poolings)
        views = {
            (layer, pooling): self.at_layer(layer, pooling=pooling)
            for layer in chosen
            for pooling in modes
        }
        found = self._encode_views(list(views.values()), once, role)
        return {
            place: view._finished(encoding, rows).take(rows)  # noqa: SLF001 - this very class
            for (place, view), encoding in zip(views.items(), found, strict=True)
        }

    def raw(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        """Turn texts into vectors of the length that the model gives them.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            Before rows are brought to unit length, by the encoder or by the model itself. Nothing
            is kept. After a transform: what the last one gives.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> row = load_encoder("static", store=None).raw(["a river"])[0]
        >>> bool(abs(row @ row - 1) > 0.1)
        True
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        if self._transforms:
            *before, last = self._transforms
            encoding = self._encode_distinct(once, role)
            return apply(last, self._finished(encoding, rows, tuple(before)).vectors)[rows]
        vectors = np.zeros((len(once), self.dim), dtype=np.float32)
        with progress(once, self.name) as advance:
            for batch in self._tempered_backend().raw(once, role):
                vectors[batch.rows] = batch.encoding.vectors
                advance(batch.rows)
        return vectors[rows]

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table in which the model looks up its tokens.

        Returns
        -------
        InputEmbeddings
            A copy; before positions, layers, temperature and transforms.

        Raises
        ------
        InputError
            If the model has no such table, or several.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).input_embeddings().tokens[2314]
        'river'
        """
        return self._backend.input_embeddings()

    def token_ids(self, texts: Sequence[str], *, role: str = "document") -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees of each text; it is not run.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        list of ndarray of shape (n_tokens,), int64
            Places in ``input_embeddings``; prompt and special tokens included.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("minilm", store=None).token_ids(["a river"])
        [array([ 101, 1037, 2314,  102])]
        """
        listed = check_texts(texts)
        check_role(role)
        return self._backend.token_ids(listed, role)

    def token_states(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        role: str = "document",
    ) -> TokenStates:
        """Return the hidden states of the texts' tokens, at the encoder's own temperature.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        layers : iterable of int, optional
            Which layers; all of ``encoder.layers`` if left out.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        TokenStates
            4 bytes for each token, layer and dimension, all in memory.

        Raises
        ------
        InputError
            If there is no such layer, ``texts`` is no list of strings, or the role is unknown.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> encoder = load_encoder("minilm", store=None)
        >>> encoder.token_states(["a river", "a bank"], layers=[6]).states[6].shape
        (8, 384)
        """
        listed = check_texts(texts)
        check_role(role)
        chosen = self.layers if layers is None else list(layers)
        return self._tempered_backend().token_states(listed, role, chosen)
