"""The explorer's state and widgets, driven as the browser drives them."""

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from semshift_nb import analyses, load_corpus, load_encoder
from semshift_nb.errors import InputError
from semshift_widgets import ShiftExplorer

pytestmark = pytest.mark.slow

TEXTS = [
    "The cat sat on the mat. The dog lay on the rug. Interest rates rose again. Banks fell.",
    "One sentence only.",
    " ".join(f"Sentence number {i} speaks of subject {i % 7}." for i in range(60)),
    "",
]
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder("static", store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def corpus():
    titles = ["Pets", "Short", "Long", "Empty"]
    return load_corpus(pd.DataFrame({"text": TEXTS, "title": titles}))


@pytest.fixture
def explorer(corpus, encoder):
    return ShiftExplorer(corpus, encoder)


@pytest.fixture
def view(explorer):
    assert explorer.widget is explorer.widget
    return explorer._view


def test_the_table_is_that_of_the_analysis(explorer, corpus, encoder):
    documents = analyses.document_shift(corpus, encoder).set_index("title")
    shown = explorer.table().iloc[0]
    for figure in ("local_evolution", "dispersion", "semantic_shift", "dilution", "discrepancy"):
        assert shown[figure] == pytest.approx(documents.loc["Pets", figure], abs=1e-6)


def test_a_range_is_measured_as_if_it_were_a_document(explorer, view, encoder):
    view.range.value = (2, 3)
    text = "The dog lay on the rug. Interest rates rose again."
    alone = analyses.document_shift(load_corpus(pd.DataFrame({"text": [text]})), encoder).iloc[0]
    shown = explorer.table().iloc[0]
    assert (shown["start"], shown["stop"]) == (1, 3)
    for figure in ("n_sentences", "n_tokens", "dispersion", "semantic_shift", "discrepancy"):
        assert shown[figure] == pytest.approx(alone[figure], abs=1e-6)
    assert view.view.signals == {"n_sentences": 4, "range_start": 1, "range_end": 3}


def test_the_ranges_of_a_drag_are_not_kept(corpus, encoder, view):
    before = encoder.store.spaces()["n_vectors"].sum()
    for last in (2, 3):
        view.range.value = (1, last)
    assert encoder.store.spaces()["n_vectors"].sum() == before


def test_dragging_over_the_path_moves_slider_figures_and_shade(view):
    before = view.figures.value
    view.view.heard = {"name": "brush", "value": {"boundary": [2.7, 0.4]}}
    assert view.range.value == (1, 3)
    assert "Sentences 1 to 3" in view.figures.value
    assert view.figures.value != before


@pytest.mark.parametrize("drag", [[-5, -3], [90, 99], [2, 2]])
def test_a_drag_beyond_the_text_marks_at_least_one_sentence_of_it(view, drag):
    view.view.heard = {"name": "brush", "value": {"boundary": drag}}
    first, last = view.range.value
    assert 1 <= first <= last <= 4


def test_a_click_shows_the_nearest_sentences_of_the_corpus(explorer, view, encoder):
    view.view.heard = {"name": "click", "value": {"boundary": [3]}}
    assert "to sentence 3" in view.neighbours.value
    found = explorer.neighbours()
    assert found["text"].iloc[0] == "Interest rates rose again."
    assert found["cosine"].iloc[0] == pytest.approx(1, abs=1e-6)
    vectors = encoder.encode(["Interest rates rose again.", found["text"].iloc[1]])
    assert found["cosine"].iloc[1] == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-6)
    assert view.sentences.value == 2


def test_choosing_a_document_shows_it_and_ordering_does_not_change_it(explorer, view):
    view.documents.value = "2"
    assert explorer.chart().title == "Long"
    assert explorer.table()["n_sentences"].item() == 60
    view.order.value = "length"
    assert view.documents.value == "2"
    assert view.documents.options[0][0].startswith("Long")
    view.order.value = "semantic shift"
    shift = explorer._state.overview.set_index("doc_id")["semantic_shift"]
    assert view.documents.options[0][1] == shift.idxmax()
    assert view.documents.value == "2"


def test_a_text_of_ones_own_is_read(explorer, view):
    view.own.value = "Dogs bark. Cats purr."
    view.read.click()
    assert explorer.table()["n_sentences"].item() == 2
    assert explorer.chart().title == "Your text"
    view.documents.value = "0"
    assert explorer.chart().title == "Pets"


def test_a_document_that_cannot_be_measured_says_why_and_the_next_one_shows(explorer, view):
    view.documents.value = "3"
    assert "cannot be measured" in view.status.value
    assert view.view.layout.display == "none"
    with pytest.raises(InputError, match="'Empty' cannot be measured: the text has no sentence"):
        explorer.chart()
    view.documents.value = "1"
    assert view.view.layout.display == ""
    assert explorer.table()["n_sentences"].item() == 1


def test_an_empty_text_of_ones_own_is_refused_where_the_user_looks(view):
    view.own.value = "  \n"
    view.read.click()
    assert "paste at least one sentence" in view.status.value


def test_text_is_escaped_wherever_html_is_shown(encoder):
    hostile = load_corpus(pd.DataFrame({"text": [f"A {ATTACK} b. C d."], "title": [ATTACK]}))
    view = ShiftExplorer(hostile, encoder)._view
    for shown in (view.status, view.figures, view.neighbours):
        assert "<script>" not in shown.value
        assert "<img" not in shown.value
    assert "&lt;script&gt;" in view.neighbours.value


def test_a_long_text_is_thinned_for_the_chart_and_measured_whole(encoder):
    n = 2_500
    text = " ".join(f"Number {i} is about {i % 13} things." for i in range(n))
    explorer = ShiftExplorer(load_corpus(pd.DataFrame({"text": [text]})), encoder)
    assert explorer.table()["n_sentences"].item() == n
    rows = explorer.chart().to_dict()["datasets"]
    assert len(rows["path"]) <= 1000
    assert rows["prefixes"][-1]["k"] == n
    assert len(rows["cells"]) == 48 * 48
    distances = analyses.sentence_shift(load_corpus(pd.DataFrame({"text": [text]})), encoder)
    largest = distances["adjacent_distance"].max()
    assert np.isclose(max(row["adjacent_distance"] for row in rows["path"]), largest, atol=1e-4)


def test_where_nobody_looks_it_shows_its_chart_and_its_table(explorer, capsys):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, **_: published.append(data)
    explorer._ipython_display_()
    kinds = [set(data) for data in published]
    assert "application/vnd.vegalite.v5+json" in kinds[0]
    assert "text/html" in kinds[1]
    assert not any("application/vnd.jupyter.widget-view+json" in kind for kind in kinds)


@pytest.mark.filterwarnings("ignore::semshift_nb.corpora.TextWarning")
def test_what_is_to_be_known_of_a_text_stands_in_the_hint_and_is_escaped(encoder):
    """The script is another than that of the language, and the model does not know it."""
    hostile = "<b>天气</b>"
    chinese = "今天天气很好。我们去公园散步。股票市场今天大跌。"
    table = pd.DataFrame({"text": [TEXTS[0], chinese], "doc_id": ["plain", hostile]})
    explorer = ShiftExplorer(load_corpus(table), encoder)
    view = explorer._view
    assert "Note:" not in view.status.value
    view.documents.value = hostile
    unknown = explorer.table().loc[0, "unknown"]
    sentences = encoder.token_counts(explorer._state.document.sentences["text"].tolist())
    assert unknown == encoder.token_counts([chinese]).unknown[0] > 0.5
    assert f"Note: {sentences.unknown.mean():.0%} of the tokens are unknown to static" in (
        view.status.value
    )
    assert "perhaps &#x27;zh&#x27;" in view.status.value
    assert "&lt;b&gt;天气" in view.status.value
    assert "<b>" not in view.status.value
    view.own.value = "One plain sentence. And another."
    view.read.click()
    assert "Note:" not in view.status.value
