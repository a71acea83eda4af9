"""What lies under a text's vector: its tokens, and the vectors that these begin with."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class InputEmbeddings:
    """The table in which a model looks up its tokens.

    Attributes
    ----------
    tokens : list of str
        The vocabulary's entries as the tokenizer writes them, such as ``"##ing"``.
    vectors : ndarray of shape (n_vocab, width), float32
        Their vectors, before positions are added and before any layer.
    special : ndarray of shape (n_vocab,), bool
        Which of them stand for no text, such as ``[CLS]``.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> table = load_encoder("static", store=None).input_embeddings()
    >>> table.vectors.shape, table.tokens[2000]
    ((30522, 384), 'to')
    """

    tokens: list[str]
    vectors: NDArray[np.float32]
    special: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TokenStates:
    """Hidden states of the tokens of some texts.

    Attributes
    ----------
    rows : ndarray of shape (n_tokens,), int64
        Which text a token belongs to; texts and tokens come in order.
    ids : ndarray of shape (n_tokens,), int64
        Where it stands in ``Encoder.input_embeddings``.
    special : ndarray of shape (n_tokens,), bool
        Whether it stands for no text.
    states : mapping of int to ndarray of shape (n_tokens, width), float32
        Its state after each layer; 0 is what goes into the first.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> tokens = load_encoder("minilm", store=None).token_states(["a river"], layers=[0, 6])
    >>> tokens.special.tolist(), tokens.states[6].shape
    ([True, False, False, True], (4, 384))
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    special: NDArray[np.bool_]
    states: Mapping[int, NDArray[np.float32]]
