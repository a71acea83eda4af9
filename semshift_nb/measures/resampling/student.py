"""The interval of a mean of few values, such as those of three seeds."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import ADDABLE, real_numbers
from semshift_nb.measures.resampling.bootstrap import Interval, is_share
from semshift_nb.validation import shown


def student_mean(values: ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the mean of independent values with Student's interval.

    Redrawing three values says little more than where the least and the greatest lie; this interval
    takes their spread for that of a normal distribution, and is wide accordingly.

    Parameters
    ----------
    values : array-like of shape (n_values,)
        One for each independent run.
    level : float, default 0.95
        How sure the interval is to hold the mean.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n``; of a single value the ends are NaN.

    Raises
    ------
    InputError
        If there is no value, one is not finite, or the level is not between 0 and 1.

    References
    ----------
    Student 1908, The probable error of a mean.

    Examples
    --------
    >>> student_mean([1.0, 2.0, 3.0]).high.__round__(3)
    4.484
    """
    numbers = real_numbers(values, name="values", largest=ADDABLE)
    if numbers.ndim != 1 or not len(numbers) or not is_share(level):
        raise InputError(
            f"values have shape {numbers.shape} and level is {shown(level)}, expected one column "
            "with at least one value, and a share between 0 and 1, such as 0.95."
        )
    mean, n = float(numbers.mean()), len(numbers)
    if n == 1:
        return Interval(mean, np.nan, np.nan, n)
    scale = float(np.abs(numbers).max()) or 1.0  # squares of what is large would overflow
    error = (numbers / scale).std(ddof=1) * scale / np.sqrt(n)
    reach = float(stats.t.ppf((1 + float(level)) / 2, n - 1) * error)
    return Interval(mean, mean - reach, mean + reach, n)
