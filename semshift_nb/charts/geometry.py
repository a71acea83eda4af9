"""The narrow cone inside a model: cosines, figures and spectra from layer to layer."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT, INCREASE, INK, MUTED

_KINDS = {
    "tokens": ("tokens", ACCENT),
    "mean": ("sentences, mean", HIGHLIGHT),
    "cls": ("sentences, first token", MUTED),
    "max": ("sentences, maximum", "#CC79A7"),
    "output": ("the model's output", "#0a7d55"),
}
_QUANTILES = ["q05", "q25", "q50", "q75", "q95"]
_COSINES = ["encoder", "of", "layer", *_QUANTILES, "n_pairs"]
_FIGURES = ["encoder", "of", "layer", "metric", "value", "ci_low", "ci_high", "n"]
_SPECTRA = ["encoder", "of", "layer", "rank", "share"]


def cone_by_layer(table: pd.DataFrame) -> alt.FacetChart:
    """Draw how the cosines of two vectors are distributed, layer by layer.

    Parameters
    ----------
    table : DataFrame
        ``LayerReading.cosines()``: ``encoder``, ``of``, ``layer``, the quantiles ``q05`` to
        ``q95`` and ``n_pairs``.

    Returns
    -------
    altair.FacetChart
        A row for each kind of vector, a column for each encoder: the median, the middle half and
        the middle nine tenths of the pairs. At 1 all vectors point the same way.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", of="mean", layer=0, q05=0.1, q25=0.2, q50=0.3, q75=0.4, q95=0.5,
    ...            n_pairs=9)
    >>> type(cone_by_layer(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = _full_grid(_kinds(chart_data(table, _COSINES).dropna(subset=_QUANTILES)))
    lowest = min(0.0, float(data["q05"].min())) if len(data) else 0.0
    cosine = alt.Scale(domain=[lowest, 1], nice=True)
    base = alt.Chart().encode(
        x=alt.X("layer:O", title="layer").axis(labelAngle=0),
        color=_kind_colour(data, legend=False),
        tooltip=[
            *[alt.Tooltip("encoder:N"), alt.Tooltip("layer:O")],
            *[alt.Tooltip(f"{name}:Q", format=".3f") for name in _QUANTILES],
            alt.Tooltip("n_pairs:Q", title="pairs"),
        ],
    )
    wide = base.mark_rule(strokeWidth=2, opacity=0.45).encode(
        y=alt.Y("q05:Q", title="cosine", scale=cosine), y2="q95:Q"
    )
    half = base.mark_bar(size=11, opacity=0.6).encode(y=alt.Y("q25:Q", title="cosine"), y2="q75:Q")
    middle = base.mark_tick(thickness=2, size=15, color=INK).encode(
        y=alt.Y("q50:Q", title="cosine"), color=alt.value(INK)
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[wide, half, middle])
        .properties(width=alt.Step(24), height=105)
        .facet(row=_row(data), column=_column(), data=data)
        .resolve_scale(x="independent")
    )
    return chart


def anisotropy_by_layer(
    table: pd.DataFrame, metrics: Sequence[str] = ("mean_cosine", "iso_score", "effective_rank")
) -> alt.VConcatChart:
    """Draw figures of every space in a model, layer by layer, with their intervals.

    Parameters
    ----------
    table : DataFrame
        ``LayerReading.figures()``: ``encoder``, ``of``, ``layer``, ``metric``, ``value``,
        ``ci_low``, ``ci_high`` and ``n``; what was not measured is left out.
    metrics : sequence of str, default ("mean_cosine", "iso_score", "effective_rank")
        The metrics to draw, a row each.

    Returns
    -------
    altair.VConcatChart
        A row for each metric, a column for each encoder, a colour for each kind of vector.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", of="mean", layer=0, metric="iso_score", value=0.2, ci_low=0.1,
    ...            ci_high=0.3, n=9)
    >>> type(anisotropy_by_layer(pd.DataFrame([row]))).__name__
    'VConcatChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = _kinds(chart_data(wanted, _FIGURES).dropna(subset=["value"]))
    measured = [metric for metric in metrics if metric in set(data["metric"])]
    chart: alt.VConcatChart = alt.vconcat(*(_curves(data, metric) for metric in measured))
    return chart


def _curves(data: pd.DataFrame, metric: str) -> alt.FacetChart:
    base = (
        alt.Chart()
        .transform_filter(alt.datum.metric == metric)
        .encode(
            x=alt.X("layer:O", title="layer").axis(labelAngle=0),
            color=_kind_colour(data),
            tooltip=[
                *[alt.Tooltip("kind:N", title="of"), alt.Tooltip("layer:O")],
                *[alt.Tooltip(f"{end}:Q", format=".3f") for end in ("value", "ci_low", "ci_high")],
                alt.Tooltip("n:Q", title="vectors"),
            ],
        )
    )
    title = metric.replace("_", " ")
    reach = base.mark_rule(strokeWidth=4, opacity=0.35).encode(
        y=alt.Y("ci_low:Q", title=title), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(y=alt.Y("value:Q", title=title))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[reach, line])
        .properties(width=alt.Step(28), height=120)
        .facet(column=_column(), data=data)
        .resolve_scale(x="independent")
    )
    return chart


def spectra_by_layer(table: pd.DataFrame, of: Sequence[str] = ("tokens", "mean")) -> alt.FacetChart:
    """Draw the share of the variance in each principal direction, a curve for each layer.

    Parameters
    ----------
    table : DataFrame
        ``LayerReading.spectra()``: ``encoder``, ``of``, ``layer``, ``rank`` and ``share``.
    of : sequence of str, default ("tokens", "mean")
        The kinds of vectors to draw, a row each.

    Returns
    -------
    altair.FacetChart
        Both axes logarithmic; a column for each encoder.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", of="mean", layer=0, rank=1, share=0.5)
    >>> type(spectra_by_layer(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    wanted = table[table["of"].isin(of)] if "of" in table.columns else table
    data = _kinds(chart_data(wanted, _SPECTRA, digits=8))
    lines = (
        alt.Chart()
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X("rank:Q", title="rank").scale(type="log", nice=False),
            y=alt.Y("share:Q", title="share of variance")
            .scale(type="log", nice=False)
            .axis(format="~g", tickCount=4),
            color=alt.Color("layer:O", title="layer").scale(scheme="viridis").legend(orient="top"),
            tooltip=[
                *[alt.Tooltip("encoder:N"), alt.Tooltip("layer:O"), alt.Tooltip("rank:Q")],
                alt.Tooltip("share:Q", format=".4f"),
            ],
        )
        .properties(width=210, height=140)
    )
    chart: alt.FacetChart = lines.facet(row=_row(data), column=_column(), data=data)
    return chart


def _kinds(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(kind=[_KINDS[of][0] if of in _KINDS else of for of in data["of"]])


def _full_grid(data: pd.DataFrame) -> pd.DataFrame:
    """Add an empty row where an encoder has no such vectors: a grid with a hole slides together."""
    there = set(zip(data["encoder"], data["kind"], strict=True))
    first = data.groupby("encoder", sort=False)["layer"].min()
    missing = [
        {"encoder": encoder, "kind": kind, "layer": layer}
        for encoder, layer in first.items()
        for kind in _kind_names(data)
        if (encoder, kind) not in there
    ]
    return pd.concat([data, pd.DataFrame(missing)], ignore_index=True) if missing else data


def _kind_names(data: pd.DataFrame) -> list[str]:
    there = set(data["kind"])
    return [name for name, _ in _KINDS.values() if name in there]


def _kind_colour(data: pd.DataFrame, *, legend: bool = True) -> alt.Color:
    names = _kind_names(data)
    colours = [colour for name, colour in _KINDS.values() if name in names]
    shown = alt.Legend(orient="top", symbolOpacity=1) if legend else None
    return alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=names, range=colours), legend=shown
    )


def _row(data: pd.DataFrame) -> alt.Row:
    return alt.Row("kind:N", title=None, sort=_kind_names(data))


def _column() -> alt.Column:
    return alt.Column("encoder:N", title=None, sort=None)


_ENDS = ["value", "ci_low", "ci_high", "n"]
_LABEL = "replace(datum.value, regexp('_', 'g'), ' ')"


def correction_effects(
    table: pd.DataFrame, metrics: Sequence[str] = ("mean_cosine", "iso_score", "effective_rank")
) -> alt.FacetChart:
    """Draw figures of a space before and after corrections, on both halves of the documents.

    Parameters
    ----------
    table : DataFrame
        ``analyses.correction_effects``: ``encoder``, ``correction``, ``half``, ``metric``,
        ``value``, ``ci_low``, ``ci_high``, ``n``; what was not measured leaves its place empty.
    metrics : sequence of str, default ("mean_cosine", "iso_score", "effective_rank")
        The metrics to draw, a column each.

    Returns
    -------
    altair.FacetChart
        A row for each encoder; what a correction was fitted on beside what was held out.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", correction="none", half="held out", metric="iso_score", value=0.2,
    ...            ci_low=0.1, ci_high=0.3, n=9)
    >>> type(correction_effects(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, ["encoder", "correction", "half", "metric", *_ENDS])
    halves = ["fitted on", "held out"]
    base = alt.Chart().encode(
        y=alt.Y("correction:N", title=None, sort=list(dict.fromkeys(data["correction"]))),
        yOffset=alt.YOffset("half:N", sort=halves),
        color=alt.Color("half:N", title="half of the documents", sort=halves)
        .scale(domain=halves, range=[ACCENT, HIGHLIGHT])
        .legend(orient="top", symbolOpacity=1),
        tooltip=[alt.Tooltip("correction:N"), alt.Tooltip("half:N"), *_figures()],
    )
    reach = base.mark_rule(strokeWidth=3, opacity=0.4).encode(
        x=alt.X("ci_low:Q", title=None), x2="ci_high:Q"
    )
    point = base.mark_point(filled=True, size=55, opacity=1).encode(
        x=alt.X("value:Q", title=None).scale(zero=False).axis(tickCount=4)
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[reach, point])
        .properties(width=170, height=alt.Step(17, **{"for": "position"}))
        .facet(row=alt.Row("encoder:N", title=None, sort=None), column=_metric(metrics), data=data)
        .resolve_scale(x="independent")
    )
    return chart


def frequency_bands(
    table: pd.DataFrame, metrics: Sequence[str] = ("norm", "knn_distance@3", "mean_cosine")
) -> alt.FacetChart:
    """Draw what input embeddings have to do with how frequent their tokens are.

    Parameters
    ----------
    table : DataFrame
        ``analyses.frequency_bias``: ``encoder``, ``band``, ``metric``, ``value``, ``ci_low``,
        ``ci_high``, ``n``; what was not measured leaves its place empty, figures over all bands
        are left out.
    metrics : sequence of str, default ("norm", "knn_distance@3", "mean_cosine")
        The metrics to draw, a panel each.

    Returns
    -------
    altair.FacetChart
        Ranks from left to right, the most frequent tokens first.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", band="1-100", metric="norm", value=1.0, ci_low=0.9, ci_high=1.1,
    ...            n=100)
    >>> type(frequency_bands(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, ["encoder", "band", "metric", *_ENDS])
    bands = list(dict.fromkeys(data["band"]))
    base = alt.Chart().encode(
        x=alt.X("band:N", title="rank of frequency", sort=bands).axis(labelAngle=-25),
        color=alt.Color("encoder:N", title=None, sort=None)
        .scale(range=[ACCENT, HIGHLIGHT])
        .legend(orient="top", symbolOpacity=1),
        tooltip=[alt.Tooltip("encoder:N"), alt.Tooltip("band:N"), *_figures()],
    )
    reach = base.mark_rule(strokeWidth=4, opacity=0.4).encode(
        y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(y=alt.Y("value:Q", title=None).scale(zero=False))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[reach, line])
        .properties(width=190, height=150)
        .facet(column=_metric(metrics), data=data)
        .resolve_scale(y="independent")
    )
    return chart


def _metric(metrics: Sequence[str]) -> alt.Column:
    header = alt.Header(labelExpr=_LABEL)
    return alt.Column("metric:N", title=None, sort=list(metrics), header=header)


def _figures() -> list[alt.Tooltip]:
    ends = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")]
    return [*ends, alt.Tooltip("n:Q")]


_ENCODER = "encoder"
_DIMENSION_KINDS = {"near_zero": HIGHLIGHT, "outlier": INCREASE}
_NAMES = {
    "sd": "sd, vectors of unit length",
    "sd_raw": "sd, raw vectors",
    "mean": "mean",
    "variance_share": "share of the variance",
    "cosine_share": "part of the mean cosine",
}


def dimension_strip(profile: pd.DataFrame, figures: Sequence[str] = ("sd",)) -> alt.FacetChart:
    """Draw a figure of every dimension as a bar, those near zero and the outliers marked.

    Parameters
    ----------
    profile : DataFrame
        ``analyses.dimension_profile``; of several encoders one under the other, with a column
        ``encoder``.
    figures : sequence of str, default=("sd",)
        The columns to draw, side by side: ``sd``, ``sd_raw``, ``mean``, ``variance_share`` or
        ``cosine_share``; one that is missing everywhere is left out.

    Returns
    -------
    altair.FacetChart
        A row for each encoder, a column for each figure; each panel has a scale of its own.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 bars.

    Examples
    --------
    >>> row = dict(dimension=0, sd=0.1, sd_raw=0.2, mean=0.0, variance_share=1.0, cosine_share=0.1,
    ...            near_zero=False, outlier=False)
    >>> type(dimension_strip(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    table = profile if _ENCODER in profile.columns else profile.assign(**{_ENCODER: ""})
    wide = chart_data(table, ["dimension", _ENCODER, *_DIMENSION_KINDS, *figures], digits=6)
    there = [name for name in figures if wide[name].notna().any()] or list(figures)
    encoders, names = wide[_ENCODER].unique().tolist(), [_NAMES.get(name, name) for name in there]
    layers = [*map(_marked, _DIMENSION_KINDS), *_steps(int(wide["dimension"].max()))]
    chart: alt.FacetChart = (
        alt.LayerChart(layer=layers)
        .properties(width=400, height=100)
        .facet(
            row=alt.Row("encoder:N", title=None, sort=encoders),
            column=alt.Column("figure:N", title=None, sort=names),
            data=wide.rename(columns=_NAMES),
        )
        .transform_fold([*names], as_=["figure", "value"])
        .resolve_scale(y="independent")
    )
    return chart


def _steps(last: int) -> list[alt.Chart]:
    """Draw the bars as one area, for hundreds of thin ones shimmer; hover them one by one."""
    along = alt.X("dimension:Q", title="dimension").axis(grid=False)
    base = alt.Chart().encode(
        x=along.scale(domain=[-2, last + 2], nice=False),
        y=alt.Y("value:Q", title=None).axis(tickCount=4, format="~g"),
    )
    area = base.mark_area(interpolate="step", color=ACCENT)
    hovered = base.mark_bar(size=2, opacity=0).encode(
        tooltip=[
            alt.Tooltip("dimension:Q"),
            alt.Tooltip("figure:N"),
            alt.Tooltip("value:Q", format=".3g"),
            alt.Tooltip("near_zero:N", title="near zero"),
            alt.Tooltip("outlier:N"),
        ]
    )
    return [area, hovered]


def _marked(kind: str) -> alt.LayerChart:
    """Draw a line at each dimension of a kind, with its number above."""
    only = alt.Chart().transform_filter(f"datum.{kind}").encode(x="dimension:Q")
    line = only.mark_rule(color=_DIMENSION_KINDS[kind], strokeWidth=1.5, opacity=0.6)
    number = only.mark_text(color=_DIMENSION_KINDS[kind], baseline="bottom", fontSize=10, y=-2)
    return alt.LayerChart(layer=[line, number.encode(text="dimension:Q")])
