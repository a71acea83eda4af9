"""Sentences of a text: sentencex finds them, rules and blocks put right what it does not know."""

from semshift_nb.corpora.sentences.languages import (
    DEFAULT_LANGUAGE,
    base_language,
    check_language,
    languages_of,
)
from semshift_nb.corpora.sentences.notices import TextWarning, notices_of, warn_of_texts
from semshift_nb.corpora.sentences.spans import (
    MIN_CHARACTERS,
    sentence_spans,
    sentences_of,
    split_sentences,
    without_unfinished,
)

__all__ = [
    "DEFAULT_LANGUAGE",
    "MIN_CHARACTERS",
    "TextWarning",
    "base_language",
    "check_language",
    "languages_of",
    "notices_of",
    "sentence_spans",
    "sentences_of",
    "split_sentences",
    "warn_of_texts",
    "without_unfinished",
]
