"""How texts are cut into batches and runs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semshift_nb.encoders.backends.tokenise import TOKEN_BUDGET, cut_batches
from semshift_nb.encoders.encoding import unit_rows
from semshift_nb.encoders.texts import slices
from semshift_nb.unicode import well_formed

lengths = st.lists(st.integers(0, 600), max_size=300)


@given(lengths, st.integers(1, 3000))
def test_batches_keep_to_the_budget_and_leave_nobody_out(drawn, budget):
    counts = np.array(drawn, dtype=np.int64)
    batches = list(cut_batches(counts, budget))
    rows = np.concatenate([np.zeros(0, dtype=np.intp), *batches])
    assert sorted(rows) == list(range(len(counts)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * counts[batch].max() <= budget or not counts.any()


def test_little_is_padding():
    rng = np.random.default_rng(0)
    counts = rng.integers(3, 256, size=2000)
    padded = sum(len(batch) * counts[batch].max() for batch in cut_batches(counts))
    assert padded / counts.sum() < 1.02
    assert TOKEN_BUDGET <= 2000


@given(st.lists(st.text(max_size=30), max_size=50), st.integers(1, 10), st.integers(1, 40))
def test_runs_cover_all_texts_within_bounds(texts, n_texts, n_characters):
    runs = list(slices(texts, n_texts=n_texts, n_characters=n_characters))
    assert [row for run in runs for row in run] == list(range(len(texts)))
    for run in runs:
        assert 1 <= len(run) <= n_texts
        assert len(run) == 1 or sum(len(texts[row]) for row in run) <= n_characters


@given(st.text(alphabet=st.characters(), max_size=50))
def test_well_formed_text_is_left_alone(text):
    if text.encode("utf-8", "ignore").decode() == text:
        assert well_formed(text) == text
    well_formed(text).encode("utf-8")


def test_unit_rows_leave_zero_at_zero():
    rows = unit_rows(np.array([[3, 4], [0, 0], [np.nan, 1]], dtype=np.float32))
    np.testing.assert_allclose(rows[:2], [[0.6, 0.8], [0, 0]], atol=1e-7)
    assert np.isnan(rows[2]).any()
