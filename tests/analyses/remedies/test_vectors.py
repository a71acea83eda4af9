"""What is done to vectors: error bounds, Hamming distances, and product codes by brute force."""

import numpy as np

from semshift_nb import measures
from semshift_nb.analyses.remedies import vectors


def drawn(n: int, dim: int = 32, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32) + 0.3
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_byte_holds_the_nearest_of_255_steps():
    rows = drawn(50)
    codec = vectors.int8(rows)
    steps = [max(abs(float(x)) for x in column) / 127 for column in rows.T]
    wanted = np.array(
        [[round(float(x) / s) * s for x, s in zip(row, steps, strict=True)] for row in rows]
    )
    assert (np.abs(wanted - rows) <= np.array(steps) / 2 + 1e-9).all()
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(codec.documents(rows), wanted, atol=1e-5)
    np.testing.assert_allclose(codec.queries(rows), rows, atol=1e-6)
    assert (codec.bytes_each, codec.bytes_once) == (32, 128)


def test_bits_are_compared_by_how_many_differ():
    rows = drawn(20)
    codec = vectors.sign(rows)
    bits = rows >= 0
    differing = (bits[:, None, :] != bits[None, :, :]).sum(axis=2)
    np.testing.assert_allclose(
        codec.documents(rows) @ codec.queries(rows).T, 1 - 2 * differing / 32, atol=1e-6
    )
    assert codec.bytes_each == 4
    assert not codec.documents(np.zeros((1, 32), np.float32)).any(), "no direction stays none"


def test_product_codes_keep_the_nearest_centre_of_each_run():
    rows = drawn(600, dim=10)
    codec = vectors.product_codes(4, seed=0)(rows)
    decoded = codec.documents(rows)
    assert codec.bytes_each == 4
    assert codec.bytes_once == 4 * 256 * 10
    runs = np.array_split(np.arange(10), 4)
    centres = [vectors._centres(rows[:, run], 0) for run in runs]
    for row, found in zip(rows[:40], decoded, strict=False):
        parts = [
            each[np.argmin(((each - row[run]) ** 2).sum(axis=1))]
            for run, each in zip(runs, centres, strict=True)
        ]
        wanted = np.concatenate(parts)
        np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=1e-5)
    assert (np.einsum("ij,ij->i", decoded, rows) > 0.95).mean() > 0.9


def test_few_vectors_are_kept_exactly():
    rows = np.concatenate([drawn(30), drawn(30)])
    np.testing.assert_allclose(
        vectors.product_codes(8, seed=0)(rows).documents(rows), rows, atol=1e-6
    )


def test_fewer_dimensions_are_dimensions_of_the_vectors():
    rows = drawn(5)
    kept = np.sort(np.random.default_rng(3).permutation(32)[:8])
    for fit, places in ((vectors.first(8), range(8)), (vectors.at_random(8, seed=3), kept)):
        wanted = rows[:, list(places)]
        wanted = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
        np.testing.assert_allclose(fit(rows).documents(rows), wanted, atol=1e-6)
        assert fit(rows).bytes_each == 32


def test_corrections_count_what_they_were_fitted_to():
    rows = drawn(100)
    codec = vectors.corrected(lambda x: measures.fit_principal_components(x, 6))(rows)
    assert (codec.bytes_each, codec.bytes_once) == (24, 4 * (32 + 32 * 6))
    np.testing.assert_allclose(
        codec.documents(rows), measures.fit_principal_components(rows, 6)(rows), atol=1e-6
    )
