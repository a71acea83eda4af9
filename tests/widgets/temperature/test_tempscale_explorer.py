"""The temperature explorer's state, widgets and sweep, driven as the browser drives them."""

import threading

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from semshift_nb import load_corpus, load_encoder
from semshift_nb.analyses import calibrated_schedule
from semshift_nb.analyses.temperature import session
from semshift_nb.errors import InputError
from semshift_widgets import TempScaleExplorer
from semshift_widgets.temperature import state as explorer_state

pytestmark = pytest.mark.slow

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXTS = [
    "The cat sat on the mat and looked at the dog that lay on the rug beside the fire.",
    "Interest rates rose again, and the banks fell on the news that more was to come.",
    "A river runs through the valley, past the mill, under the bridge and into the sea.",
    "The recipe wants two eggs, a cup of flour and a pinch of salt, and patience.",
    "Rain is expected in the north, with strong winds along the coast by the evening.",
]
WAIT_S = 120


@pytest.fixture
def explorer(encoder):
    return TempScaleExplorer(TEXTS, encoder, query="weather on the coast")


@pytest.fixture
def view(explorer):
    assert explorer.widget is explorer.widget
    return explorer._view


@pytest.fixture
def large(encoder):
    """More tokens than are encoded while a slider moves."""
    long = [" ".join([text] * 60) for text in TEXTS]
    explorer = TempScaleExplorer([*long, *reversed(long)] * 2, encoder, query="rain")
    assert not explorer._state.live
    return explorer


@pytest.fixture
def swept(encoder, monkeypatch):
    """Few short texts, swept as if they were many."""
    monkeypatch.setattr(explorer_state, "_LIVE_TOKENS", 0)
    return TempScaleExplorer(TEXTS, encoder, query="rain")


def mean_pairwise_distance(vectors):
    return float(1 - (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)].mean())


def figure(explorer, metric):
    return explorer.table().set_index("metric").loc[metric]


def test_moving_tau_shows_what_an_encoder_at_that_temperature_gives(explorer, view, encoder):
    before = view.view.datasets["cosines"]
    view.tau.value = 0.5
    assert view.view.datasets["cosines"] != before
    row = figure(explorer, "MPD, whole text")
    assert row["value"] == pytest.approx(
        mean_pairwise_distance(encoder.at_temperature(0.5).encode(TEXTS)), abs=1e-6
    )
    assert row["at_tau_1"] == pytest.approx(mean_pairwise_distance(encoder.encode(TEXTS)), abs=1e-6)
    assert row["change"] == pytest.approx(row["value"] - row["at_tau_1"])
    assert abs(row["change"]) > 1e-4
    assert "tau 0.5" in view.figures.value


def test_the_ranking_is_by_cosine_and_tells_what_moved(explorer, view, encoder):
    view.tau.value = 0.3
    ranking = explorer.ranking()
    at = encoder.at_temperature(0.3)
    cosines = at.encode(TEXTS) @ at.encode(["weather on the coast"], role="query")[0]
    assert ranking["cosine"].to_numpy() == pytest.approx(np.sort(cosines)[::-1], abs=1e-6)
    assert ranking["text"].iloc[0] == TEXTS[int(np.argmax(cosines))]
    trained = encoder.encode(TEXTS) @ encoder.encode(["weather on the coast"], role="query")[0]
    places = {TEXTS[i]: rank for rank, i in enumerate(np.argsort(-trained), start=1)}
    assert [places[text] for text in ranking["text"]] == ranking["rank_at_1"].tolist()
    assert (ranking["moved"] == ranking["rank_at_1"] - ranking["rank"]).all()


def test_layers_outside_the_range_stay_as_they_were_trained(explorer, view, encoder):
    view.layers.value = (2, 3)
    view.tau.value = 0.5
    only = encoder.at_temperature([1, 0.5, 0.5, 1, 1, 1]).encode(TEXTS)
    assert figure(explorer, "MPD, whole text")["value"] == pytest.approx(
        mean_pairwise_distance(only), abs=1e-6
    )
    heads = explorer._state.tables()["heads"].set_index("layer")
    first = heads.loc[1]
    assert first["filter_rate"].to_numpy() == pytest.approx(first["filter_rate_at_1"], rel=1e-5)
    second = heads.loc[2]
    assert (abs(second["filter_rate"] - second["filter_rate_at_1"]) > 1e-3).any()


def test_a_schedule_gives_each_text_a_temperature_by_its_length(explorer, view, encoder):
    view.schedule.value = "entropy-matched"
    row = figure(explorer, "MPD, whole text")
    lengths = encoder.encode_with_tokens(TEXTS).n_tokens
    each = [
        encoder.at_temperature(float(np.log(128) / np.log(n))).encode([text])[0]
        for text, n in zip(TEXTS, lengths, strict=True)
    ]
    assert row["value"] == pytest.approx(mean_pairwise_distance(np.array(each)), abs=1e-5)
    assert "entropy" in view.figures.value


def test_the_calibrated_schedule_is_the_one_calibrated_on_these_very_texts(encoder):
    texts = [" ".join([*TEXTS[i:], *TEXTS[:i]]) for i in range(len(TEXTS))]
    explorer = TempScaleExplorer(texts, encoder.at_length(64), query="rain")
    explorer.widget  # noqa: B018 - built when it is asked for
    explorer._view.schedule.value = "calibrated"
    schedule = explorer._state.setting.schedule
    assert schedule == calibrated_schedule(
        encoder.at_length(64), explorer._state.texts.corpus, n_reference=64
    )
    assert schedule(64) == 1
    assert schedule(16) != 1
    each = encoder.at_length(64).at_temperature(schedule).encode(texts)
    assert figure(explorer, "MPD, first 64 tokens")["value"] == pytest.approx(
        mean_pairwise_distance(each), abs=1e-5
    )


def test_texts_too_short_to_calibrate_on_leave_the_schedule_as_it_was(encoder):
    explorer = TempScaleExplorer(["a", "b", "c"], encoder, query="rain")
    explorer.widget  # noqa: B018 - built when it is asked for
    view = explorer._view
    view.schedule.value = "entropy-matched"
    view.schedule.value = "calibrated"
    assert view.schedule.value == "entropy-matched"
    assert explorer._state.setting.schedule.name == "entropy_matched(128)"
    assert "no temperature was found" in view.status.value


def test_a_head_is_chosen_with_a_click_and_its_attention_sums_to_one(explorer, view):
    view.view.heard = {"name": "click", "value": {"layer": [3], "head": [7]}}
    assert view.view.signals == {"chosen_layer": 3, "chosen_head": 7}
    cells = explorer._state.tables()["attention"]
    given = cells.groupby("row")["weight"].sum().to_numpy()
    assert given == pytest.approx(1, abs=2e-3)
    view.text.value = 2
    assert "valley" in " ".join(explorer._state.tables()["attention"]["looking"])


def test_a_click_beside_the_heads_changes_nothing(view):
    view.view.heard = {"name": "click", "value": {"layer": [3], "head": [7]}}
    view.view.heard = {"name": "click", "value": {}}
    assert view.view.signals == {"chosen_layer": 3, "chosen_head": 7}


def test_what_was_seen_is_not_computed_again(explorer, view):
    view.tau.value = 0.6
    state = explorer._state
    vectors = state.texts._vectors.at(state.setting)
    view.tau.value = 1.0
    view.tau.value = 0.6
    assert state.texts._vectors.at(state.setting) is vectors


def test_a_sweep_of_one_text_and_every_stop_of_the_slider_stay(view):
    """Otherwise who moves the slider to and fro would wait each time."""
    assert len(explorer_state.SWEPT_TAUS) + 1 < session.KEPT_ATTENTION
    assert (view.tau.max - view.tau.min) / view.tau.step + 1 < session.KEPT_SETTINGS


def test_an_empty_query_is_told_where_the_user_looks_and_the_old_one_stays(explorer, view):
    view.query.value = "  "
    assert "type a few words" in view.status.value
    assert explorer._state.query == "weather on the coast"
    view.query.value = "eggs"
    assert "Click a head" in view.status.value
    assert explorer.ranking()["text"].iloc[0] == TEXTS[3]


def test_text_is_escaped_wherever_html_is_shown(encoder):
    explorer = TempScaleExplorer([f"{ATTACK} {text}" for text in TEXTS], encoder, query=ATTACK)
    view = explorer._view
    for shown in (view.status, view.figures, view.ranking):
        assert "<script>" not in shown.value
        assert "<img" not in shown.value
    assert "&lt;script&gt;" in view.ranking.value


def sweeps():
    return [thread for thread in threading.enumerate() if thread.name == "semshift-sweep"]


def sweep(view):
    assert view.sweep.join(WAIT_S)


def test_a_large_corpus_is_swept_and_the_slider_snaps_over_what_is_done(swept):
    view = swept._view
    assert (view.sweeping.layout.display, view.tau.value) == ("", 1.0)
    sweep(view)
    assert [tau for _, tau in view.tau.options] == pytest.approx(np.arange(5, 16) / 10)
    assert view.progress.value == pytest.approx(1)
    assert view.sweeping.layout.display == "none"
    assert view.tau.value == 1.0
    view.tau.value = 0.7
    assert figure(swept, "MPD, whole text")["change"] != 0
    assert "tau 0.7" in view.figures.value


def test_a_sweep_can_be_cancelled_and_what_is_done_stays(large):
    view = large._view
    view.cancel.click()
    sweep(view)
    assert view.sweeping.layout.display == "none"
    taus = [tau for _, tau in view.tau.options]
    assert 1.0 in taus
    assert len(taus) < 11
    assert all(large._state.texts.ready(large._state.swept_settings()[tau]) for tau in taus)


def test_other_layers_start_another_sweep_and_end_the_first(large):
    view = large._view
    (first,) = sweeps()
    view.layers.value = (1, 2)
    first.join(WAIT_S)
    assert view.sweeping.layout.display == ""
    assert first not in sweeps()
    view.cancel.click()
    sweep(view)
    assert view.sweeping.layout.display == "none"
    assert sweeps() == []


def test_a_sweep_that_fails_says_so(large, monkeypatch):
    def fail(*_, **__):
        raise InputError("the disk is gone")

    view = large._view
    view.cancel.click()
    sweep(view)
    monkeypatch.setattr(large._state.texts, "prepare", fail)
    view._start_sweep()
    sweep(view)
    assert "the disk is gone" in view.status.value


def test_where_nobody_looks_it_shows_its_sweep_and_its_table(explorer):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, **_: published.append(data)
    explorer._ipython_display_()
    kinds = [set(data) for data in published]
    assert "application/vnd.vegalite.v5+json" in kinds[0]
    spec = published[0]["application/vnd.vegalite.v5+json"]
    assert any(param["name"] == "tau" for param in spec["params"])
    assert "text/html" in kinds[1]


def test_texts_of_one_token_are_shown(encoder):
    explorer = TempScaleExplorer(["a", "b", "c"], encoder, query="a")
    assert len(explorer._view.view.datasets["heads"]) == 72
    assert np.isfinite(explorer.table()["value"]).all()


def test_of_texts_that_are_all_alike_a_rank_is_missing_and_says_why(encoder):
    explorer = TempScaleExplorer(["the same"] * 4, encoder, query="a")
    assert figure(explorer, "MPD, whole text")["value"] == pytest.approx(0, abs=1e-6)
    rank = figure(explorer, "effective rank, whole text")
    assert np.isnan(rank["value"])
    assert "do not differ" in rank["reason"]
    assert "do not differ" in explorer._view.figures.value


def test_what_cannot_be_explored_is_refused_in_words(encoder):
    with pytest.raises(InputError, match="2 texts were given"):
        TempScaleExplorer(TEXTS[:2], encoder)
    with pytest.raises(InputError, match="there is no corpus"):
        TempScaleExplorer(TEXTS[0], encoder)
    with pytest.raises(InputError, match="no attention"):
        TempScaleExplorer(TEXTS, load_encoder("static", store=None))


def test_a_corpus_gives_its_titles(encoder):
    corpus = load_corpus("news", n_documents=6, seed=1)
    explorer = TempScaleExplorer(corpus, encoder)
    assert explorer._view.text.options[0][0] == corpus.documents["title"].iloc[0]
    assert explorer._state.query
