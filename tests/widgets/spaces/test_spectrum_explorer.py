"""The spectrum explorer's state, widgets and background work, driven as the browser drives them."""

import threading

import ipywidgets
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from semshift_nb import load_encoder, measures
from semshift_nb.analyses import SpaceView
from semshift_nb.errors import InputError
from semshift_widgets import SpectrumExplorer

pytestmark = pytest.mark.slow

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXTS = [
    "The cat sat on the mat and looked at the dog that lay on the rug.",
    "Interest rates rose again, and the banks fell on the news.",
    "A river runs through the valley, past the mill and into the sea.",
    "The recipe wants two eggs, a cup of flour and a pinch of salt.",
    "Rain is expected in the north, with strong winds along the coast.",
    "A striker scored twice before half time, and the keeper was sent off.",
    "The committee will publish its report on schools next Tuesday.",
    "Snow fell on the hills above the town for the first time this year.",
    "Shares in the bank lost a tenth of their value within an hour.",
    "Bake the bread at two hundred degrees until the crust is brown.",
    "The dog chased the cat across the garden and over the fence.",
    "The ferry was late because of fog over the mouth of the river.",
]
WAIT_S = 120


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder(store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def static():
    return load_encoder("static", store=None)


@pytest.fixture
def explorer(encoder, static):
    return SpectrumExplorer(TEXTS, [encoder, static])


@pytest.fixture
def view(explorer):
    assert explorer.widget is explorer.widget
    yield explorer._view
    explorer._view.screen.measuring.cancel()


def arrived(view):
    """Wait until what was asked for in the background is there."""
    assert view.reading.join(WAIT_S)


def measured(view):
    assert view.screen.measuring.join(WAIT_S)


def lines(view):
    return view.screen.charts["spectrum"].datasets


def brush(view, x, y, count=1):
    value = {"x": list(x), "y": list(y)} if x else {}
    view.screen.charts["map"].heard = {"name": "brush", "value": value, "count": count}


def click(view, dimension, count):
    heard = {"name": "click", "value": {"dimension": [dimension]}, "count": count}
    view.screen.charts["dimensions"].heard = heard


def mpd(table, view, part="all"):
    row = table[(table["view"] == view) & (table["part"] == part) & (table["metric"] == "MPD")]
    return float(row["value"].iloc[0])


def test_every_encoder_is_there_at_once_side_by_side(explorer, view, encoder, static):
    table = explorer.table()
    for name, one in (("minilm", encoder), ("static", static)):
        distance = measures.mean_pairwise_distance(one.encode(TEXTS))
        assert mpd(table, name) == pytest.approx(distance, abs=1e-6)
    shown = {(row["view"], row["now"]) for row in lines(view)["spectrum"]}
    assert shown == {("minilm", True), ("static", False)}
    assert [chip.description for chip in view.screen.kept.children] == ["static"]


def test_a_view_that_was_not_seen_is_encoded_in_the_background(explorer, view, encoder):
    view.screen.menus.tau.value = 0.5
    assert view.screen.working.layout.display == ""
    assert explorer._state.view == SpaceView("minilm")
    arrived(view)
    assert explorer._state.view == SpaceView("minilm", tau=0.5)
    assert (view.screen.working.layout.display, view.screen.progress.value) == ("none", 1)
    rows = encoder.at_temperature(0.5).encode(TEXTS)
    distance = measures.mean_pairwise_distance(rows)
    assert mpd(explorer.table(), "minilm, tau 0.5") == pytest.approx(distance, abs=1e-6)

    view.screen.menus.tau.value = 1.0  # seen before
    assert explorer._state.view == SpaceView("minilm")


def test_layers_and_poolings_are_dialled(explorer, view, encoder):
    assert view.screen.menus.layer.options == ("input", "1", "2", "3", "4", "5", "6", "output")
    # Of the model's own output there is no other pooling here.
    view.screen.menus.pooling.value = "cls"
    assert explorer._state.view == SpaceView("minilm")
    view.screen.menus.layer.value = "2"
    arrived(view)
    assert explorer._state.view == SpaceView("minilm", layer=2, pooling="cls")
    rows = encoder.at_layer(2, pooling="cls").encode(TEXTS)
    sigma = measures.singular_values(rows)
    first = next(row for row in lines(view)["spectrum"] if row["now"])
    assert first["share"] == pytest.approx(sigma[0] ** 2 / (sigma**2).sum(), rel=1e-3)


def test_an_encoder_without_layers_hides_what_it_has_no_use_for(explorer, view):
    view.screen.menus.encoder.value = "static"
    assert explorer._state.view == SpaceView("static")
    for menu in (view.screen.menus.layer, view.screen.menus.pooling, view.screen.menus.tau):
        assert menu.layout.display == "none"
    for menu in (view.screen.menus.encoder, view.screen.menus.correction):
        assert menu.layout.display != "none"
    view.screen.menus.encoder.value = "minilm"
    assert view.screen.menus.layer.layout.display == ""
    assert explorer._state.view == SpaceView("minilm")


def test_a_cancelled_view_leaves_the_menus_as_the_screen_is(explorer, view):
    view.screen.menus.tau.value = 0.7
    view.screen.cancel.click()
    arrived(view)
    assert view.screen.menus.tau.value == 1.0
    assert explorer._state.view == SpaceView("minilm")
    assert view.screen.working.layout.display == "none"


def test_a_correction_that_cannot_be_fitted_says_so_and_the_menus_go_back():
    explorer = SpectrumExplorer(np.array([[1.0, 2.0], [2.0, 1.0]] * 4))  # along one line
    view = explorer._view
    view.screen.menus.correction.value = "all but the top"
    arrived(view)
    assert "the vectors differ in so many directions" in view.screen.status.value
    assert view.screen.menus.correction.value == "none"
    measured(view)


def test_views_are_kept_beside_and_removed_with_a_click(explorer, view):
    view.screen.menus.correction.value = "centred"
    arrived(view)
    view.screen.keep.click()
    assert [chip.description for chip in view.screen.kept.children] == ["static", "minilm, centred"]
    colours = {row["view"]: row["colour"] for row in lines(view)["spectrum"]}
    view.screen.menus.correction.value = "none"
    kept = {row["view"]: row["colour"] for row in lines(view)["spectrum"] if not row["now"]}
    assert set(kept) == {"static", "minilm, centred"}
    view.screen.kept.children[0].click()
    assert [chip.description for chip in view.screen.kept.children] == ["minilm, centred"]
    after = {row["view"]: row["colour"] for row in lines(view)["spectrum"] if not row["now"]}
    assert after == {"minilm, centred": kept["minilm, centred"]}  # others keep their colours
    assert colours["static"] == kept["static"]


def test_no_more_views_are_kept_than_can_be_told_apart(explorer, view):
    for dimension in range(8):
        click(view, dimension, dimension)
        view.screen.keep.click()
    assert "6 views are kept" in view.screen.status.value
    assert len(view.screen.kept.children) == 6


def test_a_brush_gives_the_sentences_and_the_spectrum_of_just_that_part(explorer, view, encoder):
    places = explorer._state.points()
    brush(view, (-9, float(places["x"].median())), (-9, 9))
    inside = np.flatnonzero(places["x"] <= places["x"].median())
    assert explorer._state.part.tolist() == inside.tolist()
    assert set(explorer.sentences()["text"]) == {TEXTS[i] for i in inside}
    sigma = measures.singular_values(encoder.encode([TEXTS[i] for i in inside]))
    marked = [row for row in lines(view)["part"] if row["view"].endswith("marked")]
    assert marked[0]["share"] == pytest.approx(sigma[0] ** 2 / (sigma**2).sum(), rel=1e-3)
    assert TEXTS[inside[0]] in view.screen.sentences.value
    assert "marked" in view.screen.figures.value
    measured(view)
    assert {row["view"] for row in lines(view)["part"]} == {
        f"{len(inside)} marked", f"{len(inside)} at random"
    }  # fmt: skip
    rows = encoder.encode([TEXTS[i] for i in inside])
    assert mpd(explorer.table(), "minilm", "marked") == pytest.approx(
        measures.mean_pairwise_distance(rows), abs=1e-6
    )


def test_an_empty_brush_a_brush_over_one_point_and_the_button_unmark(explorer, view):
    everywhere = (-9, 9)
    brush(view, everywhere, everywhere)
    assert len(explorer._state.part) == len(TEXTS)
    brush(view, None, None)
    assert explorer._state.part is None
    assert lines(view)["part"] == []
    brush(view, (8, 9), (8, 9))
    assert explorer._state.part is None
    brush(view, everywhere, everywhere)
    view.screen.clear.click()
    assert explorer._state.part is None
    assert "Drag on the map" in view.screen.sentences.value


def test_a_marked_part_is_held_in_another_space(explorer, view):
    places = explorer._state.points()
    brush(view, (-9, float(places["x"].median())), (-9, 9))
    part = explorer._state.part
    view.screen.menus.encoder.value = "static"
    signals = view.screen.charts["map"].signals
    assert (signals["holding"], signals["brush_x"]) == (True, [0, 0])
    brush(view, None, None, count=2)  # the page tells that the rectangle is gone
    assert explorer._state.part is part
    packed = view.screen.charts["map"].datasets["points"]["columns"]["picked"]
    assert np.flatnonzero(np.frombuffer(packed, dtype=np.float32)).tolist() == part.tolist()


def test_a_click_switches_a_dimension_off_and_another_on_again(explorer, view, encoder):
    click(view, 127, 1)
    click(view, 3, 2)
    assert explorer._state.view.off == (3, 127)
    assert view.screen.off.value == "3, 127"
    assert view.screen.charts["dimensions"].signals["off"] == [3, 127]
    rows = measures.drop_dimensions([3, 127], dim=384)(encoder.encode(TEXTS))
    table = explorer.table()
    assert mpd(table, "minilm, without 3, 127") == pytest.approx(
        measures.mean_pairwise_distance(rows), abs=1e-6
    )
    click(view, 3, 3)
    assert explorer._state.view.off == (127,)


def test_what_is_off_stays_so_in_the_same_space_only(explorer, view):
    click(view, 3, 1)
    view.screen.menus.tau.value = 0.5
    arrived(view)
    assert explorer._state.view == SpaceView("minilm", tau=0.5, off=(3,))
    view.screen.menus.correction.value = "centred"
    arrived(view)
    assert explorer._state.view.off == ()


def test_dimensions_are_switched_off_by_their_numbers_too(explorer, view):
    view.screen.off.value = "127 223,319"
    assert explorer._state.view.off == (127, 223, 319)
    view.screen.off.value = "some"
    assert "expected numbers" in view.screen.status.value
    view.screen.off.value = "5000"
    assert "expected numbers from 0 to 383" in view.screen.status.value
    assert explorer._state.view.off == (127, 223, 319)
    view.screen.off.value = ""
    assert explorer._state.view.off == ()


def test_figures_come_at_once_and_their_intervals_follow(explorer, view):
    assert "…" in view.screen.figures.value
    measured(view)
    row = explorer.table().query("view == 'minilm' and metric == 'MPD'").iloc[0]
    assert f"{row['ci_low']:.3f} &ndash; {row['ci_high']:.3f}" in view.screen.figures.value
    assert "…" not in view.screen.figures.value


def test_the_neighbour_map_is_worked_out_in_the_background_and_kept(explorer, view, encoder):
    view.screen.map.value = "t-SNE"
    assert (view.screen.working.layout.display, explorer._state.map) == ("", "PCA")
    arrived(view)
    assert (view.screen.working.layout.display, explorer._state.map) == ("none", "t-SNE")
    assert len(list((encoder.store.root / "maps").iterdir())) == 1
    again = SpectrumExplorer(TEXTS, encoder)._view
    again.screen.map.value = "t-SNE"
    assert again._state.map == "t-SNE"
    measured(again)

    view.screen.menus.correction.value = "centred"  # its own map is worked out, PCA shown meanwhile
    assert view.reading.join(WAIT_S)
    arrived(view)
    assert (explorer._state.view.correction, explorer._state.map) == ("centred", "t-SNE")


def test_a_neighbour_map_can_be_cancelled(explorer, view):
    view.screen.menus.correction.value = "PCA to half"
    arrived(view)
    view.screen.map.value = "t-SNE"
    view.screen.cancel.click()
    arrived(view)
    assert (view.screen.map.value, explorer._state.map) == ("PCA", "PCA")


def test_a_view_as_an_encoder(explorer, view, encoder):
    view.screen.menus.correction.value = "whitened"
    arrived(view)
    click(view, 2, 1)
    rows = explorer.encoder().encode(TEXTS)
    assert mpd(explorer.table(), "minilm, whitened, without 2") == pytest.approx(
        measures.mean_pairwise_distance(rows), abs=1e-5
    )


def test_text_is_escaped_wherever_html_is_shown(encoder):
    explorer = SpectrumExplorer([f"{ATTACK} {text}" for text in TEXTS], encoder)
    view = explorer._view
    brush(view, (-9, 9), (-9, 9))
    for shown in (view.screen.status, view.screen.figures, view.screen.sentences):
        assert "<script>" not in shown.value
        assert "<img" not in shown.value
    assert "&lt;script&gt;" in view.screen.sentences.value
    measured(view)


def test_a_hostile_name_is_escaped_too():
    explorer = SpectrumExplorer({ATTACK: np.eye(6), "b": np.eye(6)})
    assert ATTACK not in explorer._view.screen.figures.value
    measured(explorer._view)


def test_vectors_without_texts_have_everything_but_sentences():
    rows = np.random.default_rng(0).standard_normal((40, 8))
    explorer = SpectrumExplorer(rows)
    view = explorer._view
    brush(view, (-9, 9), (-9, 9))
    assert len(explorer._state.part) == 40
    assert len(explorer.sentences()) == 0
    assert "no texts" in view.screen.sentences.value
    assert explorer.chart().to_dict()["datasets"]["texts"] == []
    with pytest.raises(InputError, match="vectors"):
        explorer.encoder()
    measured(view)


def test_where_nobody_looks_it_shows_its_chart_and_its_table(explorer):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, **_: published.append(data)
    explorer._ipython_display_()
    spec = published[0]["application/vnd.vegalite.v5+json"]
    assert len(spec["datasets"]["points"]) == len(TEXTS)
    assert len(spec["datasets"]["dimensions"]) == 384
    assert {row["text"] for row in spec["datasets"]["texts"]} == set(TEXTS)
    assert "text/html" in published[1]


def test_no_thread_is_left_when_the_explorer_is_let_be(explorer, view):
    view.screen.menus.tau.value = 0.9
    arrived(view)
    measured(view)
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"semshift-space", "semshift-figures"}


def test_an_explorer_opens_after_all_widgets_of_another_were_closed():
    rows = np.random.default_rng(0).standard_normal((9, 4))
    first = SpectrumExplorer(rows)._view
    first.screen.measuring.cancel()
    ipywidgets.Widget.close_all()
    second = SpectrumExplorer(rows)._view
    second.screen.measuring.cancel()
    assert all(row.layout.comm is not None for row in second.root.children)


def test_what_cannot_be_explored_is_refused_in_words(encoder):
    with pytest.raises(InputError, match="do not differ"):
        SpectrumExplorer(np.ones((6, 4)))
    with pytest.raises(InputError, match="at least 3"):
        SpectrumExplorer(TEXTS[:2], encoder)
    with pytest.raises(InputError, match="2 hold NaN"):
        SpectrumExplorer(np.array([[1.0, np.nan], [np.inf, 2.0], [1.0, 1.0], [3.0, 1.0]]))
