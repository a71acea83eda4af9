"""Words of permission, and what is said of others at either door."""

import pytest

from semshift_nb import load_corpus, load_encoder
from semshift_nb.corpora import load_retrieval
from semshift_nb.errors import InputError, at_the_command_line
from semshift_nb.permissions import check_permissions, how_to_permit
from semshift_nb.reports import run_report


def test_known_words_are_taken_in_any_collection():
    assert check_permissions(()) == frozenset()
    assert check_permissions("pickle") == {"pickle"}
    assert check_permissions({"download": 1, "remote-code": 2}) == {"download", "remote-code"}


@pytest.mark.parametrize("word", ["all", "", "Download", 3, None, [], True])
def test_any_other_word_is_refused_as_it_is_typed_at_the_door(word):
    with pytest.raises(InputError, match=r"^allow takes 'download', 'pickle' or 'remote-code' h"):
        check_permissions([word])
    with (
        at_the_command_line(),
        pytest.raises(InputError, match=r"^--allow takes download, pickle or remote-code here, b"),
    ):
        check_permissions([word])


@pytest.mark.parametrize("allow", [3, None, 0.5])
def test_what_is_no_collection(allow):
    with pytest.raises(InputError, match=f"but got {allow}"):
        check_permissions(allow)


def test_only_a_model_may_bring_code():
    doors = [load_corpus, load_retrieval, lambda _, allow: run_report(allow=allow)]
    for door in doors:
        with pytest.raises(InputError, match="allow takes 'download' here, but got 'pickle'"):
            door("news", allow=("pickle",))
    with pytest.raises(InputError, match="'remote-code' here, but got 'code'"):
        load_encoder("static", store=None, allow=("code",))


def test_how_it_is_given():
    assert how_to_permit("pickle", "load_encoder") == 'write load_encoder(..., allow=("pickle",))'
    with at_the_command_line():
        assert how_to_permit("pickle", "load_encoder") == "add --allow pickle"
