"""The table of a space: every figure as its own measure gives it, from any source."""

import numpy as np
import pandas as pd
import pytest
import torch

from semshift_nb import load_corpus, measures
from semshift_nb.analyses import corpus_geometry, geometry
from semshift_nb.analyses.geometry.geometry import METRICS
from semshift_nb.analyses.results import UNITS
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import open_vectors
from semshift_nb.errors import InputError

COUNTS = ["n_near_zero_dimensions", "n_outlier_dimensions"]
OF_PAIRS = ["uniformity", "partition_isotropy", "two_nn_dimension", "hubness"]


def unit_rows(n: int = 400, dim: int = 24, *, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, dim)) * np.arange(1, dim + 1) ** -0.5 + 0.2
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def by_metric(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("metric")


def expected(rows: np.ndarray) -> dict[str, float]:
    """Every figure by the public measure of its name, or of a name next to it."""
    variance, cosine = measures.dimension_shares(rows)
    special = {
        "MPD": measures.mean_pairwise_distance(rows),
        "n_near_zero_dimensions": len(measures.near_zero_dimensions(rows)),
        "n_outlier_dimensions": len(measures.outlier_dimensions(rows)),
        "top_dimension_variance_share": variance.max(),
        "top_dimension_cosine_share": np.abs(cosine).max() / np.abs(cosine).sum(),
    }
    others = set(METRICS) - set(special) - {"alignment"}
    return special | {name: getattr(measures, name)(rows) for name in others}


def test_every_figure_is_its_measure():
    rows = unit_rows()
    table = geometry(rows)
    assert list(table.columns) == [
        *["metric", "value", "ci_low", "ci_high", "n", "unit", "status", "reason"]
    ]
    assert table["metric"].tolist() == list(METRICS)
    assert table["unit"].tolist() == [UNITS[metric] for metric in METRICS]
    found = by_metric(table)
    for name, value in expected(rows).items():
        assert found.loc[name, "value"] == pytest.approx(value, rel=1e-9), name
    assert set(found["n"]) == {400}
    assert found.loc["alignment", ["status", "reason"]].tolist() == [
        "not measured",
        "alignment needs pairs of texts that mean the same: see alignment_uniformity",
    ]
    rest = found.drop(index="alignment")
    assert set(rest["status"]) == {"measured"}
    bounded = rest.drop(index=COUNTS)
    assert (bounded["ci_low"] <= bounded["value"]).all()
    assert (bounded["value"] <= bounded["ci_high"]).all()
    assert set(bounded["reason"]) == {""}
    assert rest.loc[COUNTS, "reason"].str.startswith("no interval: a number of dimensions").all()


def reasons_of_counts(rows: np.ndarray, **options) -> list[str]:
    reasons = by_metric(geometry(rows, **options)).loc[COUNTS, "reason"]
    return [reason.partition("no interval")[0] for reason in reasons]


@pytest.mark.parametrize("n_sample", [10_000, 200])
def test_near_zero_and_outlier_dimensions_are_named(n_sample):
    rows = unit_rows(2000, 40)
    rows[:, [3, 17, 31]] *= 1e-9
    rows[:, 5] += 3
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert measures.near_zero_dimensions(rows).tolist() == [3, 17, 31]
    assert measures.outlier_dimensions(rows).tolist() == [5]
    named = reasons_of_counts(rows, n_sample=n_sample)
    assert named == ["dimensions 3, 17 and 31; ", "dimension 5; "]


def test_of_many_dimensions_the_first_ten_are_named():
    rows = unit_rows(300, 100)
    rows[:, 40:52] = 0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert (
        reasons_of_counts(rows)[0]
        == f"dimensions {', '.join(map(str, range(40, 50)))} and 2 more; "
    )


def test_intervals_are_those_of_the_measures_over_documents():
    rows, documents = unit_rows(), np.arange(400) // 8
    found = by_metric(geometry(rows, groups=[f"d{i:02}" for i in documents], seed=5))
    shared = {"groups": documents, "seed": 5}
    spectral = measures.jackknife_spectral_figures(rows, **shared)
    wanted = {
        "MPD": measures.bootstrap_mean_pairwise_distance(rows, **shared),
        "uniformity": measures.bootstrap_uniformity(rows, **shared),
        "hubness": measures.subsample_hubness(rows, **shared),
        **{name: spectral[name] for name in ("effective_rank", "condition_number", "iso_score")},
    }
    for name, interval in wanted.items():
        ends = found.loc[name, ["ci_low", "ci_high"]].tolist()
        assert ends == pytest.approx([interval.low, interval.high], rel=1e-6), name
    mpd, cosine = found.loc["MPD"], found.loc["mean_cosine"]
    assert cosine[["ci_low", "ci_high"]].tolist() == pytest.approx(
        [1 - mpd["ci_high"], 1 - mpd["ci_low"]]
    )


def test_of_many_vectors_pairs_are_sampled_and_the_rest_is_exact():
    rows = unit_rows(3000)
    whole, found = (by_metric(geometry(rows, n_sample=n)) for n in (3000, 300))
    exact = [name for name in METRICS if name not in [*OF_PAIRS, "alignment"]]
    assert found.loc[exact, "value"].tolist() == pytest.approx(
        whole.loc[exact, "value"].tolist(), rel=1e-9
    )
    assert set(found.loc[exact, "n"]) == {3000}
    assert set(found.loc[OF_PAIRS, "n"]) == {300}
    assert found.loc["uniformity", "reason"] == "of 300 vectors drawn from 3,000"
    assert found.loc["MPD", "reason"] == "interval from 300 vectors drawn from 3,000"
    drawn = found.loc["uniformity"]
    off = drawn["value"] - whole.loc["uniformity", "value"]
    assert abs(off) < drawn["ci_high"] - drawn["ci_low"]
    # Narrowed by the root of 300 / 3,000, the interval is about that of all vectors themselves.
    for name in ("MPD", "effective_rank", "first_component_share"):
        wide, drawn = (
            table.loc[name, "ci_high"] - table.loc[name, "ci_low"] for table in (whole, found)
        )
        assert drawn == pytest.approx(wide, rel=0.4)
        assert found.loc[name, "ci_low"] < found.loc[name, "value"] < found.loc[name, "ci_high"]
    assert geometry(rows, n_sample=300).equals(geometry(rows, n_sample=300))
    other = by_metric(geometry(rows, n_sample=300, seed=1))
    assert other.loc["uniformity", "value"] != found.loc["uniformity", "value"]


def test_documents_of_a_sample_are_those_of_its_vectors():
    """Ten copies of each of 100 vectors are 100 documents; as 1,000 of their own they would pass
    for far more than they are, and the interval would come out 3 times too narrow."""
    rows = np.repeat(unit_rows(100), 10, axis=0)
    documents = np.repeat(np.arange(100), 10)
    grouped = by_metric(geometry(rows, groups=documents, n_sample=500)).loc["MPD"]
    single = by_metric(geometry(rows[::10])).loc["MPD"]
    assert grouped["ci_high"] - grouped["ci_low"] == pytest.approx(
        single["ci_high"] - single["ci_low"], rel=0.4
    )


@pytest.mark.parametrize("scale", [1e-30, 1e-200, 3.0, 1e30, 1e200])
def test_vectors_of_any_length_are_directions(scale):
    rows = unit_rows()
    lengths = scale * (1 + np.arange(400)[:, None] / 400)
    found, plain = by_metric(geometry(rows * lengths)), by_metric(geometry(rows))
    values = plain["value"].drop("alignment")
    assert found.loc[values.index, "value"].tolist() == pytest.approx(values.tolist(), rel=1e-9)
    note = f"400 of 400 vectors were not of length one (lengths {scale:.3g} to "
    assert found["reason"].str.startswith(note).all()
    assert found.loc["MPD", "reason"].endswith("and were divided by their lengths")


@pytest.mark.parametrize(
    ("convert", "tolerance"),
    [
        (lambda rows: rows.astype(np.float32), 1e-5),
        (lambda rows: rows.astype(np.float16), 2e-2),
        (np.asfortranarray, 1e-12),
        (lambda rows: np.repeat(rows, 2, axis=0)[::2], 1e-12),
        (lambda rows: torch.tensor(rows, requires_grad=True), 1e-12),
        (lambda rows: torch.tensor(rows).float(), 1e-5),
    ],
)
def test_type_and_library_do_not_matter(convert, tolerance):
    rows = unit_rows(200)
    plain, found = geometry(rows), geometry(convert(rows))
    np.testing.assert_allclose(found["value"], plain["value"], rtol=tolerance)


def test_whole_numbers_are_taken_as_they_are():
    rows = np.round(100 * unit_rows(200)).astype(np.int8)
    rows[~rows.any(axis=1)] = 1
    found, plain = geometry(rows), geometry(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    np.testing.assert_allclose(found["value"], plain["value"], rtol=1e-9)
    assert found["reason"].str.startswith("whole numbers (int8) were taken as they are; 200").all()


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_files_and_maps_are_arrays(ending, tmp_path):
    rows = unit_rows(2500).astype(np.float32)
    (np.save if ending == "npy" else np.savez)(tmp_path / f"v.{ending}", rows)
    table = geometry(rows, n_sample=200)
    assert geometry(open_vectors(tmp_path / f"v.{ending}"), n_sample=200).equals(table)
    if ending == "npy":
        assert geometry(np.load(tmp_path / "v.npy", mmap_mode="r"), n_sample=200).equals(table)


@pytest.mark.parametrize(("n", "told"), [(0, "0 vectors"), (1, "1 vector")])
def test_too_few_vectors_have_rows_with_a_reason(n, told):
    table = geometry(unit_rows()[:n])
    assert table["metric"].tolist() == list(METRICS)
    assert set(table["status"]) == {"not measured"}
    assert set(table["reason"]) == {f"{told}, expected at least 2"}
    assert set(table["n"]) == {n}
    assert table["value"].isna().all()


@pytest.mark.parametrize(
    ("rows", "measured", "missing"),
    [
        (unit_rows(3), {"MPD": None}, {"hubness": "3 texts and k = 10"}),
        (unit_rows(20), {"effective_rank": None}, {"condition_number": "at most 19 of 24"}),
        (unit_rows(60)[:, :1] * 2, {"MPD": None}, {"iso_score": "one dimension"}),
        (
            np.full((50, 4), 0.5),
            {"MPD": 0, "mean_cosine": 1, "uniformity": 0, "partition_isotropy": np.exp(-2)},
            {"effective_rank": "50 rows do not differ", "two_nn_dimension": "1 of 50 rows"},
        ),
        (np.repeat(unit_rows(30), 3, axis=0), {"hubness": None}, {}),
    ],
)
def test_what_cannot_be_measured_is_a_row_with_a_reason(rows, measured, missing):
    found = by_metric(geometry(rows))
    for name, value in measured.items():
        assert found.loc[name, "status"] == "measured"
        if value is not None:
            assert found.loc[name, "value"] == pytest.approx(value, abs=1e-12)
    for name, reason in missing.items():
        assert found.loc[name, "status"] == "not measured"
        assert reason in found.loc[name, "reason"]
    silent = found["value"].isna() & (found["reason"] == "")
    assert not silent.any()


def spoilt(n_unfinite: int, n_zero: int) -> np.ndarray:
    rows = unit_rows(200_000, 24).astype(np.float32)
    rows[1000 : 1000 + n_unfinite] = np.nan
    rows[1001 : 1001 + max(n_unfinite - 1, 0), 1:] = np.inf
    rows[190_000 : 190_000 + n_zero] = 0
    return rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            spoilt(12, 0),
            r"12 of 200,000 vectors cannot be used: 12 hold NaN or infinity \(rows 1000",
        ),
        (spoilt(12, 0), r"1009, \.\.\.\)"),
        (spoilt(0, 3), r"3 are zero and have no direction \(rows 190000, 190001, 190002\)\."),
        (spoilt(2, 1), r"2 hold NaN or infinity \(rows 1000, 1001\), 1 are zero"),
        (np.ones((2, 3, 4)), r"shape \(2, 3, 4\), expected \(n, dim\)"),
        (np.ones(3), r"vector\[None, :\]"),
        (np.ones((3, 0)), r"shape \(3, 0\)"),
        (np.array([["a"]]), "expected numbers"),
        ([[1.0, 0.0]], "got list"),
    ],
)
def test_bad_input_is_named(rows, message):
    with pytest.raises(InputError, match=message):
        geometry(rows)


def test_groups_are_one_a_vector():
    with pytest.raises(InputError, match=r"groups have shape \(3,\), expected \(400,\)"):
        geometry(unit_rows(), groups=[1, 2, 3])


def test_documents_and_sentences_of_a_corpus(static):
    corpus = load_corpus("news", n_documents=25)
    table = corpus_geometry(corpus, [static, static.at_length(16)])
    assert list(table.columns[:5]) == [
        *["corpus", "encoder", "of", "truncated_share", "unknown_share"]
    ]
    assert len(table) == 2 * len(METRICS)
    assert set(table["of"]) == {"documents"}
    assert table["truncated_share"].unique().tolist() == [0, 1]
    vectors = static.encode(corpus.documents["text"].tolist())
    first = table.iloc[: len(METRICS)]
    pd.testing.assert_frame_equal(first[first.columns[5:]], geometry(vectors))

    table = corpus_geometry(corpus, static, of="sentences", seed=2)
    sentences = corpus.sentences
    vectors = static.encode(sentences["text"].tolist())
    wanted = geometry(vectors, groups=sentences["doc_id"], seed=2)
    pd.testing.assert_frame_equal(table[table.columns[5:]], wanted)
    assert set(table["n"]) == {len(sentences)}


@pytest.mark.parametrize("name", ["static", "minilm"])
def test_texts_without_words_are_left_out_and_counted(name, static, encoder):
    """Also where the model has a vector for nothing: of two such texts it would make twins."""
    corpus = Corpus.from_texts(["a river", "", "a bank", "the sea"], name="water")
    table = by_metric(corpus_geometry(corpus, static if name == "static" else encoder))
    assert table.loc["MPD", "n"] == 3
    lost = "1 of 4 documents have no words or no direction and were left out"
    assert table["reason"].str.startswith(lost).all()
    empty = corpus_geometry(Corpus.from_texts(["", ""], name="none"), static)
    assert set(empty["status"]) == {"not measured"}
    assert empty["truncated_share"].isna().all()


def test_what_is_encoded_is_checked(static, small):
    with pytest.raises(InputError, match="of is 'words', expected one of documents, sentences"):
        corpus_geometry(small, static, of="words")
    with pytest.raises(InputError, match="got no encoder"):
        corpus_geometry(small, [])
