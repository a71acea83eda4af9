"""Every measure of a space, given every kind of array that people have."""

import warnings

import numpy as np
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.spectral import SPECTRAL

ANY_LENGTH = SPECTRAL | {
    "two_nn_dimension": measures.two_nn_dimension,
    "partition_isotropy": measures.partition_isotropy,
    "near_zero_dimensions": lambda x: len(measures.near_zero_dimensions(x)),
    "top_singular_value": lambda x: float(measures.singular_values(x)[0]),
}
"""Measures of vectors of any length."""

UNIT = {
    "mean_cosine": measures.mean_cosine,
    "MPD": measures.mean_pairwise_distance,
    "uniformity": measures.uniformity,
    "alignment": lambda x: measures.alignment(x[:20], x[20:]),
    "hubness": lambda x: measures.hubness(x, k=5),
    "k_occurrence": lambda x: int(measures.k_occurrence(x, k=3)[0]),
    "outlier_dimensions": lambda x: len(measures.outlier_dimensions(x, multiple=1.5)),
    "dimension_shares": lambda x: float(measures.dimension_shares(x).mean_cosine[1]),
}
"""Measures of unit rows."""

ALL = ANY_LENGTH | UNIT
INTERVALS = {
    "jackknife_spectral_figures": lambda x: tuple(measures.jackknife_spectral_figures(x)["nesum"]),
    "jackknife_partition_isotropy": lambda x: tuple(measures.jackknife_partition_isotropy(x)),
    "subsample_two_nn_dimension": lambda x: tuple(
        measures.subsample_two_nn_dimension(x, n_resamples=5)
    ),
    "subsample_hubness": lambda x: tuple(measures.subsample_hubness(x, k=3, n_resamples=5)),
    "jackknife_dimension_figures": lambda x: tuple(
        measures.jackknife_dimension_figures(x)["top_dimension_cosine_share"]
    ),
    "bootstrap_alignment": lambda x: tuple(
        measures.bootstrap_alignment(x[:20], x[20:], n_resamples=20)
    ),
}


@pytest.fixture
def rows(unit):
    """Forty unit rows of eight dimensions, in numbers that float32 holds exactly."""
    return unit(40, 8).astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("name", ALL | INTERVALS)
def test_all_kinds_of_arrays_give_the_same_number(rows, name, tmp_path):
    measure = (ALL | INTERVALS)[name]
    expected = measure(rows)
    before = rows.copy()
    np.save(tmp_path / "rows.npy", rows.astype(np.float32))
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    wide = np.zeros((80, 16))
    wide[::2, ::2] = rows
    for same in (
        rows.astype(np.float32),
        np.asfortranarray(rows),
        wide[::2, ::2],
        mapped,
        torch.tensor(rows),
        torch.tensor(rows, dtype=torch.float32),
        torch.tensor(wide)[::2, ::2],
        torch.tensor(rows, requires_grad=True),
    ):
        assert measure(same) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert (rows == before).all()


@pytest.mark.parametrize("name", ANY_LENGTH)
def test_half_precision_and_whole_numbers_are_converted_exactly(name):
    measure = ANY_LENGTH[name]
    whole = np.random.default_rng(0).integers(-127, 128, (40, 6))
    expected = measure(whole.astype(np.float64))
    for kind in (np.int8, np.int64, np.float16):
        assert measure(whole.astype(kind)) == expected
    for kind in (torch.int8, torch.float16, torch.bfloat16):
        assert measure(torch.tensor(whole).to(kind)) == pytest.approx(expected, rel=1e-9)
    assert measure(np.abs(whole).astype(np.uint8)) == measure(np.abs(whole).astype(np.float64))


@pytest.mark.parametrize("name", ANY_LENGTH)
def test_whole_numbers_that_float64_cannot_hold_are_refused(name):
    with pytest.raises(InputError, match=r"from 2\*\*53 on"):
        ANY_LENGTH[name](np.full((40, 3), 2**53 + 1))


@pytest.mark.parametrize("name", UNIT)
def test_directions_of_quantised_vectors_are_not_guessed(name):
    rows = np.full((40, 4), 100, dtype=np.int8)
    with pytest.raises(InputError, match="int8, expected floating-point numbers; quantised"):
        UNIT[name](rows)


@pytest.mark.parametrize("name", UNIT)
def test_half_precision_is_within_its_rounding(rows, name):
    measure = UNIT[name]
    for half in (rows.astype(np.float16), torch.tensor(rows, dtype=torch.float16)):
        assert measure(half) == pytest.approx(measure(rows), rel=0.02, abs=0.01)


@pytest.mark.parametrize("name", ALL | INTERVALS)
def test_shapes_are_checked(name):
    measure = (ALL | INTERVALS)[name]
    for bad in (np.zeros((40, 4, 3)), np.zeros((40, 0)), np.zeros(40)):
        with pytest.raises(InputError, match=r"expected \(n, dim\)"):
            measure(bad)
    for bad in (np.ones((40, 4), dtype=bool), np.ones((40, 4), dtype=complex)):
        with pytest.raises(InputError, match="numbers"):
            measure(bad)
    with pytest.raises(InputError, match="expected an array"):
        measure([[1.0, 0.0]] * 40)


@pytest.mark.parametrize("name", ALL | INTERVALS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_rows_are_counted_and_named(rows, name, bad):
    rows[[3, 7], 2] = bad
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match=r"2 .*rows \[?3, 7"):
            (ALL | INTERVALS)[name](rows)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"alignment"}))
@pytest.mark.parametrize("n", [0, 1])
def test_too_few_rows_are_refused(unit, name, n):
    with pytest.raises(InputError, match="expected"):
        ALL[name](unit(2, 6)[:n])


@pytest.mark.parametrize("name", UNIT)
@pytest.mark.parametrize("size", [1e-30, 1e30, 2.0])
def test_unit_rows_are_asked_for(rows, name, size):
    for kind in (np.float64, np.float32):
        with (
            np.errstate(over="ignore"),
            pytest.raises(InputError, match=r"not of length one|overflow"),
        ):
            UNIT[name]((size * rows).astype(kind))


@pytest.mark.parametrize(
    "name", sorted(set(ANY_LENGTH) - {"partition_isotropy", "top_singular_value"})
)
def test_length_does_not_matter(rows, name):
    for size in (1e-30, 1e30):
        for kind in (np.float64, np.float32):
            found = ANY_LENGTH[name]((size * rows).astype(kind))
            assert found == pytest.approx(ANY_LENGTH[name](rows), rel=1e-5)


@pytest.mark.parametrize("name", ["singular_values", "near_zero_dimensions", "dimension_shares"])
def test_arrays_stay_in_their_library(rows, name):
    found = getattr(measures, name)(torch.tensor(rows))
    assert all(isinstance(part, torch.Tensor) for part in (found if name[0] == "d" else [found]))
    assert isinstance(measures.k_occurrence(torch.tensor(rows), k=2), torch.Tensor)


@pytest.mark.parametrize("name", ["alignment", "nearest_neighbours", "overlap_at_k"])
def test_arrays_of_two_libraries_are_not_mixed(rows, name):
    more = {"alignment": (), "nearest_neighbours": (3,), "overlap_at_k": (1,)}[name]
    with pytest.raises(InputError, match="got ndarray and Tensor, expected arrays of one library"):
        getattr(measures, name)(rows, torch.tensor(rows), *more)


def test_isotropy_of_the_longest_vectors():
    # All on one side: the sum along the mean is beyond any other.
    assert measures.partition_isotropy(np.full((4, 3), 1e308)) == 0
    assert measures.partition_isotropy(np.zeros((4, 3))) == 1
