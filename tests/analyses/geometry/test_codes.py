"""Vectors kept as codes: what is measured of them is measured of the vectors."""

import numpy as np
import pytest
import torch
from sentence_transformers.util import quantize_embeddings

from semshift_nb.analyses import geometry
from semshift_nb.errors import InputError


def unit_rows(n: int = 300, dim: int = 64) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((n, dim)) + 0.3 * rng.standard_normal(dim)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


ROWS = unit_rows()
SIGNED = np.round(ROWS / np.abs(ROWS).max() * 127).astype(np.int8)
OFFSET = (SIGNED.astype(np.int16) + 128).astype(np.uint8)
BITS = np.packbits(ROWS > 0, axis=1)


def mean_cosine(rows, **options) -> float:
    table = geometry(rows, **options).set_index("metric")
    assert table.loc["mean_cosine", "status"] == "measured", table["reason"].iloc[0]
    return table.loc["mean_cosine", "value"]


def by_hand(rows: np.ndarray) -> float:
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return float(((rows @ rows.T).sum() - len(rows)) / (len(rows) * (len(rows) - 1)))


NOTICED = {
    "uint8": OFFSET,
    "torch": torch.tensor(OFFSET),
    "as int32": OFFSET.astype(np.int32),
    "as float32": OFFSET.astype(np.float32),
    "uint16": (SIGNED.astype(np.int32) * 256 + 32768).astype(np.uint16),
    "packed bits": BITS,
    "bits, one a byte": (ROWS > 0).astype(np.uint8),
}


@pytest.mark.parametrize("rows", NOTICED.values(), ids=NOTICED.keys())
def test_an_offset_is_noticed_and_nothing_is_measured(rows) -> None:
    table = geometry(rows)
    assert set(table["status"]) == {"not measured"}
    assert table["value"].isna().all()
    (reason,) = set(table["reason"])
    if int(rows.max()) == 1:
        assert "2 * vectors - 1" in reason
    else:
        assert "code_range=(-128, 127) where 128 stands for zero" in reason
    assert ("unpack=True" in reason) == (int(rows.max()) > 1 and "uint8" in str(rows.dtype))


TAKEN = {
    "int8": SIGNED,
    "int16": SIGNED.astype(np.int16),
    "counts": np.random.default_rng(0).poisson(0.3, (300, 64)).astype(np.uint8)
    + np.eye(300, 64, dtype=np.uint8),
    "ranks": np.random.default_rng(0).integers(0, 9, (300, 64)) + np.eye(300, 64, dtype=np.int64),
    "positive floats": np.abs(ROWS) * 200,
    "whole floats of both signs": SIGNED.astype(np.float32),
}


@pytest.mark.parametrize("rows", TAKEN.values(), ids=TAKEN.keys())
def test_other_numbers_are_taken_as_they_are(rows) -> None:
    rows = rows[np.abs(rows.astype(float)).sum(axis=1) > 0]
    assert mean_cosine(rows) == pytest.approx(by_hand(rows.astype(float)), abs=1e-9)


def test_with_its_range_a_code_is_a_number() -> None:
    truth = by_hand(ROWS)
    assert mean_cosine(OFFSET, code_range=(-128, 127)) == pytest.approx(truth, abs=1e-3)
    for rows in NOTICED.values():
        if int(rows.max()) in (255, 254) and not np.array_equal(np.asarray(rows), BITS):
            assert mean_cosine(rows, code_range=(-128, 127)) == pytest.approx(truth, abs=1e-3)
    wide = NOTICED["uint16"]
    assert mean_cosine(wide, code_range=(-32768, 32767)) == pytest.approx(truth, abs=1e-3)
    note = geometry(OFFSET, code_range=(-128, 127))["reason"].iloc[0]
    assert note.startswith("uint8 codes were read as numbers from -128 to 127; 300 of 300 vectors")


@pytest.mark.parametrize("precision", ["uint8", "int8"])
def test_ranges_a_dimension_are_those_of_sentence_transformers(precision) -> None:
    ranges = np.vstack([ROWS.min(axis=0), ROWS.max(axis=0)])
    codes = quantize_embeddings(ROWS, precision=precision, ranges=ranges)
    assert codes.dtype == precision
    found = mean_cosine(codes, code_range=ranges)
    # Its codes are cut off, not rounded: half a step too low.
    assert found == pytest.approx(by_hand(ROWS), abs=0.01)
    assert abs(by_hand(codes.astype(float)) - by_hand(ROWS)) > 0.02


@pytest.mark.parametrize("precision", ["ubinary", "binary"])
def test_packed_bits_are_unpacked(precision) -> None:
    packed = quantize_embeddings(ROWS, precision=precision)
    signs = np.where(ROWS > 0, 1.0, -1.0)
    table = geometry(packed, unpack=True)
    assert table.set_index("metric").loc["mean_cosine", "value"] == pytest.approx(
        by_hand(signs), abs=1e-9
    )
    assert table["reason"].iloc[0].startswith(f"bits in {packed.dtype} were unpacked")
    wanted = geometry(signs).set_index("metric")["value"]
    np.testing.assert_allclose(table.set_index("metric")["value"], wanted, rtol=1e-9)


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (OFFSET, {"code_range": (1, -1)}, "the lower first"),
        (OFFSET, {"code_range": (0, 1, 2)}, "two numbers"),
        (OFFSET, {"code_range": np.zeros((2, 3))}, "two rows of 64"),
        (OFFSET, {"code_range": (0, np.nan)}, "two numbers"),
        (OFFSET, {"code_range": "a"}, "two numbers"),
        (ROWS, {"code_range": (-1, 1)}, "expected 0 to 255 in float32"),
        (ROWS, {"unpack": True}, "the vectors are float32"),
        (BITS, {"unpack": True, "code_range": (0, 1)}, "a range was given, too"),
    ],
)
def test_what_cannot_be_meant(rows, options, says) -> None:
    with pytest.raises(InputError, match=says):
        geometry(rows, **options)
