"""As much of each text as a model reads, so that the rest is not tokenised again and again."""

import re

import numpy as np

from semshift_nb.encoders import Encoder

_PER_TOKEN = 8
"""Characters a token that are tried; English has some five."""

_SPACE = re.compile(r"\s")


def beginnings(texts: list[str], encoder: Encoder) -> list[str]:
    """Return beginnings that the encoder reads as the same tokens as the whole texts.

    A text stays whole where that could not be shown: of a script without spaces, say.
    """
    most = encoder.max_length
    if most is None:
        return texts
    cut = [_beginning(text, _PER_TOKEN * most) for text in texts]
    pairs = zip(texts, cut, encoder.token_ids(texts), encoder.token_ids(cut), strict=True)
    return [part if np.array_equal(all_, of_part) else text for text, part, all_, of_part in pairs]


def _beginning(text: str, n_characters: int) -> str:
    """Cut a text at the first space after so many characters."""
    space = _SPACE.search(text, n_characters)
    return text[: space.start()] if space else text
