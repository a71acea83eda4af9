"""Where text comes from: corpora by name or by path, their sentences, pairs, and retrieval sets."""

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.load import load_corpus
from semshift_nb.corpora.pairs.load import load_pairs
from semshift_nb.corpora.pairs.pairs import TextPairs
from semshift_nb.corpora.pairs.positives import (
    adjacent_sentences,
    load_parallel,
    pair_sets,
    parallel_texts,
    repeated_texts,
)
from semshift_nb.corpora.retrieval.known_item import known_item
from semshift_nb.corpora.retrieval.limit import limit_set
from semshift_nb.corpora.retrieval.load import load_retrieval
from semshift_nb.corpora.retrieval.mteb_task import read_mteb
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.corpora.segments import concatenated_segments, load_segments, segments_corpus
from semshift_nb.corpora.sentences import TextWarning, split_sentences
from semshift_nb.corpora.wikipedia.articles import wikipedia_sections

__all__ = [
    "Corpus",
    "RetrievalSet",
    "TextPairs",
    "TextWarning",
    "adjacent_sentences",
    "concatenated_segments",
    "known_item",
    "limit_set",
    "load_corpus",
    "load_pairs",
    "load_parallel",
    "load_retrieval",
    "load_segments",
    "pair_sets",
    "parallel_texts",
    "read_mteb",
    "repeated_texts",
    "segments_corpus",
    "split_sentences",
    "wikipedia_sections",
]
