"""Every dimension of a space as a bar."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT, ROSE

_ENCODER = "encoder"
_KINDS = {"near_zero": HIGHLIGHT, "outlier": ROSE}
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
    wide = chart_data(table, ["dimension", _ENCODER, *_KINDS, *figures], digits=6)
    there = [name for name in figures if wide[name].notna().any()] or list(figures)
    encoders, names = wide[_ENCODER].unique().tolist(), [_NAMES.get(name, name) for name in there]
    layers = [*map(_marked, _KINDS), *_steps(int(wide["dimension"].max()))]
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
    line = only.mark_rule(color=_KINDS[kind], strokeWidth=1.5, opacity=0.6)
    number = only.mark_text(color=_KINDS[kind], baseline="bottom", fontSize=10, y=-2)
    return alt.LayerChart(layer=[line, number.encode(text="dimension:Q")])
