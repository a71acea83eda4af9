"""The alignment-uniformity plane: both figures of many encoders at once."""

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, DECREASE, INCREASE, INK, MUTED
from semshift_nb.errors import InputError
from semshift_nb.names import temperature_name

_FIGURES = ["metric", "value", "ci_low", "ci_high"]
_UNIFORMITY = "uniformity (lower: more even)"
_ALIGNMENT = "alignment (lower: pairs nearer)"
_QUALITY = "nDCG@10"


def alignment_plane(table: pd.DataFrame) -> alt.FacetChart:
    """Draw encoders by uniformity and alignment, a panel for each kind of pairs.

    Parameters
    ----------
    table : DataFrame
        ``analyses.alignment_uniformity``: ``pairs``, ``kind``, ``encoder``, ``tau``, ``schedule``,
        ``metric``, ``value``, ``ci_low``, ``ci_high``; encoders without one of the two figures are
        left out.

    Returns
    -------
    altair.FacetChart
        A point for each encoder, its cross the intervals. Down and left is held to be good.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(pairs="p", kind="k", encoder="m", tau=1.0, schedule="constant", value=0.5)
    >>> row |= dict(ci_low=0.0, ci_high=1.0)
    >>> both = [dict(row, metric=name) for name in ("alignment", "uniformity")]
    >>> type(alignment_plane(pd.DataFrame(both))).__name__
    'FacetChart'
    """
    data = _named(chart_data(table, ["pairs", "kind", "encoder", "tau", "schedule", *_FIGURES]))
    wide = _wide(data, ["kind", "variant"])
    names = list(dict.fromkeys(wide["variant"]))
    colour = alt.Color("variant:N", title=None, sort=names).legend(orient="top", symbolOpacity=1)
    base = alt.Chart().encode(x=_x("uniformity"), y=_y("alignment"), color=colour)
    across = base.mark_rule(opacity=0.6).encode(x=_x("uniformity_low"), x2="uniformity_high:Q")
    down = base.mark_rule(opacity=0.6).encode(y=_y("alignment_low"), y2="alignment_high:Q")
    point = base.mark_point(filled=True, size=80, opacity=1).encode(tooltip=_tooltip())
    layers = alt.LayerChart(layer=[across, down, point]).properties(width=230, height=230)
    chart: alt.FacetChart = layers.facet(
        column=alt.Column("kind:N", title=None, sort=list(dict.fromkeys(wide["kind"]))), data=wide
    )
    return chart


def quality_plane(variants: pd.DataFrame, *, of: str = "adjacent sentences") -> alt.LayerChart:
    """Draw variants of encoders by uniformity and alignment, coloured by what they retrieve.

    Parameters
    ----------
    variants : DataFrame
        ``QualityOrder.variants``: ``family``, ``variant``, ``layer``, ``of``, ``metric``,
        ``value``, ``ci_low``, ``ci_high``; variants without one of the figures are left out.
    of : str, default="adjacent sentences"
        Whose alignment and uniformity.

    Returns
    -------
    altair.LayerChart
        A point for each variant: its shape is the family, its colour nDCG@10. A line joins the
        layers of a family in their order.

    Raises
    ------
    InputError
        If a column is missing, the pairs are not there, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(family="f", variant="m", layer=1.0, ci_low=0.0, ci_high=1.0, value=0.5)
    >>> rows = [dict(row, of="queries", metric="nDCG@10"), dict(row, of="p", metric="alignment")]
    >>> rows.append(dict(row, of="p", metric="uniformity"))
    >>> type(quality_plane(pd.DataFrame(rows), of="p")).__name__
    'LayerChart'
    """
    data = chart_data(variants, ["family", "variant", "layer", "of", *_FIGURES])
    kinds = [kind for kind in dict.fromkeys(data["of"]) if kind not in ("queries", "documents")]
    if of not in kinds:
        raise InputError(f"of is {of!r}: expected one of {', '.join(kinds) or 'none'}.")
    shown = data[data["of"].eq(of) | data["of"].eq("queries")]
    wide = _wide(shown, ["family", "variant"], more=(_QUALITY,))
    wide = wide.rename(columns=lambda name: name.replace(_QUALITY, "quality"))
    layers = shown.drop_duplicates(["family", "variant"])[["family", "variant", "layer"]]
    wide = wide.merge(layers, how="left", on=["family", "variant"])
    families = list(dict.fromkeys(wide["family"]))
    base = alt.Chart(wide).encode(x=_x("uniformity"), y=_y("alignment"))
    trail = base.mark_line(color=MUTED, strokeWidth=1, opacity=0.5).encode(
        detail="family:N", order="layer:Q"
    )
    trail = trail.transform_filter("isValid(datum.layer)")
    point = base.mark_point(filled=True, size=110, opacity=1, stroke="white", strokeWidth=0.6)
    point = point.encode(
        color=alt.Color("quality:Q", title=_QUALITY).scale(scheme="viridis"),
        shape=alt.Shape("family:N", title=None, sort=families),
        tooltip=[*_tooltip(), alt.Tooltip("quality:Q", title=_QUALITY, format=".3f")],
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[trail, point]).properties(width=520, height=360)
    return chart


def _named(data: pd.DataFrame) -> pd.DataFrame:
    """Name encoders with their temperature, and kinds with their source where that is needed."""
    at = pd.Series(
        map(temperature_name, data["tau"], data["schedule"]), index=data.index, dtype=object
    )
    variant = data["encoder"].where(data["tau"].eq(1), data["encoder"] + ", " + at)
    several = data.groupby("kind")["pairs"].transform("nunique") > 1
    kind = data["kind"].mask(several, data["kind"] + ", " + data["pairs"])
    return data.assign(variant=variant, kind=kind)


def _wide(data: pd.DataFrame, named: list[str], more: tuple[str, ...] = ()) -> pd.DataFrame:
    """Put the figures of an encoder side by side, with the ends of their intervals."""
    wanted = ("alignment", "uniformity", *more)
    parts = []
    for metric in wanted:
        rows = data[data["metric"] == metric].set_index(named)[["value", "ci_low", "ci_high"]]
        parts.append(rows.set_axis([metric, f"{metric}_low", f"{metric}_high"], axis=1))
    return pd.concat(parts, axis=1).dropna(subset=list(wanted)).reset_index()


def _x(field: str) -> alt.X:
    return alt.X(f"{field}:Q", title=_UNIFORMITY).scale(zero=False)


def _y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", title=_ALIGNMENT).scale(zero=False)


def _tooltip() -> list[alt.Tooltip]:
    figures = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("alignment", "uniformity")]
    return [alt.Tooltip("variant:N", title="encoder"), *figures]


_COLUMNS = ["of", "figure", "better", "controlled_for", "drawn", "value", "ci_low", "ci_high", "n"]
_ARROWS = {"lower": "↓", "higher": "↑"}
"""Which way a figure is held to be good, beside its name."""


def order_intervals(order: pd.DataFrame, *, scope: str = "all variants") -> alt.FacetChart:
    """Draw the correlation of each figure with retrieval.

    Parameters
    ----------
    order : DataFrame
        ``QualityOrder.order``: ``scope``, ``of``, ``figure``, ``better``, ``controlled_for``,
        ``drawn``, ``value``, ``ci_low``, ``ci_high``, ``n``; what was not measured is left out, and
        so are partial correlations.
    scope : str, default="all variants"
        Which variants: all, or a family.

    Returns
    -------
    altair.FacetChart
        A row for each figure, an arrow saying which way it is held to be good; the thick line is
        the interval over texts, the thin one that over families of variants. Green lies where the
        literature has it, red on the other side of 0, grey on both.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(scope="all variants", of="documents", figure="uniformity", better="lower", n=9,
    ...            controlled_for="", drawn="texts", value=-0.5, ci_low=-0.9, ci_high=-0.1)
    >>> type(order_intervals(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    # Of ranks: two variants that change places move it by more than the third digit.
    data = chart_data(order, ["scope", *_COLUMNS], digits=2)
    data = data[data["scope"].eq(scope) & data["controlled_for"].eq("")].dropna(subset=["value"])
    data = data.assign(label=data["figure"] + " " + data["better"].map(_ARROWS))
    base = alt.Chart().encode(
        y=alt.Y("label:N", title=None, sort=list(dict.fromkeys(data["label"]))),
        color=alt.Color("shown:N", title=None)
        .scale(
            domain=["as claimed", "against the claim", "undecided"],
            range=[INCREASE, DECREASE, MUTED],
        )
        .legend(orient="top"),
    )
    span = alt.X("ci_low:Q", title="Spearman with nDCG@10").scale(domain=[-1, 1])
    layers = [
        alt.Chart().mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=alt.datum(0)),
        *(
            base.transform_filter(f"datum.drawn == '{drawn}'")
            .mark_rule(strokeWidth=width)
            .encode(x=span, x2="ci_high:Q")
            for drawn, width in (("families", 1.5), ("texts", 5))
        ),
        base.transform_filter("datum.drawn == 'texts'")
        .mark_point(filled=True, size=70, opacity=1, stroke="white", strokeWidth=1)
        .encode(x=alt.X("value:Q", title="Spearman with nDCG@10"), tooltip=_order_tooltip()),
    ]
    chart: alt.FacetChart = (
        alt.LayerChart(layer=layers)
        .transform_calculate(shown=_shown())
        .properties(width=420, height=alt.Step(24))
        .facet(
            row=alt.Row("of:N", title=None, sort=list(dict.fromkeys(data["of"]))),
            data=data,
        )
        .resolve_scale(y="independent")
    )
    return chart


def _shown() -> str:
    """Say in Vega's words on which side an interval lies."""
    low, high = "datum.ci_low > 0", "datum.ci_high < 0"
    lower = "datum.better == 'lower'"
    return (
        f"({low}) ? ({lower} ? 'against the claim' : 'as claimed') : "
        f"({high}) ? ({lower} ? 'as claimed' : 'against the claim') : 'undecided'"
    )


def _order_tooltip() -> list[alt.Tooltip]:
    numbers = [alt.Tooltip(f"{name}:Q", format=".2f") for name in ("value", "ci_low", "ci_high")]
    return [alt.Tooltip("of:N"), alt.Tooltip("figure:N"), *numbers, alt.Tooltip("n:Q")]


_ABLATION_COLUMNS = [
    *["encoder", "task", "method", "n_dimensions", "metric", "against"],
    *["value", "ci_low", "ci_high", "n"],
]
_WHOLE = "all dimensions"
#: Colour-blind safe (Okabe and Ito, 2008).
_COLOURS = {
    "PCA": "#0072B2",
    "highest variance": "#D55E00",
    "random": MUTED,
    "first": "#CC79A7",
    "lowest variance": "#E69F00",
}


def ablation_curves(table: pd.DataFrame) -> alt.FacetChart:
    """Draw what each way to keep fewer dimensions reaches, for each encoder and task.

    Parameters
    ----------
    table : DataFrame
        ``analyses.ablated_retrieval`` and ``analyses.ablated_clustering``, one under the other:
        ``encoder``, ``task``, ``method``, ``n_dimensions``, ``metric``, ``against``, ``value``,
        ``ci_low``, ``ci_high``, ``n``; differences are left out, and what was not measured leaves
        a gap.

    Returns
    -------
    altair.FacetChart
        A row for each encoder, a column for each task; bands are the intervals, the dashed line is
        the space with all its dimensions.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", task="retrieval", method="PCA", n_dimensions=48, against="",
    ...            metric="nDCG@10", value=0.6, ci_low=0.5, ci_high=0.7, n=100)
    >>> type(ablation_curves(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = chart_data(table, _ABLATION_COLUMNS)
    data = data[(data["against"] == "") & data["method"].isin([*_COLOURS, _WHOLE])]
    data = data.assign(panel=data["task"] + ": " + data["metric"])
    shown = [method for method in _COLOURS if method in set(data["method"])] or [*_COLOURS]
    sizes = sorted(data.loc[data["method"] != _WHOLE, "n_dimensions"].unique().tolist())
    panels, encoders = (data[name].unique().tolist() for name in ("panel", "encoder"))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[_whole(), *_curves(shown, sizes)])
        .properties(width=330, height=200)
        .facet(
            row=alt.Row("encoder:N", title=None, sort=encoders),
            column=alt.Column("panel:N", title=None, sort=panels),
            data=data,
        )
        .resolve_scale(y="independent")
    )
    return chart


def _whole() -> alt.Chart:
    only = alt.Chart().transform_filter(f"datum.method == '{_WHOLE}'")
    chart: alt.Chart = only.mark_rule(color=INK, strokeDash=[4, 3]).encode(y="value:Q")
    return chart


def _curves(methods: list[str], sizes: list[int]) -> list[alt.Chart]:
    """Draw a line with its band for each method."""
    scale = alt.Scale(domain=methods, range=[_COLOURS[method] for method in methods])
    base = (
        alt.Chart()
        .transform_filter(f"datum.method != '{_WHOLE}'")
        .encode(
            x=alt.X("n_dimensions:Q", title="dimensions kept")
            .scale(type="log", base=2, nice=False, domain=_ends(sizes))
            .axis(values=sizes),
            color=alt.Color("method:N", title=None, scale=scale).legend(
                orient="top", symbolOpacity=1
            ),
        )
    )
    band = base.mark_area(opacity=0.12).encode(y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q")
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", title=None).scale(zero=False).axis(format=".2~f"),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("n_dimensions:Q", title="dimensions"),
            alt.Tooltip("value:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", format=".3f"),
            alt.Tooltip("ci_high:Q", format=".3f"),
            alt.Tooltip("n:Q"),
        ],
    )
    return [band, line]


def _ends(sizes: list[int]) -> list[int]:
    """Return the ends of the axis; one size, or none, would leave it without a length."""
    low, high = (min(sizes), max(sizes)) if sizes else (1, 1)
    return [low, max(high, low + 1)]
