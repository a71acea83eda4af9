"""Every prefix at once is what each prefix alone would give."""

import tracemalloc

import numpy as np
import pytest

from semshift_nb import measures


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_prefixes_equal_recomputation(unit, dtype):
    rows = unit(60).astype(dtype)
    prefixes = measures.prefix_shift(rows)
    for name, curve in prefixes._asdict().items():
        alone = [getattr(measures, name)(rows[:k]) for k in range(1, 61)]
        assert curve.dtype == np.float64
        assert curve == pytest.approx(alone, abs=1e-12), name


def test_blocks_join(unit):
    """2,500 sentences are three blocks; the sums run on across their edges."""
    rows = unit(2500)
    prefixes = measures.prefix_shift(rows)
    for k in (1023, 1024, 1025, 2048, 2049, 2500):
        assert prefixes.dispersion[k - 1] == pytest.approx(measures.dispersion(rows[:k]), abs=1e-12)
        assert prefixes.dilution[k - 1] == pytest.approx(measures.dilution(rows[:k]), abs=1e-12)


def test_dilution_identity_at_every_prefix_in_float32(unit):
    rows = unit(500, 384).astype(np.float32)
    prefixes = measures.prefix_shift(rows)
    expected = measures.dilution_from_dispersion(prefixes.dispersion, np.arange(1, 501))
    assert np.abs(prefixes.dilution - expected).max() < 1e-6


def test_one_sentence():
    assert [curve.tolist() for curve in measures.prefix_shift(np.eye(3)[:1])] == [[0.0]] * 4


def test_long_text_in_bounded_memory(unit):
    """20,000 sentences: two copies in float64 (61 MB each) while they are brought to length one,
    and little else; a table of all prefix sums and its squares would double that.
    """
    rows = unit(20_000, 384).astype(np.float32)
    tracemalloc.start()
    prefixes = measures.prefix_shift(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.3 * rows.size * 8
    assert prefixes.dispersion[-1] == pytest.approx(measures.dispersion(rows), abs=1e-10)
