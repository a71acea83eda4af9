"""Where text comes from: corpora by name or by path, and their sentences."""

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.load import load_corpus
from semshift_nb.corpora.sentences import split_sentences

__all__ = ["Corpus", "load_corpus", "split_sentences"]
