"""What is to be known of texts before their sentences are believed: told, never refused."""

import warnings
from collections.abc import Iterable

from semshift_nb.corpora.sentences.blocks import CODE, blocks, machine_data
from semshift_nb.corpora.sentences.languages import belied_by_script
from semshift_nb.errors import by_door
from semshift_nb.names import count
from semshift_nb.validation import shortened


class TextWarning(UserWarning):
    """Texts hold what is not made of sentences, or look like another language than theirs.

    Examples
    --------
    >>> warnings.filterwarnings("ignore", category=TextWarning)
    """


def warn_of_texts(texts: Iterable[tuple[str, str, str]]) -> None:
    """Warn of documents, each an id, a text and its language, once for each kind of notice."""
    for notice in notices_of(texts):
        warnings.warn(notice, TextWarning, stacklevel=3)


def notices_of(texts: Iterable[tuple[str, str, str]]) -> list[str]:
    """Say what is to be known of documents, each an id, a text and its language, by kind.

    Where the language is empty nobody said it, and nothing is guessed.
    """
    told = []
    held, foreign = [], []
    for doc_id, text, code in texts:
        units = _units(text)
        guess = belied_by_script(text, code) if code else ""
        if units:
            held.append(f"{doc_id!r:.40} ({units})")
        if guess:
            foreign.append(f"{doc_id!r:.40} (taken for {code!r}, perhaps {guess!r})")
    if held:
        told.append(
            f"{count(len(held), 'document holds', 'documents hold')} machine data or code, taken "
            f"as whole units and not as prose: {shortened(held, most=5)}. Take them out if they "
            "are not to count."
        )
    if foreign:
        say = by_door("language=", "--language")
        told.append(
            f"{count(len(foreign), 'document does', 'documents do')} not look like the language: "
            f"{shortened(foreign, most=5)}. This is a guess by the letters alone; if it is right, "
            f"say so with {say} for all, or with a column 'language'."
        )
    return told


def _units(text: str) -> str:
    """Name the machine data and fenced code of a text, with their sizes."""
    found = machine_data(text)
    if "```" in text or "~~~" in text:
        found += [block for block in blocks(text) if block.kind == CODE]
    sizes: dict[str, int] = {}
    for one in found:
        sizes[one.kind] = sizes.get(one.kind, 0) + one.end - one.start
    return ", ".join(f"{kind}, {count(size, 'character')}" for kind, size in sizes.items())
