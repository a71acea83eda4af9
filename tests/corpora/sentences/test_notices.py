"""What is told of texts: machine data, code, and a script that belies the language."""

import warnings

import pandas as pd
import pytest

from semshift_nb.corpora import Corpus, TextWarning
from semshift_nb.errors import at_the_command_line

DATA = "Qk1WAgAAAAAAADYAAAAo" * 20
CODE = "```\nprint(1)\n```"


def corpus(texts: dict[str, str], language: str = "en") -> Corpus:
    table = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    return Corpus("told", table.assign(language=language))


def test_machine_data_and_code_are_told_with_their_documents() -> None:
    texts = {"plain": "One. Two.", "data": f"See {DATA} there.", "both": f"{CODE}\nSee {DATA}."}
    told = (
        r"2 documents hold .* 'data' \(a data URI or base64, 400 characters\), 'both' \(a data URI "
    )
    with pytest.warns(TextWarning, match=told + r"or base64, 400 characters, fenced code, 16 char"):
        assert len(corpus(texts).sentences) == 2 + 1 + 2


def test_another_script_is_told_in_the_words_of_the_door() -> None:
    chinese = {"a": "天气很好。我们走吧。", "b": "Fine."}
    expected = r"1 document does not look like the language: 'a' \(taken for 'en', perhaps 'zh'\)"
    with pytest.warns(TextWarning, match=rf"{expected}.* with language= for all"):
        assert len(corpus(chinese).sentences) == 3
    with at_the_command_line(), pytest.warns(TextWarning, match="with --language for all"):
        assert len(corpus(chinese).sentences) == 3


def test_nothing_is_told_of_ordinary_texts() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(corpus({"a": "天气很好。我们走吧。"}, "zh").sentences) == 2
        assert len(corpus({"a": "Une phrase. « 天气 » en est un mot."}, "fr").sentences) == 2
