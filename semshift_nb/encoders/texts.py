"""What may be encoded: a list of strings, any strings, each in a role."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError, option
from semshift_nb.unicode import well_formed
from semshift_nb.validation import is_whole


def check_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts as a list, or say what else came."""
    if isinstance(texts, str | bytes):
        raise InputError(
            f"encode takes a list of texts, but got one {type(texts).__name__}: "
            "write encode([text])."
        )
    try:
        listed = list(texts)
    except TypeError:
        raise InputError(
            f"encode takes a list of texts, but got {type(texts).__name__}: hand in strings."
        ) from None
    for position, text in enumerate(listed):
        if not isinstance(text, str):
            raise InputError(
                f"encode takes texts, but position {position} holds {type(text).__name__} "
                f"({text!r:.60}): convert it or leave it out."
            )
    return listed


def distinct(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Take each text once.

    Returns
    -------
    once : list of str
        In the order in which they first come.
    rows : ndarray of shape (n_texts,)
        Where each of the texts stands among them.
    """
    places: dict[str, int] = {}
    for text in texts:
        places.setdefault(text, len(places))
    return list(places), np.array([places[text] for text in texts], dtype=np.intp)


def slices(texts: Sequence[str], *, n_texts: int, n_characters: int) -> Iterator[range]:
    """Cut a list of texts into runs bounded in number and in characters."""
    start, held = 0, 0
    for position, text in enumerate(texts):
        full = position - start >= n_texts or held + len(text) > n_characters
        if full and position > start:
            yield range(start, position)
            start, held = position, 0
        held += len(text)
    if start < len(texts):
        yield range(start, len(texts))


#: A start token, an end token and one that is of the text.
SHORTEST = 3
_LONGEST = 2**31 - 1


def check_max_length(max_length: object) -> int:
    """Return a number of tokens, or say what else came."""
    if not is_whole(max_length, least=SHORTEST, most=_LONGEST):
        raise InputError(
            f"{option('max_length')} is {max_length!r:.60}: expected a whole number of tokens, at "
            f"least {SHORTEST} (special tokens count) and at most {_LONGEST:,}."
        )
    return int(max_length)


# encode_query and encode_document of sentence-transformers look the prompts up in this order.
ROLES: dict[str, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}


def check_role(role: str) -> str:
    """Return the role, or say which there are."""
    if role not in ROLES:
        raise InputError(f'role {role!r} is not known: expected "query" or "document".')
    return role


def prompt_for(role: str, prompts: Mapping[str, str | None], default: str | None) -> str:
    """Look up the prompt of a role."""
    for name in ROLES[check_role(role)]:
        if name in prompts:
            return prompts[name] or ""
    return (prompts.get(default) or "") if default is not None else ""


def check_prompts(prompts: object) -> dict[str, str]:
    """Return prompts by role, or say what else came."""
    if prompts is None:
        return {}
    if not isinstance(prompts, Mapping) or not all(
        role in ROLES and isinstance(prompt, str) and prompt == well_formed(prompt)
        for role, prompt in prompts.items()
    ):
        raise InputError(
            f"prompts is {prompts!r:.100}: expected what goes before texts of a role, as "
            '{"query": "query: ", "document": "passage: "}, or one of the two.'
        )
    return dict(prompts)
