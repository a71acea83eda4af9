"""Checks of arguments that every floor makes."""

import numpy as np
import pytest

from semshift_nb.errors import InputError
from semshift_nb.validation import check_flag, check_whole, is_real, is_whole, shortened, shown


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


def test_real_numbers_are_finite_and_no_truth_values():
    assert all(is_real(value) for value in (0, 0.5, np.float16(2), np.int8(-128), -(2**1000)))
    assert not any(is_real(value) for value in (np.nan, -np.inf, True, "1", 1j, None, 2**1024))
    assert not is_real(np.longdouble("1e4000"))
    assert is_real(np.float16(1), least=1, most=1e300)
    assert not is_real(0.9, least=1)


def test_a_flag_is_true_or_false():
    assert check_flag(np.True_, "centred") is True
    for value in ("no", 0, None, np.zeros(2)):
        with pytest.raises(InputError, match=r"^centred is .*: expected True or False"):
            check_flag(value, "centred")


def test_every_value_can_be_shown():
    assert shown("a" * 99) == "'" + "a" * 59
    assert shown(10**5000) == "of type int and too long to write"


def test_a_list_says_that_it_was_cut():
    assert shortened([]) == ""
    assert shortened(["a", "b"], most=2) == "a, b"
    assert shortened(["a", "b", "c"], most=2, write=repr) == "'a', 'b', ..."
    assert shortened(np.arange(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ..."
