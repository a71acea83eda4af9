"""Checks of arguments that every floor makes."""

import numpy as np
import pytest

from semshift_nb.errors import InputError
from semshift_nb.validation import check_whole, is_whole, shortened


def test_whole_numbers_are_those_of_python_and_numpy_but_no_truth_values():
    assert [is_whole(value) for value in (0, -3, np.int8(2), np.uint64(2**63))] == [True] * 4
    assert not any(is_whole(value) for value in (2.0, True, np.bool_(1), np.float64(2), "2", None))
    assert is_whole(2, least=2, most=2)
    assert not is_whole(1, least=2)
    assert not is_whole(3, most=2)


def test_a_number_comes_back_as_pythons_or_is_refused_by_its_name():
    assert type(check_whole(np.int64(3), "seed", least=3)) is int
    for value in (2, 3.0, None, [3] * 100):
        with pytest.raises(InputError, match=r"^seed is .{1,60}: expected a whole number from 3"):
            check_whole(value, "seed", least=3)


def test_a_list_says_that_it_was_cut():
    assert shortened([]) == ""
    assert shortened(["a", "b"], most=2) == "a, b"
    assert shortened(["a", "b", "c"], most=2, write=repr) == "'a', 'b', ..."
    assert shortened(np.arange(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ..."
