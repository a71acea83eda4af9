"""Every choice of documents asked for once, and no document that likes what it should not."""

import itertools
import re

import pytest

from semshift_nb.corpora import limit_set
from semshift_nb.errors import InputError


def test_limit_small_asks_for_every_pair_of_46_once():
    found = limit_set()
    assert (len(found.corpus), len(found.queries), len(found.judgements)) == (46, 1035, 2070)
    asked = {frozenset(judged) for judged in found.relevance.values()}
    assert asked == set(map(frozenset, itertools.combinations(found.corpus.documents["doc_id"], 2)))
    assert found.notes == ()


def test_a_person_likes_what_the_judgements_say_and_nothing_else():
    found = limit_set(7, n_relevant=3)
    assert len(found.queries) == 35
    for person, text in zip(found.corpus.documents["doc_id"], found.texts, strict=True):
        told = re.fullmatch(f"{person} likes (.*)\\.", text)[1]
        relevant = {query for query, judged in found.relevance.items() if person in judged}
        assert set(re.split(", | and ", told)) == relevant
    for thing, text in zip(found.queries["query_id"], found.queries["text"], strict=True):
        assert text == f"Who likes {thing}?"


def test_the_seed_decides_and_large_sets_have_things_of_two_kinds():
    assert limit_set(5).texts == limit_set(5).texts != limit_set(5, seed=1).texts
    large = limit_set(110)  # 5,995 pairs; one kind and a noun make 5,000 things
    assert large.queries["query_id"].str.split().str.len().eq(3).all()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"n_documents": 1}, "n_documents is 1: expected a whole number from 2"),
        ({"n_documents": 5, "n_relevant": 5}, "n_relevant is 5: .* from 1 to 4"),
        ({"n_documents": 1000, "n_relevant": 500}, "more choices of 500 than things"),
        ({"seed": -1}, "seed is -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(asked, message):
    with pytest.raises(InputError, match=message):
        limit_set(**asked)
