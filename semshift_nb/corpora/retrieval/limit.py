"""A set in the manner of LIMIT: who likes what, every choice of documents asked for once."""

import itertools
import math

import numpy as np
import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.errors import InputError
from semshift_nb.names import count, listed
from semshift_nb.validation import check_whole

_FIRST = """
Ada Alma Anton Arno Bela Bruno Carla Celia Dario Delia Edith Emil Enzo Erika Felix Flora Frida Gino
Greta Hanno Hedda Hugo Ines Irma Ivo Jonas Julia Karl Kira Laura Leo Linus Luisa Marco Mila Nora
Otto Paula Rosa Simon Tessa Uma Vera Viktor
"""
_LAST = """
Abbott Barlow Carver Dalton Ellery Fenwick Garner Holt Ingram Jarvis Keller Lowell Mercer Norris
Osborne Parrish Quill Rowan Sutton Thorne Upton Vaughn Weller Yardley
"""
_KINDS = """
African Alpine amber antique Arctic blue bronze carved coastal copper crystal dark desert Dutch
fragrant giant glass golden green hidden Irish ivory Japanese knitted lunar marble miniature modern
northern painted paper pearl Persian pocket purple red river royal rustic scarlet silent silver
smoked spiced stone striped tropical velvet wild wooden
"""
_THINGS = """
anchors apples badges baskets beetles bells bicycles boats books bottles bridges buttons cactuses
cakes candles carpets castles cheeses clocks coins comets cookies crabs curtains dances dolls doors
drums falcons feathers ferns fiddles figs flags flutes foxes gardens gloves goats guitars hats hives
horses jackets jams kites knives ladders lamps lanterns lilies lizards maps masks mirrors moths
mushrooms novels onions orchids otters owls paintings parrots pears pipes plates poems puzzles
quilts radios ravens ribbons rings roses sauces scarves shells soups spiders stamps statues stories
swans teas tents tiles towers toys trains tulips umbrellas vases violins waltzes watches wheels
whistles windmills wolves
"""


def limit_set(n_documents: int = 46, *, n_relevant: int = 2, seed: int = 0) -> RetrievalSet:
    """Make a set that asks for every choice of so many documents, to see what vectors can hold.

    Each document says what one person likes, each query "Who likes X?" has its own ``n_relevant``
    persons, and every choice of them is asked for: to read is easy, to keep in one vector is not.
    The names and the things are this package's own, not those of the published set, whose
    LIMIT-small has this size; every thing is a kind and a noun, so that no query needs but one
    reading, and words recur.

    Parameters
    ----------
    n_documents : int, default 46
        Persons.
    n_relevant : int, default 2
        Persons who like each thing.
    seed : int, default 0
        Of the draw of names and things.

    Returns
    -------
    RetrievalSet
        ``comb(n_documents, n_relevant)`` queries: 1,035 by default.

    Raises
    ------
    InputError
        If ``n_relevant`` is not below ``n_documents``, or there are too few names or things.

    References
    ----------
    Weller et al. 2025, "On the theoretical limitations of embedding-based retrieval",
    arXiv 2508.21038.

    Examples
    --------
    >>> limit_set(4)
    <RetrievalSet 'LIMIT' (4 choose 2): 4 documents, 6 queries, 12 judgements>
    >>> limit_set(4, n_relevant=1).texts[0]
    'Otto Ellery likes royal teas.'
    """
    people = [f"{first} {last}" for last in _LAST.split() for first in _FIRST.split()]
    n_documents = check_whole(n_documents, "n_documents", least=2, most=len(people))
    n_relevant = check_whole(n_relevant, "n_relevant", least=1, most=n_documents - 1)
    rng = np.random.default_rng(seed=check_whole(seed, "seed", least=0))
    names = rng.permutation(people)[:n_documents].tolist()
    things = _things(n_documents, n_relevant, rng)
    choices = np.array(list(itertools.combinations(range(n_documents), n_relevant)))
    liked: list[list[str]] = [[] for _ in names]
    for thing, persons in zip(things, choices.tolist(), strict=True):
        for person in persons:
            liked[person].append(thing)
    order = [rng.permutation(len(own)) for own in liked]
    texts = [
        f"{name} likes {listed(own[i] for i in places)}."
        for name, own, places in zip(names, liked, order, strict=True)
    ]
    documents = pd.DataFrame({"doc_id": names, "title": names, "text": texts, "language": "en"})
    asked = pd.DataFrame({"query_id": things, "text": [f"Who likes {x}?" for x in things]})
    return RetrievalSet(
        Corpus("LIMIT", documents),
        asked,
        pd.DataFrame(
            {
                "query_id": np.repeat(np.array(things, dtype=object), n_relevant),
                "doc_id": np.array(names, dtype=object)[choices.ravel()],
                "relevance": 1,
            }
        ),
        "LIMIT",
        f"{n_documents} choose {n_relevant}",
        passages=texts,
    )


def _things(n_documents: int, n_relevant: int, rng: np.random.Generator) -> list[str]:
    """Draw as many things as there are choices, with two kinds each where one does not suffice."""
    n, nouns = math.comb(n_documents, n_relevant), _THINGS.split()
    for n_kinds in (1, 2):
        kinds = [" ".join(words) for words in itertools.combinations(_KINDS.split(), n_kinds)]
        n_things = len(kinds) * len(nouns)
        if n <= n_things:
            drawn = rng.permutation(n_things)[:n].tolist()
            return [f"{kinds[i // len(nouns)]} {nouns[i % len(nouns)]}" for i in drawn]
    raise InputError(
        f"of {count(n_documents, 'document')} there are more choices of {n_relevant} than things "
        f"that have a name here ({n_things:,}): ask for fewer documents."
    )
