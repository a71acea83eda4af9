"""Charts are values: their specification is compiled by both Vega-Lites that will draw it."""

import json

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from semshift_nb import charts
from semshift_nb.charts.theme import MIME, mime_bundle, portable_spec
from semshift_nb.errors import InputError

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def path_of(n: int) -> pd.DataFrame:
    distances = [*np.linspace(0.1, 0.9, n - 1), np.nan]
    texts = [f"Sentence {i}. {HOSTILE}" for i in range(n)]
    return pd.DataFrame({"position": range(n), "text": texts, "adjacent_distance": distances})


def cells_of(n: int) -> pd.DataFrame:
    rows = [(i, i + 1, j, j + 1, abs(i - j) / n) for i in range(n) for j in range(n)]
    return pd.DataFrame(rows, columns=["row", "row_end", "column", "column_end", "distance"])


def prefixes_of(n: int) -> pd.DataFrame:
    values = np.linspace(0, 1, n)
    columns = {"local_evolution": values, "dispersion": values, "semantic_shift": values}
    return pd.DataFrame({"k": range(1, n + 1), **columns})


def windows_of(n: int) -> pd.DataFrame:
    values = np.linspace(0, 1, n)
    columns = {"title": "T", "dispersion": values, "discrepancy": values, "n_tokens": 12}
    return pd.DataFrame({**columns, "text": HOSTILE + "x" * 400})


def concatenation_of() -> pd.DataFrame:
    rows = [
        {"corpus": "c", "encoder": "e", "mode": mode, "k": k, "metric": metric, "value": 0.5,
         "ci_low": 0.4, "ci_high": 0.6, "n": 10}
        for mode in ("repeat", "sequential", "random")
        for k in (1, 2)
        for metric in ("MPD", "Overlap@1")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def tempering_of(tau: float = 0.8) -> dict[str, pd.DataFrame]:
    cosine, both = np.linspace(-0.2, 0.8, 9), ("now", "tau 1")
    cosines = [
        pd.DataFrame({"part": part, "at": at, "cosine": cosine, "share": 1 / 9})
        for part in ("first 16 tokens", "whole text")
        for at in both
    ]
    spectrum = [
        pd.DataFrame({"at": at, "component": [1, 2, 3], "share": [0.7, 0.3, 0.0]}) for at in both
    ]
    heads = [(i, j, tau, 1.0) for i in (1, 2) for j in (1, 2, 3)]
    cells = cells_of(4).rename(columns={"distance": "weight"})
    ranks = {"rank": [1, 2, 3], "rank_at_1": [2, 1, 3], "moved": [1, -1, 0], "cosine": 0.5}
    return {
        "cosines": pd.concat(cosines),
        "spectrum": pd.concat(spectrum),
        "heads": pd.DataFrame(heads, columns=["layer", "head", "filter_rate", "filter_rate_at_1"]),
        "attention": cells.assign(looking=HOSTILE, looked_at="b"),
        "ranking": pd.DataFrame({**ranks, "cosine_at_1": 0.4, "title": HOSTILE}),
    }


def lengths_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "tau": tau, "schedule": "by length" if np.isnan(tau) else "constant",
         "arm": arm, "n_tokens": n_tokens, "metric": metric, "value": 0.9, "ci_low": 0.8,
         "ci_high": 1.0, "n": 9}
        for encoder in ("minilm", "static")
        for tau in (1.0, 0.8, np.nan)
        for arm in ("cut", "random")
        for n_tokens in (16, 128)
        for metric in ("MPD", "uniformity")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def layers_of() -> pd.DataFrame:
    rows = [
        {"layer": layer, "n_tokens": n_tokens, "metric": metric, "value": 0.9, "ci_low": 0.8,
         "ci_high": 1.0, "n": 4}
        for layer in (np.nan, 0, 1, 2)
        for n_tokens in (16, 128)
        for metric in ("filter_rate", "filter_rate_bound", "entropy")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def cones_of() -> pd.DataFrame:
    quantiles = {"q05": 0.1, "q25": 0.2, "q50": 0.3, "q75": 0.4, "q95": 0.5, "n_pairs": 9}
    rows = [
        {"encoder": encoder, "of": of, "layer": layer, **quantiles}
        for encoder, kinds, n_layers in (
            (HOSTILE, ("tokens", "mean", "cls", "output"), 3),
            ("static", ("tokens", "mean"), 1),
        )
        for of in kinds
        for layer in range(n_layers)
    ]
    return pd.DataFrame(rows)


def layer_figures_of() -> pd.DataFrame:
    figures = [("mean_cosine", 0.4), ("iso_score", 0.2), ("effective_rank", np.nan)]
    tables = [
        cones_of().assign(metric=metric, value=value, ci_low=value, ci_high=value, n=9)
        for metric, value in figures
    ]
    return pd.concat(tables, ignore_index=True)


def layer_spectra_of() -> pd.DataFrame:
    ranks = [cones_of().assign(rank=rank, share=0.5 / rank) for rank in (1, 2, 4)]
    return pd.concat(ranks, ignore_index=True)


def corrected_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "correction": correction, "half": half, "metric": metric,
         "value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 9}
        for encoder in ("minilm", "static")
        for correction in ("none", "whitening")
        for half in ("fitted on", "held out")
        for metric in ("mean_cosine", "iso_score")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def bands_of() -> pd.DataFrame:
    rows = [
        {"encoder": HOSTILE, "band": band, "metric": metric, "value": 0.5, "ci_low": 0.4,
         "ci_high": 0.6, "n": 9}
        for band in ("1-100", "101-500")
        for metric in ("norm", "knn_distance@3")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def capacities_of() -> pd.DataFrame:
    figures = {"metric": "satisfied", "value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 9}
    rows = [
        {"vectors": "free", "encoder": "", "dim": 4, **figures},
        {"vectors": "free", "encoder": "", "dim": 12, **figures},
        {"vectors": "encoder", "encoder": HOSTILE, "dim": 384, **figures},
        {"vectors": "chance", "encoder": "", "dim": pd.NA, **figures, "metric": "R@2"},
    ]
    return pd.DataFrame(rows).astype({"dim": "Int64"})


def critical_of() -> pd.DataFrame:
    rows = [
        {"n_documents": n, "n_queries": n, "vectors": vectors, "dim": n}
        for vectors in ("free", "constructed", "published")
        for n in (4, 8)
    ]
    return pd.DataFrame(rows).astype({"dim": "Int64"})


def wins_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "bias": bias, "n_sentences": n_sentences, "position": position,
         "answer": "all", "metric": metric, "value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 9}
        for encoder in (HOSTILE, "static")
        for bias, n_sentences, position in (("none", 1, "first"), ("all", 4, "last"))
        for metric in ("win_rate", "win_rate_change")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def retrieval_of() -> pd.DataFrame:
    rows = [
        {"tau": tau, "schedule": "constant", "length_bucket": bucket, "shift_bucket": "all",
         "metric": metric, "value": 0.5, "difference": difference, "difference_low": difference,
         "difference_high": difference, "p_holm": 0.5, "n": 9}
        for tau, difference in ((1.0, np.nan), (0.9, 0.01), (0.8, -0.02), (np.nan, 0.0))
        for bucket in ("all", "1-128")
        for metric in ("nDCG@10", "R@100", "MPD")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def plane_of() -> pd.DataFrame:
    rows = [
        {"pairs": pairs, "kind": kind, "encoder": "e", "tau": tau, "schedule": schedule,
         "metric": metric, "value": -0.5, "ci_low": -0.6, "ci_high": -0.4}
        for pairs, kind in (("news", "adjacent"), ("sts", "labelled"), ("words", "labelled"))
        for tau, schedule in ((1.0, "constant"), (0.5, "constant"), (np.nan, "by length"))
        for metric in ("alignment", "uniformity", "mean_cosine")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def variants_of() -> pd.DataFrame:
    figures = [("queries", "nDCG@10"), ("adjacent sentences", "alignment")]
    figures += [("adjacent sentences", "uniformity"), ("documents", "iso_score")]
    rows = [
        {"family": family, "variant": f"{family} {i}", "layer": layer, "of": of,
         "metric": metric, "value": i / 3, "ci_low": 0.0, "ci_high": 1.0}
        for family in ("temperature", "layers, mean")
        for i in range(3)
        for layer in [i if family == "layers, mean" else np.nan]
        for of, metric in figures
    ]  # fmt: skip
    return pd.DataFrame(rows)


def order_of() -> pd.DataFrame:
    rows = [
        {"scope": scope, "of": of, "figure": figure, "better": better, "controlled_for": held,
         "drawn": drawn, "value": -0.5, "ci_low": -0.9, "ci_high": high, "n": 9}
        for scope in ("all variants", "layers, mean")
        for of, figure, better in (("pairs", "alignment", "lower"), ("x", "iso_score", "higher"))
        for held in ("", "uniformity")
        for drawn, high in (("texts", -0.1), ("families", 0.3))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def profile_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "dimension": dimension, "sd": 0.1, "sd_raw": sd_raw, "mean": -0.1,
         "variance_share": 0.2, "cosine_share": 0.1, "near_zero": dimension == 3,
         "outlier": dimension == 1}
        for encoder, sd_raw in (("minilm", 0.3), ("vectors", np.nan))
        for dimension in range(5)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def ablations_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "task": task, "method": method, "n_dimensions": n_dimensions,
         "metric": metric + (" difference" if against else ""), "against": against,
         "value": value, "ci_low": 0.4, "ci_high": 0.6, "n": 9}
        for encoder in ("minilm", "static")
        for task, metric in (("retrieval", "nDCG@10"), ("clustering", "AMI"))
        for method, n_dimensions, value in (
            ("all dimensions", 384, 0.5), ("without near-zero", 381, 0.5), ("PCA", 48, 0.5),
            ("PCA", 96, 0.5), ("random", 48, 0.5), ("random", 96, np.nan),
        )
        for against in ("", "all dimensions")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def card_of() -> pd.DataFrame:
    rows = [
        {"encoder": encoder, "role": role, "aspect": "shift", "metric": metric, "value": 3.0,
         "ci_low": np.nan, "ci_high": np.nan, "n": 9, "unit": "share"}
        for metric in ("own_passage@1", "n_near_zero_dimensions")
        for encoder, role in ((HOSTILE, "model"), ("static", "control"))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def spaces_of(n: int = 30) -> dict[str, pd.DataFrame]:
    shares = {"component": [1, 2, 3], "share": [0.9, 0.1, 1e-9]}
    spread = np.linspace(-1, 1, n)
    ends = {"highest": [[HOSTILE, "b"]] * 3, "lowest": [[]] * 3}
    profile = {"dimension": [0, 1, 2], "variance_share": 1 / 3, "cosine_share": [0.1, 0, -0.01]}
    flags = {"near_zero": [False, True, False], "outlier": False, "off": [False, False, True]}
    points = {"point": range(n), "x": spread, "y": spread, "picked": spread > 0, "map": "PCA"}
    return {
        "spectrum": pd.concat(
            pd.DataFrame({**shares, "view": name, "colour": colour})
            for name, colour in ((HOSTILE, 0), ("static", 3))
        ),
        "part": pd.DataFrame({**shares, "of": "marked", "n": 15}),
        "points": pd.DataFrame(points),
        "texts": pd.DataFrame({"point": range(n), "title": "T", "text": HOSTILE + "x" * 400}),
        "dimensions": pd.DataFrame({**profile, **flags, **ends}),
    }


def rungs_of() -> pd.DataFrame:
    """The model as it is, a remedy that helps and is dear, one that is not shown to, and none."""
    rows = [
        ("as it is", np.nan, np.nan, 1.0, 1.0), ("late-chunks", 0.1, 0.01, 2.0, 2.5),
        ("int8", 0.0, 1.0, 0.25, 1.0), ("tau", np.nan, np.nan, np.nan, np.nan),
        (HOSTILE, -0.2, 0.001, 0.5, 0.0),
    ]  # fmt: skip
    names = ["remedy", "difference", "p_holm", "index_ratio", "read_ratio"]
    table = pd.DataFrame(rows, columns=names).assign(setting="", kind="vectors")
    ends = {
        "difference_low": table["difference"] - 0.05,
        "difference_high": table["difference"] + 1,
    }
    return table.assign(**ends, **{"nDCG@10": 0.5})


def causes_of() -> pd.DataFrame:
    """Three that were tried and one that could not be."""
    tried = {"tested": HOSTILE, "rank_before": 20, "is_main": [True, False, False, False]}
    told = ["mends it: rank 1", "mends it: rank 4", "no gain", "not tested"]
    ranks = pd.array([1, 4, 25, None], dtype="Int64")
    table = pd.DataFrame({"cause": ["diluted", "position", "crowded", "lexical"], **tried})
    after = {"rank_after": ranks, "rank_alike": ranks, "gain": 20 - ranks}
    return table.assign(**after, verdict=told)


def cause_shares_of() -> pd.DataFrame:
    figures = {"value": 0.4, "ci_low": 0.3, "ci_high": 0.5, "n": 50}
    buckets = [("all", "all"), ("1 to 32 tokens", "all"), ("all", "one sentence")]
    return pd.DataFrame(
        [
            {"length_bucket": length, "shift_bucket": shift, "cause": cause, **figures}
            for length, shift in buckets
            for cause in ("diluted", "none of these")
        ]
    )


def mended_of() -> pd.DataFrame:
    figures = {"value": 0.4, "ci_low": 0.3, "ci_high": 0.5, "n": 50, "remedy": HOSTILE}
    metrics = ["mended_share", "mended_share_of_others", "lost_share"]
    return pd.DataFrame([{"cause": "diluted", "metric": name, **figures} for name in metrics])


def test_a_cause_that_was_not_tried_has_no_bar() -> None:
    rows = charts.cause_gains(causes_of()).to_dict()["datasets"]["causes"]
    assert [row["what"] for row in rows] == ["the main cause", "mends it", "does not"]
    assert [row["gain"] for row in rows] == [19, 16, -5]


ALL_CHARTS = {
    "causes": lambda: charts.cause_gains(causes_of(), title=HOSTILE),
    "shares of causes": lambda: charts.cause_shares(cause_shares_of(), by="shift"),
    "mended": lambda: charts.mended_shares(mended_of()),
    "spaces": lambda: charts.spectrum_view(spaces_of(), title=HOSTILE),
    "report card": lambda: charts.report_card(card_of()),
    "remedies": lambda: charts.remedy_ladder(rungs_of(), title=HOSTILE),
    "document": lambda: charts.document_view(
        path_of(9), cells_of(9), prefixes=prefixes_of(9), title=HOSTILE, sentence_range=(2, 5)
    ),
    "map": lambda: charts.shift_map(path_of(9), cells_of(9), title="T"),
    "prefixes": lambda: charts.prefix_curves(prefixes_of(9)),
    "discrepancy": lambda: charts.discrepancy_by_dispersion(windows_of(20)),
    "concatenation": lambda: charts.concatenation_curves(concatenation_of()),
    "temperature": lambda: charts.tempering_view(tempering_of(), title=HOSTILE, head=(2, 3)),
    "arms by length": lambda: charts.length_curves(lengths_of(), ["MPD", "uniformity"]),
    "temperatures by length": lambda: charts.length_curves(lengths_of(), by="tau"),
    "filter": lambda: charts.filter_curves(layers_of()),
    "layers": lambda: charts.layer_curves(layers_of(), ["entropy", "filter_rate"]),
    "retrieval": lambda: charts.retrieval_differences(retrieval_of()),
    "capacity": lambda: charts.capacity_by_dimension(capacities_of()),
    "critical": lambda: charts.critical_dimensions(critical_of()),
    "biases": lambda: charts.bias_wins(wins_of(), title=HOSTILE),
    "positions": lambda: charts.position_wins(wins_of()),
    "cone": lambda: charts.cone_by_layer(cones_of()),
    "anisotropy": lambda: charts.anisotropy_by_layer(layer_figures_of()),
    "spectra of layers": lambda: charts.spectra_by_layer(layer_spectra_of()),
    "corrections": lambda: charts.correction_effects(corrected_of()),
    "frequency": lambda: charts.frequency_bands(bands_of()),
    "dimensions": lambda: charts.dimension_strip(profile_of(), ["sd_raw", "cosine_share"]),
    "ablations": lambda: charts.ablation_curves(ablations_of()),
    "temperatures": lambda: charts.tempering_sweep({t: tempering_of(t) for t in (0.8, 0.9, 1.0)}),
    "plane": lambda: charts.alignment_plane(plane_of()),
    "quality": lambda: charts.quality_plane(variants_of()),
    "order": lambda: charts.order_intervals(order_of()),
}


@pytest.mark.parametrize("vega_lite", ["5.8", "6.4"])
@pytest.mark.parametrize("name", ALL_CHARTS)
def test_jupyterlab_and_the_report_can_both_compile_it(name, vega_lite):
    spec = portable_spec(ALL_CHARTS[name]().to_dict())
    vega = vlc.vegalite_to_vega(json.dumps(spec), vl_version=vega_lite)
    assert any(mark["type"] in {"group", "symbol"} for mark in vega["marks"])


@pytest.mark.parametrize("name", ALL_CHARTS)
def test_a_cell_stores_specification_picture_and_words(name):
    bundle = mime_bundle(ALL_CHARTS[name]().to_dict())
    assert set(bundle) == {MIME, "image/png", "text/plain"}
    assert bundle[MIME]["$schema"].endswith("/v5.json")
    assert bundle["image/png"].startswith("iVBOR")  # a PNG's first bytes, in base64


def test_datasets_are_numbered_so_that_a_last_digit_does_not_rename_them():
    spec = portable_spec(ALL_CHARTS["discrepancy"]().to_dict())
    assert spec["data"] == {"name": "data-1"}
    assert list(spec["datasets"]) == ["data-1"]


def test_the_renderer_is_chosen_on_import_and_a_users_choice_is_kept():
    assert alt.renderers.active == "semshift"
    with alt.renderers.enable("png"):
        charts.theme.enable()
        assert alt.renderers.active == "png"


def test_the_path_has_a_step_for_every_boundary_and_none_after_the_last():
    spec = portable_spec(ALL_CHARTS["map"]().to_dict())
    steps = next(rows for rows in spec["datasets"].values() if "boundary" in rows[0])
    assert [row["boundary"] for row in steps] == list(range(1, 9))
    assert steps[0]["before"].startswith("Sentence 0")
    assert steps[0]["after"].startswith("Sentence 1")


def test_hover_texts_are_shortened_and_say_so():
    spec = portable_spec(ALL_CHARTS["discrepancy"]().to_dict())
    text = spec["datasets"]["data-1"][0]["text"]
    assert len(text) < 300
    assert text.endswith(" …")


def test_more_rows_than_stay_quick_are_refused():
    with pytest.raises(InputError, match=r"5,001 rows .* 5,000 is the most"):
        charts.discrepancy_by_dispersion(windows_of(5001))


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="no column discrepancy"):
        charts.discrepancy_by_dispersion(windows_of(3).drop(columns="discrepancy"))


def test_what_was_not_measured_is_not_drawn():
    table = concatenation_of()
    table.loc[0, ["value", "ci_low", "ci_high"]] = np.nan
    spec = portable_spec(charts.concatenation_curves(table).to_dict())
    assert len(spec["datasets"]["data-1"]) == len(table) - 1


def test_the_slider_of_a_sweep_spans_its_temperatures_and_picks_one_of_them():
    spec = charts.tempering_sweep({t: tempering_of(t) for t in (0.8, 0.9, 1.0)}, tau=0.9).to_dict()
    slider = next(param for param in spec["params"] if param["name"] == "tau")
    assert slider["value"] == 0.9
    assert slider["bind"] == {"input": "range", "min": 0.8, "max": 1.0, "step": 0.1, "name": "tau "}
    vega = vlc.vegalite_to_vega(json.dumps(portable_spec(spec)), vl_version="6.4")
    assert any(signal["name"] == "tau" for signal in vega["signals"])
    assert {row["tau"] for row in spec["datasets"]["heads"]} == {0.8, 0.9, 1.0}


def test_a_slider_over_one_temperature_or_beside_them_is_refused():
    for ladder, tau in (
        ({1.0: tempering_of()}, 1.0),
        ({0.8: tempering_of(), 1.0: tempering_of()}, 2),
    ):
        with pytest.raises(InputError, match="two or more temperatures"):
            charts.tempering_sweep(ladder, tau=tau)


def test_a_log_scale_is_given_no_zero():
    rows = charts.tempering_data(tempering_of())["spectrum"]
    assert min(row["share"] for row in rows) > 0


def test_a_missing_table_is_named():
    tables = tempering_of()
    del tables["heads"]
    with pytest.raises(InputError, match="no table 'heads'"):
        charts.tempering_data(tables)


def test_curves_can_be_told_apart_by_arm_or_by_temperature_and_by_nothing_else():
    rows = charts.length_curves(lengths_of(), by="tau").to_dict()["datasets"]
    names = {row["temperature"] for row in next(iter(rows.values()))}
    assert names == {"tau 1", "tau 0.8", "by length"}
    with pytest.raises(InputError, match="by is 'colour': expected one of arm, tau"):
        charts.length_curves(lengths_of(), by="colour")


def test_the_mean_over_all_layers_is_not_drawn_as_a_layer():
    rows = charts.layer_curves(layers_of(), ["entropy"]).to_dict()["datasets"]
    assert {row["layer"] for row in next(iter(rows.values()))} == {0, 1, 2}


def test_retrieval_is_drawn_for_all_queries_and_against_tau_1_only():
    rows = charts.retrieval_differences(retrieval_of()).to_dict()["datasets"]
    shown = next(iter(rows.values()))
    assert {row["temperature"] for row in shown} == {"tau 0.9", "tau 0.8", "constant"}
    assert {row["metric"] for row in shown} == {"nDCG@10", "R@100"}
    assert {row["length_bucket"] for row in shown} == {"all"}


def drawn_rows(chart: alt.TopLevelMixin) -> list[dict]:
    return next(iter(portable_spec(chart.to_dict())["datasets"].values()))


def test_encoders_of_a_plane_are_told_apart_by_temperature_and_kinds_by_source():
    rows = drawn_rows(charts.alignment_plane(plane_of()))
    assert {row["variant"] for row in rows} == {"e", "e, tau 0.5", "e, by length"}
    assert {row["kind"] for row in rows} == {"adjacent", "labelled, sts", "labelled, words"}
    assert rows[0]["alignment_low"] == -0.6


def test_a_variant_without_one_of_its_figures_is_not_drawn():
    table = variants_of()
    table.loc[table["variant"].eq("temperature 1") & table["metric"].eq("alignment"), "value"] = (
        np.nan
    )
    rows = drawn_rows(charts.quality_plane(table))
    assert [row["variant"] for row in rows if row["family"] == "temperature"] == [
        *("temperature 0", "temperature 2"),
    ]
    with pytest.raises(InputError, match="of is 'parallel texts': expected one of adjacent"):
        charts.quality_plane(table, of="parallel texts")


def test_a_line_joins_what_is_of_a_layer_whatever_its_family_is_called():
    table = variants_of()
    names = {"temperature": "layers of another kind", "layers, mean": "inside"}
    chart = charts.quality_plane(table.assign(family=table["family"].map(names)))
    (trail,) = [layer for layer in chart.layer if layer.mark.type == "line"]
    assert trail.encoding.order.shorthand == "layer:Q"
    assert [step.to_dict() for step in trail.transform] == [{"filter": "isValid(datum.layer)"}]
    valid = {row["family"] for row in drawn_rows(chart) if row["layer"] is not None}
    assert valid == {"inside"}


def test_an_order_is_drawn_for_one_scope_and_nothing_held_fixed():
    rows = drawn_rows(charts.order_intervals(order_of(), scope="layers, mean"))
    assert len(rows) == 4
    assert {row["label"] for row in rows} == {"alignment ↓", "iso_score ↑"}
    assert {row["controlled_for"] for row in rows} == {""}


def test_only_what_there_is_of_a_dimension_is_drawn():
    spec = charts.dimension_strip(profile_of().drop(columns="encoder")[:5]).to_dict()
    assert spec["facet"]["column"]["sort"] == ["sd, vectors of unit length"]
    assert [row["dimension"] for row in next(iter(spec["datasets"].values()))] == list(range(5))
    with pytest.raises(InputError, match="no column spread"):
        charts.dimension_strip(profile_of(), ["spread"])


def test_curves_of_ablations_leave_out_differences_and_what_was_removed():
    rows = next(iter(charts.ablation_curves(ablations_of()).to_dict()["datasets"].values()))
    assert {row["method"] for row in rows} == {"all dimensions", "PCA", "random"}
    assert {row["panel"] for row in rows} == {"retrieval: nDCG@10", "clustering: AMI"}
    assert len(rows) == 4 * 5


@pytest.mark.parametrize(
    "chart",
    [
        lambda: charts.ablation_curves(ablations_of().assign(value=np.nan)),
        lambda: charts.ablation_curves(ablations_of().query("n_dimensions == 384")),
        lambda: charts.ablation_curves(ablations_of().query("n_dimensions != 96")),
        lambda: charts.dimension_strip(profile_of().assign(sd=np.nan, near_zero=False)),
        lambda: charts.capacity_by_dimension(capacities_of().assign(value=np.nan)),
        lambda: charts.bias_wins(wins_of().assign(value=np.nan)),
        lambda: charts.position_wins(wins_of().assign(value=np.nan)),
    ],
    ids=[
        "nothing measured",
        "no size",
        "one size",
        "no profile",
        "no capacity",
        "no bias",
        "no place",
    ],
)
def test_a_picture_can_be_drawn_where_little_was_measured(chart):
    spec = chart().to_dict()
    assert mime_bundle(spec)["image/png"]


def test_a_sentence_alone_stands_wherever_others_do_and_parts_of_the_questions_are_not_drawn():
    table = wins_of()
    table = pd.concat([table, table.assign(answer="cut off")])
    rows = [row for row in drawn_rows(charts.position_wins(table)) if row["encoder"] == "static"]
    assert [(row["n_sentences"], row["position"]) for row in rows] == [
        *((1, "first"), (1, "last"), (4, "last")),
    ]


def test_only_what_is_satisfied_is_drawn_by_dimensions():
    rows = drawn_rows(charts.capacity_by_dimension(capacities_of()))
    assert [(row["of"], row["dim"]) for row in rows] == [
        *(("free vectors", 4.0), ("free vectors", 12.0), (HOSTILE, 384.0)),
    ]
