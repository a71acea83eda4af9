"""Every prefix at once is what each prefix alone would give."""

import tracemalloc

import numpy as np
import pytest
import torch

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
    """2,500 sentences are 156 blocks of 16 and a tail; the sums run on across their edges."""
    rows = unit(2500)
    prefixes = measures.prefix_shift(rows)
    for k in (15, 16, 17, 1024, 2496, 2497, 2500):
        assert prefixes.dispersion[k - 1] == pytest.approx(measures.dispersion(rows[:k]), abs=1e-12)
        assert prefixes.dilution[k - 1] == pytest.approx(measures.dilution(rows[:k]), abs=1e-12)


def test_dilution_identity_at_every_prefix_in_float32(unit):
    rows = unit(500, 384).astype(np.float32)
    prefixes = measures.prefix_shift(rows)
    expected = measures.dilution_from_dispersion(prefixes.dispersion, np.arange(1, 501))
    assert np.abs(prefixes.dilution - expected).max() < 1e-6


def test_sentences_that_cancel_out():
    rows = np.tile([[1.0, 0.0], [-1.0, 0.0]], (20, 1))
    prefixes = measures.prefix_shift(rows)
    assert prefixes.dispersion[1] == 2
    assert prefixes.dilution[1::2] == pytest.approx(np.ones(20), abs=1e-7)


def test_in_torch(unit):
    rows = unit(40)
    for ours, theirs in zip(
        measures.prefix_shift(torch.tensor(rows)), measures.prefix_shift(rows), strict=True
    ):
        assert ours.numpy() == pytest.approx(theirs, abs=1e-12)


def test_one_sentence():
    assert [curve.tolist() for curve in measures.prefix_shift(np.eye(3)[:1])] == [[0.0]] * 4


def test_long_text_in_bounded_memory(unit):
    """20,000 sentences: a copy in float64 (61 MB) and little else; a table of all prefix sums
    would double that, a matrix of distances take 3.2 GB.
    """
    rows = unit(20_000, 384).astype(np.float32)
    tracemalloc.start()
    prefixes = measures.prefix_shift(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * rows.size * 8
    assert prefixes.dispersion[-1] == pytest.approx(measures.dispersion(rows), abs=1e-10)
