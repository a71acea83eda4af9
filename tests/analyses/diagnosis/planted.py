"""Retrieval sets in which it is known why a document is not found."""

import numpy as np
import pandas as pd

from semshift_nb.corpora import Corpus, RetrievalSet, load_corpus

N_CASES = 16


def judged(documents: dict[str, str], cases: dict[str, tuple[str, list[str]]]) -> RetrievalSet:
    """A set of documents by id, and queries by id with the ids of what answers them."""
    corpus = Corpus(
        "planted", pd.DataFrame({"doc_id": list(documents), "text": documents.values()})
    )
    queries = pd.DataFrame(
        {"query_id": list(cases), "text": [query for query, _ in cases.values()]}
    )
    rows = [(query, doc, 1) for query, (_, docs) in cases.items() for doc in docs]
    table = pd.DataFrame(rows, columns=["query_id", "doc_id", "relevance"])
    return RetrievalSet(corpus, queries, table, "planted")


class News:
    """Sentences of news stories, each given out once, and stories to be told apart from."""

    def __init__(self, seed: int, n_distractors: int = 60) -> None:
        corpus = load_corpus("news", n_documents=240, seed=seed)
        rng = np.random.default_rng(seed)
        taken = corpus.sentences["doc_id"].map(
            dict(zip(corpus.documents["doc_id"], range(len(corpus)), strict=True))
        )
        own = corpus.sentences[taken >= n_distractors]
        fit = own[[60 < len(text) < 160 for text in own["text"]]]
        once = fit.groupby("doc_id").head(3)
        self._left = once["text"].iloc[rng.permutation(len(once))].tolist()
        texts = corpus.documents["text"].tolist()[:n_distractors]
        self.distractors = {f"n{i:03}": text for i, text in enumerate(texts)}

    def sentences(self, n: int) -> list[str]:
        """So many sentences, mostly of different stories."""
        given, self._left = self._left[:n], self._left[n:]
        return given


def beyond_the_limit() -> RetrievalSet:
    """Foreign sentences, and then the answer: too late for a model that reads 48 tokens."""
    news = News(0)
    documents, cases = dict(news.distractors), {}
    for i in range(N_CASES):
        *filler, answer = news.sentences(4)
        documents[f"a{i}"] = " ".join([*filler, answer])
        cases[f"q{i}"] = (answer, [f"a{i}"])
    return judged(documents, cases)


def among_foreign_sentences(n: int = 20) -> RetrievalSet:
    """The answer somewhere among foreign sentences, all of which are read."""
    news, rng = News(1), np.random.default_rng(1)
    documents, cases = dict(news.distractors), {}
    for i in range(N_CASES):
        *filler, answer = news.sentences(n + 1)
        filler.insert(int(rng.integers(1, n)), answer)
        documents[f"a{i}"] = " ".join(filler)
        cases[f"q{i}"] = (" ".join(answer.split()[:8]), [f"a{i}"])
    return judged(documents, cases)


def at_the_end(n: int = 7) -> RetrievalSet:
    """The answer behind foreign sentences; something like it stands before the same ones.

    The words of the foreign sentences are shuffled, each time anew, so that no text is the same.
    """
    news, rng = News(2, n_distractors=8), np.random.default_rng(2)
    documents, cases = dict(news.distractors), {}
    for i in range(N_CASES):
        *filler, answer = news.sentences(n + 1)

        def shuffled(filler: list[str] = filler) -> list[str]:
            return [" ".join(rng.permutation(said.rstrip(".").split())) + "." for said in filler]

        documents[f"a{i}"] = " ".join([*shuffled(), answer])
        cases[f"q{i}"] = (answer, [f"a{i}"])
        words = answer.rstrip(".").split()
        for j in range(4):
            like = " ".join([*words[: 2 * j], *words[2 * j + 3 :]]) + "."
            documents[f"b{i}-{j}"] = " ".join([like, *shuffled()])
    return judged(documents, cases)


def hubs(n: int = 12, n_cases: int = 40, seed: int = 3) -> RetrievalSet:
    """Documents of one long sentence, and as long ones that have the words of all queries."""
    news, rng = News(seed, n_distractors=80), np.random.default_rng(seed)
    said = [
        " ".join(word.strip('.,?!"()') for word in text.split()[:150])
        for text in news.distractors.values()
    ]
    queries = [" ".join(rng.choice(said[i].split(), size=5)) for i in range(n_cases)]
    asked = " ".join(queries).split()
    documents = {f"a{i}": text for i, text in enumerate(said)}
    documents |= {f"hub{i}": " ".join(rng.permutation(asked)[:120]) for i in range(n)}
    cases = {f"q{i}": (query, [f"a{i}"]) for i, query in enumerate(queries)}
    return judged(documents, cases)


def copies(n: int = 12) -> RetrievalSet:
    """A story stands there many times, and only the one with a foreign sentence is judged right."""
    news = News(4)
    documents, cases = {}, {}
    for i, (doc_id, text) in enumerate(list(news.distractors.items())[:N_CASES]):
        documents |= {f"{doc_id}-{j:02}": text for j in range(n)}
        documents[f"{doc_id}-right"] = f"{text} {news.sentences(1)[0]}"
        cases[f"q{i}"] = (text[:150], [f"{doc_id}-right"])
    return judged(documents, cases)
