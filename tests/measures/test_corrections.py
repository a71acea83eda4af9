"""Corrections: what each must leave behind, scikit-learn's, fitted on one half and used on all."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from semshift_nb import measures
from semshift_nb.errors import InputError


@pytest.fixture
def rows(unit):
    """Unit rows whose directions differ in strength, around a common one."""
    drawn = unit(120, 12) * np.arange(1, 13)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def fits(rows):
    return {
        "centred": measures.fit_centring(rows),
        "mean projected off": measures.fit_mean_projection(rows),
        "all but the top 2": measures.fit_all_but_the_top(rows, n_components=2),
        "whitened": measures.fit_whitening(rows),
        "whitened 5": measures.fit_whitening(rows, n_components=5),
        "PCA 5": measures.fit_principal_components(rows, 5),
        "uncentred PCA 5": measures.fit_principal_components(rows, 5, centred=False),
        "3 of 12 dimensions": measures.keep_dimensions([7, 0, 2], dim=12),
        "without 1 dimension": measures.drop_dimensions([4], dim=12),
        "without 2 dimensions": measures.drop_dimensions([4, 0], dim=12),
    }


NAMES = [
    *[
        "centred",
        "mean projected off",
        "all but the top 2",
        "whitened",
        "whitened 5",
        "PCA 5",
        "uncentred PCA 5",
    ],
    *["3 of 12 dimensions", "without 1 dimension", "without 2 dimensions"],
]


def as_unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("name", NAMES)
def test_results_are_unit_rows_in_library_and_precision_of_the_input(rows, name):
    correction = fits(rows)[name]
    assert correction.name == name
    found = correction(rows)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert found.dtype == np.float64
    before = rows.copy()
    narrow = correction(rows.astype(np.float32))
    assert narrow.dtype == np.float32
    assert narrow == pytest.approx(found, abs=2e-4)
    in_torch = correction(torch.tensor(rows, dtype=torch.float32))
    assert in_torch.dtype == torch.float32
    assert in_torch.numpy() == pytest.approx(narrow, abs=1e-6)
    assert correction(torch.tensor(rows)).numpy() == pytest.approx(found, abs=1e-12)
    assert correction(rows[:0]).shape == (0, found.shape[1])
    assert (rows == before).all()


def test_centring_takes_the_mean_off(rows):
    correction = measures.fit_centring(rows)
    assert correction(rows) == pytest.approx(as_unit(rows - rows.mean(axis=0)))
    assert correction.mean == pytest.approx(rows.mean(axis=0))
    assert measures.mean_cosine(correction(rows)) < 0.01 < measures.mean_cosine(rows)


def test_all_but_the_top_is_algorithm_1_of_the_paper(rows):
    """Mu & Viswanath 2018: v - mu - sum over the top components of (u'v) u."""
    apart = rows - rows.mean(axis=0)
    top = PCA(n_components=3).fit(rows).components_
    papers = apart - sum(np.outer(rows @ u - rows.mean(axis=0) @ u, u) for u in top)
    correction = measures.fit_all_but_the_top(rows, n_components=3)
    assert correction(rows) == pytest.approx(as_unit(papers))
    # The paper's own advice is a hundredth of the dimensions, and one is the least.
    assert measures.fit_all_but_the_top(rows).name == "all but the top 1"
    assert correction(rows) @ top.T == pytest.approx(0, abs=1e-12)


def test_whitening_is_that_of_scikit_learn(rows):
    for n in (None, 4):
        whitened = PCA(n_components=n, whiten=True).fit(rows).transform(rows)
        found = measures.fit_whitening(rows, n_components=n)(rows)
        assert found @ found.T == pytest.approx(as_unit(whitened) @ as_unit(whitened).T)


def test_before_they_are_made_unit_whitened_rows_are_isotropic(rows):
    correction = measures.fit_whitening(rows)
    spread = (rows - correction.mean) @ correction.matrix
    assert measures.iso_score(spread) == pytest.approx(1)
    assert measures.condition_number(spread) == pytest.approx(1)
    assert measures.iso_score(correction(rows)) > measures.iso_score(rows)


def test_whitening_leaves_dead_directions_out(rows):
    dead = np.column_stack([rows, np.zeros(120), 1e-9 * rows[:, 0]])
    found = measures.fit_whitening(dead)
    assert found.matrix.shape == (14, 12)
    assert np.abs(found(dead) @ found(dead).T) == pytest.approx(
        np.abs(measures.fit_whitening(rows)(rows) @ measures.fit_whitening(rows)(rows).T), abs=1e-6
    )
    with pytest.raises(InputError, match="n_components is 13, expected 1 to 12"):
        measures.fit_whitening(dead, n_components=13)


def test_principal_components_are_those_of_scikit_learn(rows):
    expected = as_unit(PCA(n_components=5).fit(rows).transform(rows))
    found = measures.fit_principal_components(rows, 5)(rows)
    assert np.abs(found) == pytest.approx(np.abs(expected))
    _, _, directions = np.linalg.svd(rows, full_matrices=False)
    uncentred = measures.fit_principal_components(rows, 12, centred=False)(rows)
    assert uncentred @ uncentred.T == pytest.approx(rows @ rows.T)
    assert np.abs(uncentred) == pytest.approx(np.abs(rows @ directions.T))


def test_dimensions_are_kept_in_their_order_and_dropped(rows):
    kept = measures.keep_dimensions([7, 0, 2], dim=12)
    assert kept(rows) == pytest.approx(as_unit(rows[:, [7, 0, 2]]))
    dropped = measures.drop_dimensions([4, 0], dim=12)
    assert dropped(rows) == pytest.approx(as_unit(np.delete(rows, [0, 4], axis=1)))


def test_what_was_fitted_on_one_half_is_used_on_the_other(rows):
    fitted = measures.fit_whitening(rows[:60])
    assert fitted(rows[60:]) == pytest.approx(fitted(rows)[60:])
    assert fitted(rows[60:]) != pytest.approx(measures.fit_whitening(rows[60:])(rows[60:]))


@pytest.mark.parametrize("name", NAMES)
def test_keys_tell_corrections_apart(rows, name):
    first, again = fits(rows), fits(rows.copy())
    assert first[name].key == again[name].key
    assert len({correction.key for correction in first.values()}) == len(NAMES)
    if "dimension" not in name:
        assert fits(rows[:60])[name].key != first[name].key


def test_length_of_the_vectors_does_not_matter(rows):
    """For the fit nor for the use; and blocks of 8,192 rows join."""
    plain = {name: correction(rows) for name, correction in fits(rows).items()}
    for size in (1e-300, 1e-30, 1e30, 1e300):
        for name, correction in fits(size * rows).items():
            found, expected = correction(size * rows), plain[name]
            assert np.abs(found @ found.T - expected @ expected.T).max() < 1e-6
    many = np.tile(rows, (80, 1))
    assert np.abs(measures.fit_centring(rows)(many)[:120] - plain["centred"]).max() < 1e-12
    assert np.abs(measures.fit_centring(rows)(many)[-120:] - plain["centred"]).max() < 1e-12
    whole = (100 * rows).astype(np.int8)
    assert measures.fit_whitening(whole)(whole).dtype == np.float64


def test_a_row_of_which_nothing_is_left_stays_zero():
    rows = np.eye(3)
    found = measures.drop_dimensions([0], dim=3)(rows)
    assert found.tolist() == [[0, 0], [1, 0], [0, 1]]
    centred = measures.fit_centring(np.array([[1.0, 0], [0, 1]]))
    assert centred(np.array([[0.5, 0.5]])).tolist() == [[0, 0]]
    with pytest.raises(InputError, match="a zero row has no direction"):
        measures.mean_cosine(found)


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda x: measures.fit_all_but_the_top(x, n_components=0), "n_components is 0"),
        (lambda x: measures.fit_all_but_the_top(x, n_components=12), "expected 1 to 11"),
        (lambda x: measures.fit_whitening(x[:6], n_components=6), "expected 1 to 5"),
        (lambda x: measures.fit_principal_components(x, 13), "n is 13, expected 1 to 12"),
        (lambda x: measures.fit_whitening(np.ones((5, 3))), "5 rows do not differ"),
        (lambda x: measures.fit_centring(x[:1]), "1 row, expected at least 2"),
        (lambda x: measures.fit_whitening(np.where(x == x[3], np.nan, x)), r"1 row .*rows 3\)"),
        (lambda x: measures.keep_dimensions([], dim=12), r"indices are \[\]"),
        (lambda x: measures.keep_dimensions([12], dim=12), "from 0 to 11"),
        (lambda x: measures.keep_dimensions([-1], dim=12), "from 0 to 11"),
        (lambda x: measures.keep_dimensions([3, 3], dim=12), "each once"),
        (lambda x: measures.keep_dimensions([0.5], dim=12), "whole number"),
        (lambda x: measures.drop_dimensions(range(12), dim=12), "all 12 dimensions"),
        (lambda x: measures.drop_dimensions([0], dim=0), "dim is 0"),
    ],
)
def test_settings_are_checked(rows, fit, message):
    with pytest.raises(InputError, match=message):
        fit(rows)


@pytest.mark.parametrize("name", NAMES)
def test_vectors_are_checked(rows, name):
    correction = fits(rows)[name]
    with pytest.raises(InputError, match=r"shape \(4, 3\), expected \(n_texts, 12\)"):
        correction(np.ones((4, 3)))
    with pytest.raises(InputError, match=r"1 row holds NaN or infinity \(rows 1\)"):
        correction(np.where(np.arange(24).reshape(2, 12) == 15, np.inf, 1.0))
    with pytest.raises(InputError, match="got list"):
        correction([[1.0] * 12])


@pytest.mark.parametrize("size", [1e-300, 1e307])
def test_vectors_of_any_length_are_corrected_alike(size):
    rows = np.random.default_rng(0).uniform(-1, 1, (40, 6))
    for fit in (measures.fit_centring, measures.fit_all_but_the_top, measures.fit_whitening):
        np.testing.assert_allclose(fit(size * rows)(size * rows), fit(rows)(rows), atol=1e-9)


def test_nothing_is_left_along_the_mean(rows):
    """By hand: x - (x . m) m for the unit mean m."""
    mean = rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0))
    found = measures.fit_mean_projection(rows)(rows)
    np.testing.assert_allclose(found, as_unit(rows - np.outer(rows @ mean, mean)), atol=1e-12)
    with pytest.raises(InputError, match="no direction to take out"):
        measures.fit_mean_projection(np.array([[1.0, 0.0], [-1.0, 0.0]]))
