"""The alignment-uniformity plane: both figures of many encoders at once."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import MUTED
from semshift_nb.errors import InputError

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
        ``QualityOrder.variants``: ``family``, ``variant``, ``of``, ``metric``, ``value``,
        ``ci_low``, ``ci_high``; variants without one of the figures are left out.
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
    >>> row = dict(family="f", variant="m", ci_low=0.0, ci_high=1.0, value=0.5)
    >>> rows = [dict(row, of="queries", metric="nDCG@10"), dict(row, of="p", metric="alignment")]
    >>> rows.append(dict(row, of="p", metric="uniformity"))
    >>> type(quality_plane(pd.DataFrame(rows), of="p")).__name__
    'LayerChart'
    """
    data = chart_data(variants, ["family", "variant", "of", *_FIGURES])
    kinds = [kind for kind in dict.fromkeys(data["of"]) if kind not in ("queries", "documents")]
    if of not in kinds:
        raise InputError(f"of is {of!r}: expected one of {', '.join(kinds) or 'none'}.")
    shown = data[data["of"].eq(of) | data["of"].eq("queries")]
    wide = _wide(shown, ["family", "variant"], more=(_QUALITY,))
    wide = wide.rename(columns=lambda name: name.replace(_QUALITY, "quality"))
    wide = wide.assign(place=range(len(wide)))
    families = list(dict.fromkeys(wide["family"]))
    base = alt.Chart(wide).encode(x=_x("uniformity"), y=_y("alignment"))
    trail = base.mark_line(color=MUTED, strokeWidth=1, opacity=0.5).encode(
        detail="family:N", order="place:Q"
    )
    trail = trail.transform_filter("indexof(datum.family, 'layers') == 0")
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
    at = data["schedule"].where(data["tau"].isna(), "tau " + data["tau"].map("{:g}".format))
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
