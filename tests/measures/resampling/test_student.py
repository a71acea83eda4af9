"""The interval of a mean of few values, against SciPy's own."""

import numpy as np
import pytest
from scipy import stats

from semshift_nb import measures
from semshift_nb.errors import InputError


def test_it_is_that_of_scipy():
    values = [0.25, 0.31, 0.27]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = measures.student_mean(values, level=0.9)
    assert found == pytest.approx((np.mean(values), expected.low, expected.high, 3))


def test_a_single_value_has_no_interval():
    found = measures.student_mean([2.0])
    assert (found.value, found.n) == (2.0, 1)
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize("values", [[], [[1.0]], [np.nan, 1.0]])
def test_bad_input(values: list):
    with pytest.raises(InputError, match=r"values (have|hold)"):
        measures.student_mean(values)
