"""Where text comes from: corpora by name or by path, their sentences, and retrieval sets."""

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.known_item import known_item
from semshift_nb.corpora.load import load_corpus
from semshift_nb.corpora.load_set import load_retrieval
from semshift_nb.corpora.mteb_task import read_mteb
from semshift_nb.corpora.retrieval import RetrievalSet
from semshift_nb.corpora.sentences import split_sentences

__all__ = [
    "Corpus",
    "RetrievalSet",
    "known_item",
    "load_corpus",
    "load_retrieval",
    "read_mteb",
    "split_sentences",
]
