"""Languages: the codes there are, and scripts that belie them."""

import pytest
from babel import Locale
from babel.core import get_global

from semshift_nb.corpora import split_sentences
from semshift_nb.corpora.sentences.languages import (
    LANGUAGES,
    base_language,
    belied_by_script,
    check_language,
)
from semshift_nb.errors import InputError


@pytest.mark.parametrize(
    "language", ["English language", "", "e", None, 3, "en_", "x" * 40, "xx", "klingon"]
)
def test_a_language_that_is_no_code(language: object) -> None:
    with pytest.raises(InputError, match=r"two-letter code .* af .* zu.* zh-Hans"):
        split_sentences("One.", language)


def test_what_was_meant_is_named() -> None:
    with pytest.raises(InputError, match="Did you mean 'zh'"):
        check_language("cn")


def test_every_two_letter_language_that_cldr_names_is_known() -> None:
    known = {code for code in Locale("en").languages if len(code) == 2}
    assert known <= LANGUAGES
    assert all(base_language(code) == code for code in LANGUAGES)


def test_longer_codes_say_the_same() -> None:
    aliases = get_global("language_aliases")
    assert base_language("deu") == aliases["deu"] == "de"
    for code, base in {
        "zh-Hans": "zh",
        "zho_Hant": "zh",
        "en-US": "en",
        "PT-br": "pt",
        "yue": "yue",
    }.items():
        assert check_language(code) == code
        assert base_language(code) == base


@pytest.mark.parametrize(
    ("text", "code", "guess"),
    [
        ("天气很好。我们走吧。", "en", "zh"),
        ("天气很好。我们走吧。", "zh-Hant", ""),
        ("天気がいい。行きましょう。", "zh", "ja"),
        ("天気がいい。行きましょう。", "ja", ""),
        ("날씨가 좋다.", "en", "ko"),
        ("الجو جميل.", "de", "ar"),
        ("هوا خوب است.", "fa", ""),
        ("मौसम अच्छा है।", "en", "hi"),
        ("Погода хорошая.", "en", "ru"),
        ("Погода хороша.", "uk", ""),
        ("The word 天气 is Chinese.", "en", ""),
        ("Das Wetter ist schön.", "en", ""),
        ("123 …", "en", ""),
        ("", "en", ""),
    ],
)
def test_a_script_can_belie_a_language(text: str, code: str, guess: str) -> None:
    assert belied_by_script(text, code) == guess
