"""Embedding spaces: against the measures themselves, and against what a view says it is."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from semshift_nb import load_corpus, load_encoder, measures
from semshift_nb.analyses import CORRECTIONS, EmbeddingSpaces, SpaceView, geometry
from semshift_nb.analyses.spaces import projection
from semshift_nb.errors import InputError

V = SpaceView("vectors")


def cone(n=120, dim=24, *, seed=0):
    """Vectors in a cone, with dimensions of unlike strength, one of them dead."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, dim)) * np.geomspace(1, 0.05, dim) + 0.4
    rows[:, 5] = 1e-9 * rng.standard_normal(n)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors():
    return cone()


@pytest.fixture(scope="module")
def spaces(vectors):
    texts = [f"text {i}" for i in range(len(vectors))]
    return EmbeddingSpaces({"vectors": vectors, "other": vectors[:, ::-1]}, texts=texts)


@pytest.fixture(scope="module")
def read(encoder):
    corpus = load_corpus("news", n_documents=8, seed=0)
    return EmbeddingSpaces(corpus, [encoder, load_encoder("static", store=None)], n_points=60)


def value(table, metric):
    return float(table.set_index("metric").loc[metric, "value"])


def part_of(n, total=120, *, seed=1):
    return np.sort(np.random.default_rng(seed).choice(total, n, replace=False))


@pytest.mark.parametrize("n", [15, 40, 100])
def test_the_spectrum_of_a_part_is_that_of_its_rows_alone(spaces, vectors, n):
    """Whether they are summed up, or left when the others are taken away."""
    part = part_of(n)
    spaces.spectrum(V)  # or the whole would be worked out with the part
    sigma = measures.singular_values(vectors[part])
    shares = spaces.spectrum(V, part)["share"].to_numpy()
    assert shares == pytest.approx((sigma**2 / (sigma**2).sum())[: len(shares)], rel=1e-6)
    assert len(shares) == min(n - 1, 23)


@pytest.mark.parametrize("off", [(), (2,)])
def test_a_brush_that_is_dragged_far_still_shows_what_lies_under_it(vectors, off):
    """Each part rests on the one before: nothing may add up on the way."""
    spaces, view = EmbeddingSpaces(vectors), SpaceView("vectors", off=off)
    rows = measures.drop_dimensions(off, dim=24)(vectors) if off else vectors
    steps = [np.arange(start, start + 60 - start // 2) for start in range(70)]
    for part in [*steps, *reversed(steps)]:
        sigma = measures.singular_values(rows[part])
        shares = spaces.spectrum(view, part)["share"].to_numpy()
        expected = (sigma**2 / (sigma**2).sum())[: len(shares)]
        assert shares == pytest.approx(expected, rel=1e-6, abs=1e-12)
        table = spaces.quick_figures(view, part)
        assert value(table, "MPD") == pytest.approx(
            measures.mean_pairwise_distance(rows[part]), abs=1e-12
        )


def test_whichever_is_asked_for_first_the_whole_and_its_parts_are_the_same(vectors):
    part = part_of(100)
    first, last = EmbeddingSpaces(vectors), EmbeddingSpaces(vectors)
    of_part, of_whole = first.spectrum(V, part), first.spectrum(V)
    pd.testing.assert_frame_equal(last.spectrum(V), of_whole)
    pd.testing.assert_frame_equal(last.spectrum(V, part), of_part)


@pytest.mark.parametrize("off", [(), (0, 3)])
@pytest.mark.parametrize("n", [50, 120])
def test_quick_figures_are_those_of_the_measures(spaces, vectors, off, n):
    part = part_of(n)
    rows = vectors[part]
    if off:
        rows = measures.drop_dimensions(off, dim=24)(rows)
    quick = spaces.quick_figures(SpaceView("vectors", off=off), None if n == 120 else part)
    assert value(quick, "MPD") == pytest.approx(measures.mean_pairwise_distance(rows), abs=1e-12)
    assert value(quick, "effective_rank") == pytest.approx(measures.effective_rank(rows), rel=1e-6)
    told = geometry(rows).set_index("metric")["value"]
    for metric, quick_value in zip(quick["metric"], quick["value"], strict=True):
        assert quick_value == pytest.approx(told[metric], rel=1e-6, nan_ok=True), metric


def test_figures_are_geometry_with_documents_drawn_together(read, encoder):
    view = SpaceView("minilm")
    told = read.figures(view)
    rows = encoder.encode(read.points.texts)
    expected = geometry(rows, groups=read.points.groups).query("metric != 'alignment'")
    pd.testing.assert_series_equal(
        told["metric"], expected["metric"].reset_index(drop=True), check_names=False
    )
    for column in ("value", "ci_low", "ci_high"):
        assert told[column].to_numpy() == pytest.approx(
            expected[column].to_numpy(), rel=1e-4, abs=1e-6, nan_ok=True
        )
    assert read.measured(view)
    assert not read.measured(view, np.arange(10))


def test_a_view_is_what_the_encoder_of_that_view_gives(read, encoder):
    texts = read.points.texts
    for view, at in (
        (SpaceView("minilm", tau=0.7), encoder.at_temperature(0.7)),
        (SpaceView("minilm", layer=2, pooling="cls"), encoder.at_layer(2, pooling="cls")),
        (
            SpaceView("minilm", layer=0, pooling="max", tau=0.5),
            encoder.at_temperature(0.5).at_layer(0, pooling="max"),
        ),
    ):
        distance = measures.mean_pairwise_distance(at.encode(texts))
        assert value(read.quick_figures(view), "MPD") == pytest.approx(distance, abs=1e-6)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_a_view_as_an_encoder_gives_the_very_rows_that_are_shown(read, correction):
    view = SpaceView("minilm", correction=correction, off=(1, 2))
    rows = read.encoder(view).encode(read.points.texts)
    quick = read.quick_figures(view)
    assert value(quick, "MPD") == pytest.approx(measures.mean_pairwise_distance(rows), abs=1e-5)


def test_corrections_do_what_they_say(spaces, vectors):
    def figures(correction):
        return spaces.quick_figures(SpaceView("vectors", correction=correction))

    assert value(figures("none"), "mean_cosine") > 0.5
    assert abs(value(figures("centred"), "mean_cosine")) < 0.02
    assert value(figures("whitened"), "iso_score") > 0.9
    shares = spaces.spectrum(SpaceView("vectors", correction="PCA to half"))
    assert len(shares) == 12


def test_dimensions_are_described_with_those_switched_off(spaces, vectors):
    table = spaces.dimensions(SpaceView("vectors", off=(3,)))
    assert np.flatnonzero(table["off"]).tolist() == [3]
    assert np.flatnonzero(table["near_zero"]).tolist() == [5]
    assert table["variance_share"].sum() == pytest.approx(1)
    assert table["cosine_share"].sum() == pytest.approx(measures.mean_cosine(vectors))
    assert table["highest"][7][0] == f"text {np.argmax(vectors[:, 7])}"
    assert table["lowest"][7][0] == f"text {np.argmin(vectors[:, 7])}"
    ends = spaces.extremes(V, 7, 2)
    assert ends.query("end == 'highest'")["text"].tolist() == table["highest"][7]
    assert ends.query("end == 'lowest'")["text"].tolist() == table["lowest"][7]


def test_the_pca_map_is_that_of_scikit_learn_but_for_its_signs(spaces, vectors):
    places = spaces.places(V)[["x", "y"]].to_numpy()
    reference = PCA(2, svd_solver="full").fit_transform(vectors)
    assert np.abs(places) == pytest.approx(np.abs(reference), abs=1e-6)
    assert (np.sum(places**3, axis=0) > 0).all()


def test_switching_a_dimension_off_moves_no_point(spaces):
    pd.testing.assert_frame_equal(spaces.places(V), spaces.places(SpaceView("vectors", off=(0,))))


def test_a_rectangle_holds_the_points_within_it(spaces):
    places = spaces.places(V)
    found = spaces.within(V, "PCA", (0, 1), (1, -1))
    assert found.tolist() == places.index[(places["x"] >= 0) & (places["y"].abs() <= 1)].tolist()


def test_the_neighbour_map_keeps_neighbours_is_kept_and_comes_again(vectors, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path))
    done = []
    first = EmbeddingSpaces(vectors)
    assert not first.mapped(V, "t-SNE")
    assert first.prepare_map(V, "t-SNE", advance=done.append)
    assert done == sorted(done)
    assert done[-1] == 1
    places = first.places(V, "t-SNE")
    assert trustworthiness(vectors, places[["x", "y"]], n_neighbors=5) > 0.8

    kept = EmbeddingSpaces(vectors)
    assert kept.mapped(V, "t-SNE")
    pd.testing.assert_frame_equal(kept.places(V, "t-SNE"), places)

    (file,) = (tmp_path / "maps").iterdir()
    file.unlink()
    again = EmbeddingSpaces(vectors)
    assert not again.mapped(V, "t-SNE")
    pd.testing.assert_frame_equal(again.places(V, "t-SNE"), places)


def test_what_decides_a_map_is_in_its_key(vectors, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path))
    monkeypatch.setattr(
        "semshift_nb.analyses.spaces.projection.neighbour_map", lambda rows, **_: rows[:, :2]
    )
    EmbeddingSpaces(vectors).prepare_map(V, "t-SNE")
    for other, view in (
        (EmbeddingSpaces(vectors[::-1]), V),
        (EmbeddingSpaces(vectors, seed=1), V),
        (EmbeddingSpaces(vectors), SpaceView("vectors", correction="centred")),
    ):
        assert not other.mapped(view, "t-SNE")
    assert EmbeddingSpaces(vectors).mapped(SpaceView("vectors", off=(1,)), "t-SNE")


def test_a_neighbour_map_can_be_stopped_and_leaves_nothing(vectors, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path))
    spaces = EmbeddingSpaces(vectors)
    assert not spaces.prepare_map(V, "t-SNE", stopped=lambda: True)
    assert not (tmp_path / "maps").exists()


def test_a_damaged_map_is_made_anew_and_a_folder_that_cannot_be_written_is_no_error(
    vectors, tmp_path, monkeypatch
):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path))
    spaces = EmbeddingSpaces(vectors)
    key = spaces._maps.key(V)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / f"{key}.npy").write_bytes(b"broken")
    assert not spaces.mapped(V, "t-SNE")
    (tmp_path / "file").write_text("")
    projection.keep_map(tmp_path / "file" / "maps", key, np.zeros((3, 2), dtype=np.float32))


def test_a_store_that_is_none_keeps_no_map(read):
    assert read._maps.folder(SpaceView("static")) is None
    assert read._maps.folder(SpaceView("minilm")).name == "maps"


def test_encoding_can_be_stopped_between_two_portions(encoder):
    spaces = EmbeddingSpaces([f"sentence number {i}" for i in range(80)], encoder)
    done = []
    view = SpaceView("minilm", tau=0.6)
    assert not spaces.prepare(view, advance=done.append, stopped=lambda: len(done) == 1)
    assert done == [0.4]
    assert not spaces.ready(view)
    assert spaces.prepare(view, advance=done.append)
    assert done[-1] == 1
    assert spaces.ready(SpaceView("minilm", tau=0.6, off=(4,)))


def test_points_are_drawn_once_and_the_same_each_time(encoder):
    corpus = load_corpus("news", n_documents=8, seed=0)
    first, again = (EmbeddingSpaces(corpus, encoder, n_points=20, seed=3) for _ in range(2))
    assert first.points.texts == again.points.texts
    assert (first.points.n_points, first.points.n_all) == (20, len(corpus.sentences))
    documents = EmbeddingSpaces(corpus, encoder, of="documents")
    assert documents.points.texts == corpus.documents["text"].tolist()
    assert len(first.at_random(7)) == 7
    assert set(first.at_random(3)) <= set(first.at_random(9))


def test_texts_without_a_direction_are_left_out_everywhere(encoder):
    texts = ["one text", "", "another text", "a third one", "\u2063"]
    spaces = EmbeddingSpaces(texts, [encoder, load_encoder("static", store=None)])
    assert spaces.points.n_undirected > 0
    assert spaces.points.texts[:3] == ["one text", "another text", "a third one"]


@pytest.mark.parametrize(
    ("convert", "tolerance"),
    [
        (np.float16, 2e-3),
        (lambda rows: np.round(rows * 1000).astype(np.int32), 2e-3),
        (lambda rows: np.asfortranarray(rows)[:, :], 1e-12),
        (lambda rows: np.repeat(rows, 2, axis=0)[::2], 1e-12),
        (lambda rows: rows * 1e-30, 1e-12),
        (lambda rows: rows * 1e30, 1e-12),
        (lambda rows: rows * 1e200, 1e-12),
        (lambda rows: rows.tolist(), 1e-12),
    ],
)
def test_vectors_of_any_kind_and_length_are_taken(vectors, convert, tolerance):
    quick = EmbeddingSpaces(convert(vectors)).quick_figures(V)
    expected = measures.mean_pairwise_distance(vectors)
    assert value(quick, "MPD") == pytest.approx(expected, abs=tolerance)


def test_a_memory_mapped_array_is_read_where_it_is_drawn(vectors, tmp_path):
    np.save(tmp_path / "v.npy", vectors)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    spaces = EmbeddingSpaces(mapped, n_points=30)
    assert (spaces.points.n_points, spaces.points.n_all) == (30, 120)


def test_duplicates_fewer_points_than_dimensions_one_dimension_and_constant_vectors():
    few = EmbeddingSpaces(cone(6))
    assert len(few.spectrum(V)) == 5
    reasons = few.quick_figures(V).set_index("metric")["reason"]
    assert "span at most" in reasons["condition_number"]
    twice = EmbeddingSpaces(np.repeat(cone(20), 3, axis=0))
    assert value(twice.quick_figures(V), "MPD") > 0
    line = EmbeddingSpaces(np.array([[1.0], [-2.0], [3.0]]))
    assert value(line.quick_figures(V), "MPD") == pytest.approx(4 / 3)
    assert line.places(V)["y"].tolist() == [0, 0, 0]
    same = EmbeddingSpaces(np.ones((5, 4)))
    assert same.spectrum(V)["share"].sum() <= 1
    assert "do not differ" in same.quick_figures(V).set_index("metric")["reason"]["effective_rank"]
    assert value(same.figures(V), "MPD") == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.ones((3, 4, 5)), "3-D"),
        (np.ones(4), "one row a vector"),
        (np.ones((2, 4)), "2 points .* at least 3"),
        (
            np.array([[1.0, np.nan], [np.inf, 1], [1, 0], [0, 0]]),
            r"3 of 4 .*rows 0, 1, 3.* 2 h",
        ),
        (np.array([["a", "b"]] * 3), "expected numbers"),
        ({"a": np.ones((3, 2)), "b": np.ones((4, 2))}, "a: 3, b: 4"),
        ({}, "rows of nothing"),
        ("a text", "one string"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_words(source, message):
    with pytest.raises(InputError, match=message):
        EmbeddingSpaces(source)


def test_settings_that_fit_nothing_are_refused(spaces, read, encoder, vectors):
    with pytest.raises(InputError, match="encoders"):
        EmbeddingSpaces(vectors, encoder)
    with pytest.raises(InputError, match="texts= is for vectors"):
        EmbeddingSpaces(["a", "b", "c"], encoder, texts=["a"])
    with pytest.raises(InputError, match="texts: 2"):
        EmbeddingSpaces(vectors, texts=["a", "b"])
    with pytest.raises(InputError, match="different names"):
        EmbeddingSpaces(["a", "b", "c"], [encoder, encoder])
    with pytest.raises(InputError, match="sentences"):
        EmbeddingSpaces(load_corpus("news", n_documents=2), encoder, of="words")
    with pytest.raises(InputError, match="n_points is 20000"):
        EmbeddingSpaces(vectors, n_points=20_000)
    with pytest.raises(InputError, match="neither layers nor a temperature"):
        spaces.encoder(V)
    with pytest.raises(InputError, match=r"no attention|layers"):
        read.quick_figures(SpaceView("static", tau=0.5))
    with pytest.raises(InputError, match="there are PCA, t-SNE"):
        spaces.places(V, "UMAP")
    with pytest.raises(InputError, match="mark at least 2"):
        spaces.spectrum(V, np.array([3]))
    with pytest.raises(InputError, match="not all of them"):
        spaces.spectrum(SpaceView("vectors", off=tuple(range(24))))
    with pytest.raises(InputError, match="correction 'sparse'"):
        SpaceView("vectors", correction="sparse")
    with pytest.raises(InputError, match="above 0"):
        SpaceView("vectors", tau=0)
    with pytest.raises(InputError, match="200 points were asked for"):
        spaces.at_random(200)


def test_a_vector_of_which_nothing_is_left_is_told():
    rows = np.vstack([np.eye(4), [[1, 1, 1, 1]]])
    with pytest.raises(InputError, match="nothing is left of 1 of 5"):
        EmbeddingSpaces(rows).spectrum(SpaceView("vectors", off=(2,)))
