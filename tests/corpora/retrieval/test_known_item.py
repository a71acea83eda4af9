"""Sentences taken out of documents: what is asked, and what is left to be found."""

import pytest

from semshift_nb.corpora import Corpus, known_item, load_corpus
from semshift_nb.errors import InputError

TEXTS = [
    "A river has two banks. Water flows between them. Fish swim there.",
    "Only one sentence stands here.",
    "So what? Prices rose again in the spring. Nobody knew the reason why.",
    "",
]


def test_a_sentence_and_the_rest_of_its_document() -> None:
    corpus = Corpus.from_texts(TEXTS)
    found = known_item(corpus, seed=3)
    assert found.relevance.keys() == set(found.queries["query_id"])
    assert [list(judged.items()) for judged in found.relevance.values()] == [
        [("0", 1)],
        [("2", 1)],
    ]
    for query, doc_id in zip(found.queries["text"], ("0", "2"), strict=True):
        left = found.texts[int(doc_id)]
        assert query not in left
        assert sorted((left + " " + query).split()) == sorted(TEXTS[int(doc_id)].split())
    assert found.texts[1] == TEXTS[1]
    assert found.split == "known item"
    # "So what?" is a crumb and never asked for; which of the others is, the seed decides.
    asked = {known_item(corpus, seed=seed).queries["text"][1] for seed in range(20)}
    assert asked == {"Prices rose again in the spring.", "Nobody knew the reason why."}


def test_several_of_each() -> None:
    found = known_item(Corpus.from_texts(TEXTS), per_document=2)
    assert found.queries["query_id"].str.startswith("0#").all()
    assert len(found.queries) == 2
    for query in found.queries["text"]:
        assert query in TEXTS[0]
        assert query not in found.texts[0]
    assert sorted(" ".join([found.texts[0], *found.queries["text"]]).split()) == sorted(
        TEXTS[0].split()
    )
    with pytest.raises(InputError, match="no document of corpus 'texts' has more than 3 sentences"):
        known_item(Corpus.from_texts(TEXTS), per_document=3)
    with pytest.raises(InputError, match="per_document is 0"):
        known_item(Corpus.from_texts(TEXTS), per_document=0)


def test_real_text() -> None:
    corpus = load_corpus("news")
    found = known_item(corpus)
    assert len(found.queries) == len(found.corpus) == len(corpus)
    before, after = corpus.documents["text"], found.corpus.documents["text"]
    assert (after.str.len() < before.str.len()).all()
    assert known_item(corpus).queries.equals(found.queries)
    assert not known_item(corpus, seed=1).queries.equals(found.queries)
