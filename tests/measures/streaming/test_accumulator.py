"""Figures of a stream against those of the same vectors in memory, whatever they are like."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.covariance import empirical_covariance

from semshift_nb import measures
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.measures import GeometryAccumulator

KEPT = 300
SAMPLED = ("uniformity", "partition_isotropy", "two_nn_dimension", "hubness")


def counted(rows, *, n_parts: int = 7, n_reservoir: int = KEPT, seed: int = 0):
    accumulator = GeometryAccumulator(rows.shape[1], n_reservoir=n_reservoir, seed=seed)
    for part in np.array_split(np.arange(len(rows)), n_parts):
        accumulator.add(rows[part])
    return accumulator


def directions(rows):
    wide = np.asarray(rows, dtype=np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def turned(dim: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(9).standard_normal((dim, dim)))[0]


def kinds() -> dict[str, np.ndarray]:
    """Vectors that a sum of squares could come to grief over, 2,000 of 24 dimensions."""
    rows = np.random.default_rng(0).standard_normal((2000, 24))
    steep = np.logspace(0, -7, 24)
    dead = rows * np.where(np.isin(np.arange(24), [3, 9]), 1e-7, 1.0)
    late = rows.copy()
    late[KEPT:, :5] *= 1e3
    still = rows.copy()
    still[: 2 * KEPT] = rows[0]
    return {
        "isotropic": rows,
        "far from 0": rows + 1e5,
        "nearly one direction": 1e-3 * rows + np.eye(24)[0],
        "a steep spectrum": rows @ np.diag(steep) @ turned(24),
        "steep dimensions": rows * steep,
        "ten directions of 24": rows[:, :10] @ turned(24)[:10],
        "dead dimensions": dead,
        "zero and constant dimensions": rows * (np.arange(24) > 1) + (np.arange(24) == 1),
        "later ones differ": late,
        "first ones are one": still,
        "fewer than dimensions": rows[:20],
        "long": rows * 1e30,
        "short": rows * 1e-30,
        "one dimension": rows[:, :1] + 0.1,
        "duplicates": np.repeat(rows[:40], 50, axis=0),
        "float32": rows.astype(np.float32),
        "float16": rows.astype(np.float16),
        "whole numbers": (40 * rows).astype(np.int8) + np.int8(1),
        "columns in order": np.asfortranarray(rows),
        "every other row": np.repeat(rows, 2, axis=0)[::2],
    }


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("n_reservoir", [10, KEPT, 5000])
def test_a_stream_gives_what_memory_gives(kind, n_reservoir):
    """To 1e-9 relative, as the issue asks: every figure of the spectrum, in both centrings."""
    rows = kinds()[kind]
    found = counted(rows, n_reservoir=n_reservoir)
    wide = np.asarray(rows, dtype=np.float64)
    size = float(np.linalg.norm(wide))
    for centred in (True, False):
        sigma = measures.singular_values(wide, centred=centred)
        streamed = found.singular_values(centred=centred)
        assert streamed == pytest.approx(sigma, rel=1e-9, abs=2e-13 * size)
        shape = {"n_texts": len(rows), "dim": rows.shape[1], "centred": centred, "size": size}
        expected = measures.spectral_figures(sigma, **shape)
        figures = measures.spectral_figures(streamed, **shape)
        assert figures == {
            name: value if isinstance(value, str) else pytest.approx(value, rel=1e-9, abs=1e-12)
            for name, value in expected.items()
        }
    scale = np.abs(wide).max()
    assert found.mean == pytest.approx(wide.mean(axis=0), rel=1e-12, abs=1e-15 * scale)
    covariance = empirical_covariance(wide / scale)
    assert found.covariance / scale**2 == pytest.approx(covariance, rel=1e-9, abs=1e-13)
    assert found.second_moment / scale**2 == pytest.approx(
        (wide / scale).T @ (wide / scale) / len(wide), rel=1e-9, abs=1e-13
    )
    assert found.variance / scale**2 == pytest.approx(np.diagonal(covariance), rel=1e-9, abs=1e-13)
    assert found.mean_magnitude == pytest.approx(np.abs(wide).mean(axis=0), rel=1e-12)


@pytest.mark.parametrize("kind", kinds())
def test_distances_are_those_of_directions(kind):
    rows = kinds()[kind]
    found, unit = counted(rows), directions(rows)
    # Against all differences from the mean in extended precision: nothing cancels there.
    long = unit.astype(np.longdouble)
    exact = float(((long - long.mean(axis=0)) ** 2).sum() / (len(long) - 1))
    assert found.mean_pairwise_distance() == pytest.approx(exact, rel=1e-9, abs=1e-17)
    in_memory = measures.mean_pairwise_distance(unit)
    assert found.mean_pairwise_distance() == pytest.approx(in_memory, rel=1e-9, abs=1e-14)
    assert found.figures()["mean_cosine"] == 1 - found.mean_pairwise_distance()
    assert found.mean_direction == pytest.approx(unit.mean(axis=0), abs=1e-14)


@pytest.mark.parametrize("kind", sorted(kinds().keys() - {"one dimension"}))
def test_figures_of_dimensions_are_those_of_the_measures(kind):
    rows = kinds()[kind]
    figures, unit = counted(rows).figures(), directions(rows)
    assert figures["n_near_zero_dimensions"] == len(measures.near_zero_dimensions(rows))
    assert figures["n_outlier_dimensions"] == len(measures.outlier_dimensions(unit))
    variance, cosine = measures.dimension_shares(unit)
    assert figures["top_dimension_variance_share"] == pytest.approx(variance.max(), rel=1e-7)
    top = np.abs(cosine).max() / np.abs(cosine).sum()
    assert figures["top_dimension_cosine_share"] == pytest.approx(top, rel=1e-7)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(0, 700), max_size=6))
def test_batches_of_any_size_are_one_stream(seed, cuts):
    rows = np.random.default_rng(seed).standard_normal((700, 5)) + 2
    whole = counted(rows, n_parts=1, n_reservoir=50)
    found = GeometryAccumulator(5, n_reservoir=50)
    for start, stop in itertools.pairwise([0, *sorted(cuts), 700]):
        found.add(rows[start:stop])
    assert found.n == whole.n == 700
    assert found.singular_values() == pytest.approx(whole.singular_values(), rel=1e-12)
    assert found.mean_pairwise_distance() == pytest.approx(whole.mean_pairwise_distance())
    for ours, theirs in zip(found.sample(), whole.sample(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def parts_of(rows, sizes):
    return [
        counted(rows[stop - size : stop], n_parts=3, n_reservoir=60)
        for size, stop in zip(sizes, np.cumsum(sizes), strict=True)
    ]


@pytest.mark.parametrize("sizes", [(40, 900, 300), (20, 20, 15), (50, 50, 0), (0, 500, 30)])
@pytest.mark.parametrize("kind", ["isotropic", "a steep spectrum", "far from 0"])
def test_merging_is_associative(sizes, kind):
    rows = kinds()[kind][: sum(sizes)]
    a, b, c = parts_of(rows, sizes)
    left = a.merge(b).merge(c)
    a, b, c = parts_of(rows, sizes)
    right = a.merge(b.merge(c))
    for found in (left, right):
        assert found.n == len(rows)
        expected = measures.singular_values(rows)
        assert found.singular_values() == pytest.approx(expected, rel=1e-9, abs=1e-9 * expected[-1])
        assert found.mean == pytest.approx(rows.mean(axis=0), rel=1e-12, abs=1e-14)
        distance = measures.mean_pairwise_distance(directions(rows))
        assert found.mean_pairwise_distance() == pytest.approx(distance, rel=1e-9, abs=1e-14)
        assert (rows[found.sample().places] == found.sample().rows).all()
    for ours, theirs in zip(left.sample(), right.sample(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (c.n, b.n) == (sizes[2], sizes[1] + sizes[2])


def test_the_sample_is_drawn_evenly():
    """Each of 400 places is in a sample of 40 with chance 1/10: over 300 seeds, 30 +- 5.2 times."""
    rows = np.random.default_rng(0).standard_normal((400, 3))
    drawn = np.zeros(400)
    for seed in range(300):
        halves = [counted(part, n_reservoir=40, seed=seed) for part in (rows[:150], rows[150:])]
        sample = halves[0].merge(halves[1]).sample()
        assert (sample.rows == rows[sample.places]).all()
        drawn[sample.places] += 1
    assert drawn.sum() == 300 * 40
    assert drawn[:150].mean() == pytest.approx(30, abs=1.5)
    assert drawn.std() == pytest.approx(27**0.5, rel=0.15)


@pytest.mark.parametrize("n", [0, 1, 30, 500])
@pytest.mark.parametrize("kind", ["float32", "a steep spectrum"])
def test_saved_and_loaded_goes_on_as_if_nothing_had_been(n, kind, tmp_path):
    rows = kinds()[kind]
    found = counted(rows[:n], n_reservoir=60, seed=3)
    path = tmp_path / "part"
    found.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["part"]
    again = GeometryAccumulator.load(path)
    for accumulator in (found, again):
        accumulator.add(rows[n:])
    assert repr(again) == repr(found) == "<GeometryAccumulator of 2,000 vectors of 24 dimensions>"
    assert again.sample().rows.dtype == rows.dtype
    np.testing.assert_array_equal(again.singular_values(), found.singular_values())
    np.testing.assert_array_equal(again.sample().rows, found.sample().rows)
    assert again.figures() == found.figures()


def test_what_is_no_saved_accumulator_is_refused(tmp_path):
    path = tmp_path / "file"
    for content in (b"", b"text", b"\x93NUMPY"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="cannot be read as a saved accumulator"):
            GeometryAccumulator.load(path)
    np.savez(path, a=np.eye(2))
    (tmp_path / "file.npz").replace(path)
    with pytest.raises(InputError, match="holds a, not an accumulator"):
        GeometryAccumulator.load(path)
    with pytest.raises(InputError, match="cannot be read"):
        GeometryAccumulator.load(tmp_path / "nowhere")
    with pytest.raises(SemshiftError, match="cannot write"):
        GeometryAccumulator(2).save(tmp_path / "no" / "folder")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.int8])
def test_torch_gives_the_same_numbers(dtype):
    rows = torch.tensor(20 * kinds()["a steep spectrum"] + 5).to(dtype)
    streamed = GeometryAccumulator(24, n_reservoir=KEPT)
    streamed.add(rows.requires_grad_() if dtype.is_floating_point else rows)
    expected = counted(rows.detach().to(torch.float64).numpy(), n_parts=1)
    assert streamed.singular_values() == pytest.approx(
        expected.singular_values(), rel=1e-9, abs=1e-12
    )
    np.testing.assert_array_equal(streamed.sample().rows, expected.sample().rows)
    assert streamed.mean_pairwise_distance() == pytest.approx(expected.mean_pairwise_distance())


def test_a_memory_map_is_read_in_blocks(tmp_path):
    rows = kinds()["float32"]
    np.save(tmp_path / "rows.npy", rows)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert counted(mapped).figures() == counted(rows).figures()


def broken(row: int, value: float) -> np.ndarray:
    rows = np.ones((2000, 3))
    rows[row : row + 12] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            broken(1500, np.nan),
            r"12 rows cannot be used \(rows 1503, .*1512, \.\.\.\): 12 hold NaN",
        ),
        (broken(1500, np.inf), "12 hold NaN or infinity, 0 are zero"),
        (broken(1995, 0.0), r"5 rows cannot be used \(rows 1998, 1999, 2000, 2001, 2002\): 0 hold"),
        (broken(1500, 1e-200), "12 are shorter than 1e-140"),
        (broken(1500, 1e200), "12 are shorter than 1e-140 or longer"),
        (np.ones((2, 4)), "4 dimensions, expected 3"),
        (np.ones((2, 3, 1)), r"shape \(2, 3, 1\), expected \(n, dim\)"),
        (np.ones(3), r"shape \(3,\), expected"),
        (np.ones((2, 3), dtype=complex), "complex128"),
        ([[1.0, 2.0, 3.0]], "got list"),
    ],
)
def test_bad_batches_are_named_and_nothing_of_them_is_added(rows, message):
    found = GeometryAccumulator(3, n_reservoir=10)
    found.add(np.eye(3))
    with pytest.raises(InputError, match=message):
        found.add(rows)
    assert found.n == 3
    assert found.mean_pairwise_distance() == pytest.approx(1)


def test_settings_and_sizes_are_checked():
    for name, value in (("dim", 0), ("dim", 2.5), ("seed", -1), ("n_reservoir", 1)):
        with pytest.raises(InputError, match=f"{name} is {value}"):
            GeometryAccumulator(**{"dim": 3, name: value})
    found = GeometryAccumulator(3)
    for other in (GeometryAccumulator(4), GeometryAccumulator(3, n_reservoir=70), found):
        with pytest.raises(InputError, match="same settings"):
            found.merge(other)
    for n in (0, 1):
        with pytest.raises(InputError, match=rf"{n} vectors? (was|were) added"):
            found.figures()
        found.add(np.ones((1, 3)))


def test_figures_of_pairs_are_those_of_the_sample_at_length_one():
    rows = kinds()["isotropic"] + 0.3
    found = counted(rows)
    drawn = directions(rows[found.sample().places])
    figures = found.figures()
    for name in SAMPLED:
        assert figures[name] == pytest.approx(getattr(measures, name)(drawn), rel=1e-9)
    whole = counted(rows, n_reservoir=5000)
    for name in SAMPLED:
        assert whole.figures()[name] == pytest.approx(
            getattr(measures, name)(directions(rows)), rel=1e-9
        )
    assert whole.sampling_errors() == dict.fromkeys(SAMPLED, 0.0)


def test_sampling_errors_are_what_samples_differ_by():
    """Over 60 seeds: the deviation of uniformity and isotropy from what all vectors give."""
    rows = directions(kinds()["isotropic"] + 0.3)
    for name in ("uniformity", "partition_isotropy"):
        measure = getattr(measures, name)
        whole = measure(rows)
        samples = [counted(rows, n_parts=1, seed=seed) for seed in range(60)]
        off = np.sqrt(np.mean([(measure(each.sample().rows) - whole) ** 2 for each in samples]))
        stated = [each.sampling_errors()[name] for each in samples[:5]]
        assert np.mean(stated) == pytest.approx(off, rel=0.3)


def test_errors_of_too_small_a_sample_have_reasons():
    found = counted(np.tile(np.eye(4), (30, 1)) + 0.1, n_reservoir=12)
    figures, errors = found.figures(), found.sampling_errors()
    assert "rows are different" in figures["two_nn_dimension"]
    assert "expected at least 21 texts" in figures["hubness"]
    assert "rows are different" in errors["two_nn_dimension"]
    assert errors["uniformity"] > 0


def test_vectors_without_spread_have_reasons_instead_of_figures():
    for n_reservoir in (10, 100):
        figures = counted(np.full((60, 4), 0.5), n_reservoir=n_reservoir).figures()
        assert figures["MPD"] == pytest.approx(0, abs=1e-30)
        assert "60 rows do not differ" in figures["effective_rank"]
        assert "60 rows do not differ" in figures["top_dimension_variance_share"]
        assert figures["uniformity"] == 0


def test_a_file_without_its_parts_is_refused(tmp_path):
    accumulator = GeometryAccumulator(3)
    accumulator.add(np.eye(3))
    accumulator.save(tmp_path / "whole.npz")
    with np.load(tmp_path / "whole.npz") as file:
        arrays = dict(file)
    for name in arrays.keys() - {"format", "stream"}:
        broken = {key: value for key, value in arrays.items() if key != name}
        np.savez(tmp_path / "broken.npz", **broken)
        with pytest.raises(InputError, match=r"no whole accumulator \(KeyError"):
            GeometryAccumulator.load(tmp_path / "broken.npz")
