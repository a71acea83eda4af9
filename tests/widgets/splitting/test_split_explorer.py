"""The split explorer's state and widgets, driven as the browser drives them."""

import itertools

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from semshift_nb import load_corpus, load_encoder, measures, split
from semshift_nb.charts.splitting.view import MOST_SENTENCES
from semshift_nb.errors import InputError
from semshift_widgets import SplitExplorer

pytestmark = pytest.mark.slow

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"
CATS = "Cats purr when they are content. A kitten follows its mother. Old cats sleep all day."
STARS = "Stars burn hydrogen for ages. A galaxy holds billions of stars. Telescopes gather light."
BREAD = "Bread needs flour and yeast. The dough must rise twice. Bake it until the crust is brown."
TURNS = "\n".join((CATS, STARS, BREAD))
TEXTS = {"Turns": TURNS, "White": " \n\n ", "One": "One sentence only.", "Pair": f"{CATS} {BREAD}"}
_CLICKS = itertools.count(1)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder(store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def corpus():
    return load_corpus(pd.DataFrame({"text": list(TEXTS.values()), "title": list(TEXTS)}))


@pytest.fixture
def explorer(corpus, encoder):
    return SplitExplorer(corpus, encoder)


@pytest.fixture
def view(explorer):
    assert explorer.widget is explorer.widget
    return explorer._view


def click(view, name, field, value):
    view.view.heard = {"name": name, "value": {field: [value]}, "count": next(_CLICKS)}


def texts_at(encoder, price, **bounds):
    return split(TURNS, encoder, price=price, **bounds).texts


def shown_chunks(view):
    """What the chart draws at its price."""
    price = view.view.signals["price"]
    rows = [
        row for row in view.view.datasets["chunks"] if row["from_price"] < price <= row["to_price"]
    ]
    return sorted(row["first"] for row in rows)


def test_a_document_opens_at_the_fair_price(explorer, view, encoder):
    alone = split(TURNS, encoder)
    assert explorer.table()["text"].tolist() == alone.texts
    assert view.price.value == pytest.approx(alone.price)
    assert view.price.min < view.price.value < view.price.max
    assert view.view.signals["fair_price"] == pytest.approx(alone.price)
    assert "9 sentences" in view.status.value
    assert "3 chunks, the best at this price" in view.figures.value


def test_moving_the_price_shows_what_split_gives_there(explorer, view, encoder):
    numbers = set()
    held = view.view.datasets
    for price in np.linspace(view.price.min, view.price.max, 9):
        view.price.value = float(price)
        texts = texts_at(encoder, float(price))
        assert explorer.table()["text"].tolist() == texts
        assert view.view.signals["price"] == price
        assert len(shown_chunks(view)) == len(view.chunks.options) == len(texts)
        assert f"{len(texts)} chunk" in view.figures.value
        numbers.add(len(texts))
    assert len(numbers) > 2
    assert view.view.datasets is held  # a price is a signal: nothing is sent again


def test_figures_are_those_of_the_measures(explorer, view, encoder):
    view.price.value = 1.2
    rows = encoder.encode([s for chunk in split(TURNS, encoder) for s in chunk.sentences])
    table, cost = explorer.table(), explorer.cost()
    dilution = measures.mean_dilution(rows, table["n_sentences"].to_numpy())
    assert cost["dilution"] == pytest.approx(dilution, abs=1e-4)
    scatter = measures.total_scatter(rows, np.cumsum(table["n_sentences"])[:-1].tolist())
    assert cost["scatter"] == pytest.approx(scatter, abs=1e-3)
    assert cost["cost"] == pytest.approx(cost["scatter"] + 1.2 * (len(table) - 1))
    uncut = measures.mean_dilution(rows, [9])
    for shown in (f"{dilution:.3f}", f"uncut {uncut:.3f}", f"cost {cost['cost']:.2f}"):
        assert shown in view.figures.value


def test_the_fair_price_is_one_click_away(explorer, view, encoder):
    view.price.value = view.price.max
    assert len(explorer.table()) == 1
    view.fair.click()
    assert explorer.table()["text"].tolist() == split(TURNS, encoder).texts
    assert view.price.value == pytest.approx(view.view.signals["fair_price"])


def test_granularity_multiplies_the_fair_price_here_and_in_the_next_document(
    explorer, view, encoder
):
    fair = split(TURNS, encoder).price
    for granularity in (2.0, 0.5, 1.5):
        view.granularity.value = granularity
        price = min(granularity * fair, view.price.max)  # the last cut goes before
        assert explorer.table()["text"].tolist() == texts_at(encoder, granularity * fair)
        assert view.price.value == pytest.approx(price, rel=1e-3)
    other = dict(view.documents.options)["Pair"]
    view.documents.value = other
    price = min(1.5 * view.view.signals["fair_price"], view.price.max)
    assert view.price.value == pytest.approx(price, rel=1e-3)
    view.fair.click()
    assert (view.granularity.value, explorer._state.granularity) == (1.0, 1.0)
    assert view.price.value == pytest.approx(view.view.signals["fair_price"])


def test_an_explorer_opens_at_the_granularity_that_it_is_given(encoder):
    coarse = SplitExplorer(TURNS, encoder, granularity=1.25)
    assert coarse.table()["text"].tolist() == split(TURNS, encoder, granularity=1.25).texts
    assert coarse._view.granularity.value == 1.25
    with pytest.raises(InputError, match="granularity is 0: expected a number above 0"):
        SplitExplorer(TURNS, encoder, granularity=0)


def test_a_click_cuts_and_tells_what_it_costs(explorer, view, encoder):
    rows = encoder.encode([s for chunk in split(TURNS, encoder) for s in chunk.sentences])
    price = view.price.value
    click(view, "cut", "position", 1)
    assert explorer.table()["n_sentences"].tolist() == [1, 2, 3, 3]
    assert "".join(explorer.table()["text"]) == TURNS
    above = price - measures.cut_gains(rows, [3, 6])[0]
    assert explorer.cost()["above_best"] == pytest.approx(above, abs=1e-3)
    assert above > 0
    assert "cut by hand. Scatter" in view.figures.value
    assert f"{above:.2f} above the best at this price" in view.figures.value
    assert shown_chunks(view) == [0, 1, 3, 6]
    assert view.chunks.value == 1  # what was cut off is what is looked at


def test_a_click_on_a_cut_joins_and_so_does_the_button(explorer, view, encoder):
    rows = encoder.encode([s for chunk in split(TURNS, encoder) for s in chunk.sentences])
    above = measures.cut_gains(rows, [3, 6])[2] - view.price.value
    click(view, "cut", "position", 3)
    assert explorer.table()["n_sentences"].tolist() == [6, 3]
    assert explorer.cost()["above_best"] == pytest.approx(above, abs=1e-3)
    view.undo.click()
    click(view, "chunk", "first", 3)
    assert view.chunks.value == 3
    view.join.click()
    assert explorer.table()["n_sentences"].tolist() == [6, 3]
    assert view.chunks.value == 0
    assert view.join.disabled  # nothing is before the first


def test_undo_gives_the_best_cuts_back_and_so_does_another_price(explorer, view, encoder):
    best = explorer.table()["text"].tolist()
    assert view.undo.disabled
    click(view, "cut", "position", 1)
    assert not view.undo.disabled
    view.undo.click()
    assert explorer.table()["text"].tolist() == best
    assert view.undo.disabled
    click(view, "cut", "position", 1)
    view.price.value = 1.21
    assert explorer.table()["text"].tolist() == texts_at(encoder, 1.21)
    assert shown_chunks(view) == [chunk[1] for chunk in view.chunks.options]


def test_cuts_that_are_the_best_again_count_as_such(explorer, view):
    click(view, "cut", "position", 1)
    click(view, "cut", "position", 1)
    assert "the best at this price" in view.figures.value
    assert "by hand" not in view.figures.value
    assert view.undo.disabled
    assert explorer.cost()["above_best"] == pytest.approx(0, abs=1e-9)


def test_a_chunk_is_read_sentence_by_sentence(view):
    assert ">Cats purr when they are content.<" in view.text.value
    assert view.join.disabled
    click(view, "chunk", "first", 6)
    assert "<li value=7>Bread needs flour and yeast.</li>" in view.text.value
    assert "Cats" not in view.text.value
    assert view.view.signals["chosen"] == 6
    view.chunks.value = 3
    assert "Telescopes gather light." in view.text.value
    assert view.view.signals["chosen"] == 3
    tokens = view.chunks.options[1][0]
    assert tokens.startswith("2  ")
    assert "Stars burn hydrogen" in tokens


def test_what_is_read_stays_in_sight_at_other_prices(view):
    click(view, "chunk", "first", 6)
    view.price.value = view.price.max
    assert view.chunks.value == 0
    assert "Bread needs flour" in view.text.value
    view.fair.click()
    assert view.chunks.value == 6


@pytest.mark.parametrize("value", [None, {}, {"position": []}])
def test_a_click_beside_everything_changes_nothing(explorer, view, value):
    before = explorer.table()
    for name in ("cut", "chunk"):
        view.view.heard = {"name": name, "value": value}
    pd.testing.assert_frame_equal(explorer.table(), before)


@pytest.mark.parametrize("place", [0, 9, 99])
def test_a_cut_where_there_is_no_place_is_refused_where_the_user_looks(explorer, view, place):
    click(view, "cut", "position", place)
    assert f"a cut before sentence {place} was asked for" in view.status.value
    assert len(explorer.table()) == 3
    with pytest.raises(InputError, match="can be cut before 1 to 8"):
        explorer._state.toggle(place)


def test_a_text_of_ones_own_is_split(explorer, view, encoder):
    view.own.value = f"{STARS} {CATS}"
    view.read.click()
    assert explorer.table()["text"].tolist() == split(f"{STARS} {CATS}", encoder).texts
    assert explorer.chart().title == "Your text"
    assert view.documents.value is None
    view.documents.value = "0"
    assert explorer.chart().title == "Turns"


def test_an_empty_text_of_ones_own_is_refused_and_the_old_one_stays(explorer, view):
    view.own.value = "  \n"
    view.read.click()
    assert "paste at least two sentences" in view.status.value
    assert explorer.chart().title == "Turns"
    assert view.view.layout.display == ""


def test_a_document_that_cannot_be_split_says_why_and_the_next_one_shows(explorer, view):
    view.documents.value = "1"
    assert "cannot be split: there is nothing to cut" in view.status.value
    assert view.view.layout.display == "none"
    for ask in (explorer.chart, explorer.table, explorer.cost):
        with pytest.raises(InputError, match="'White' cannot be split: there is nothing to cut"):
            ask()
    view.documents.value = "3"
    assert view.view.layout.display == ""
    assert explorer.chart().title == "Pair"
    assert "".join(explorer.table()["text"]) == TEXTS["Pair"]
    assert "6 sentences" in view.status.value


def test_a_corpus_may_begin_with_what_cannot_be_split(encoder):
    texts = load_corpus(pd.DataFrame({"text": ["", TURNS]}))
    view = SplitExplorer(texts, encoder)._view
    assert "cannot be split" in view.status.value
    view.documents.value = "1"
    assert "3 chunks" in view.figures.value


def test_one_sentence_is_one_chunk(explorer, view):
    view.documents.value = "2"
    assert explorer.table()["text"].tolist() == ["One sentence only."]
    assert view.figures.value.count("1 chunk,") == 1
    assert "0 cuts" in view.figures.value
    assert view.price.min < view.price.value < view.price.max
    view.price.value = view.price.max
    assert explorer.cost()["n_chunks"] == 1
    assert view.join.disabled
    assert view.view.datasets["gains"] == []


def test_a_text_too_long_to_draw_is_told_and_another_opens(encoder):
    long = "\n".join(f"Line {i} of many." for i in range(MOST_SENTENCES + 1))
    static = load_encoder("static", store=None)
    view = SplitExplorer(load_corpus(pd.DataFrame({"text": [TURNS, long]})), static)._view
    view.documents.value = "1"
    assert "2,001 sentences was to be drawn" in view.status.value
    view.documents.value = "0"
    assert view.view.layout.display == ""


def test_bounds_on_tokens_are_kept_by_hand_too(encoder):
    explorer = SplitExplorer(TURNS, encoder, max_tokens=30)
    view = explorer._view
    assert explorer.table()["text"].tolist() == split(TURNS, encoder, max_tokens=30).texts
    before = explorer.table()
    assert before["n_tokens"].max() <= 30
    click(view, "cut", "position", explorer._state.cuts[0])
    assert "more than 30 tokens: they stay apart" in view.status.value
    pd.testing.assert_frame_equal(explorer.table(), before)
    for price in (view.price.min, view.price.max):
        view.price.value = price
        assert explorer.table()["n_tokens"].max() <= 30
        assert len(shown_chunks(view)) == len(explorer.table())


def test_cuts_by_hand_may_be_better_than_the_best_that_a_bound_allows(encoder):
    explorer = SplitExplorer(TURNS, encoder, min_sentences=5)
    view = explorer._view
    assert explorer.table()["n_sentences"].min() >= 4
    for place in {3, 6} ^ set(explorer._state.cuts):
        click(view, "cut", "position", place)
    assert explorer.table()["n_sentences"].tolist() == [3, 3, 3]
    assert explorer.cost()["above_best"] < 0
    assert "below the best at this price" in view.figures.value


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"min_sentences": 0}, "min_sentences is 0"),
        ({"max_tokens": 2}, "the model itself adds 2 tokens"),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(options, says, encoder):
    with pytest.raises(InputError, match=says):
        SplitExplorer(TURNS, encoder, **options)


def test_text_is_escaped_wherever_html_is_shown(encoder):
    text = f"{ATTACK} {CATS} {ATTACK}\n{STARS} {ATTACK}"
    hostile = load_corpus(pd.DataFrame({"text": [text, ATTACK * 9], "title": [ATTACK, ATTACK]}))
    view = SplitExplorer(hostile, encoder)._view
    for show in (
        lambda: click(view, "cut", "position", 1),
        lambda: setattr(view.documents, "value", "1"),
    ):
        show()
        for shown in (view.status, view.figures, view.text):
            assert "<script>" not in shown.value
            assert "<img" not in shown.value
        assert "&lt;script&gt;" in view.text.value
        assert "&lt;script&gt;" in view.status.value


def test_a_document_seen_before_is_not_read_again(explorer, view):
    reading = explorer._state.reading
    view.documents.value = "3"
    view.documents.value = "0"
    assert explorer._state.reading is reading


def test_where_nobody_looks_it_shows_its_chart_with_a_slider_and_its_table(explorer):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, **_: published.append(data)
    explorer._ipython_display_()
    kinds = [set(data) for data in published]
    assert "application/vnd.vegalite.v5+json" in kinds[0]
    spec = published[0]["application/vnd.vegalite.v5+json"]
    price = next(param for param in spec["params"] if param["name"] == "price")
    assert price["bind"]["input"] == "range"
    assert "text/html" in kinds[1]
    assert not any("application/vnd.jupyter.widget-view+json" in kind for kind in kinds)


def test_the_still_chart_holds_cuts_made_by_hand(explorer, view):
    click(view, "cut", "position", 1)
    rows = explorer.chart().to_dict()["datasets"]["chunks"]
    assert [row["first"] for row in rows] == [0, 1, 3, 6]
    assert len(explorer._still()[1]) == 4


def test_where_nobody_looks_a_document_without_words_is_told_and_not_raised(encoder):
    """A report goes on with the cells below."""
    shell, published = InteractiveShell.instance(), []
    shell.display_pub.publish = lambda data, **_: published.append(data)
    texts = load_corpus(pd.DataFrame({"text": [" \n ", TURNS], "title": [ATTACK, "two"]}))
    SplitExplorer(texts, encoder)._ipython_display_()
    (data,) = published
    assert "cannot be split" in data["text/html"]
    assert "<script>" not in data["text/html"]
