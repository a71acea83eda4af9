"""One look for every chart: quiet axes, one scale for distances, one colour for each mode."""

import altair as alt

FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
INK = "#1f2933"
MUTED = "#7b8794"
ACCENT = "#0b6e99"
HIGHLIGHT = "#e07a1f"
ROSE = "#0a7d55"
FELL = "#b4451f"

#: Colour-blind safe (Okabe and Ito, 2008), in the order in which meaning comes to move.
MODE_COLOURS = {"repeat": "#0072B2", "sequential": "#E69F00", "random": "#D55E00"}


@alt.theme.register("semshift", enable=False)
def theme() -> alt.theme.ThemeConfig:
    """Give the look that all charts of this package share.

    Returns
    -------
    dict
        A Vega-Lite ``config`` under its key, as Altair's theme registry wants it.

    Raises
    ------
    Nothing
        The theme is a constant.

    Examples
    --------
    >>> theme()["config"]["view"]["stroke"] is None
    True
    """
    axis: alt.theme.AxisConfigKwds = {
        "labelColor": MUTED,
        "titleColor": INK,
        "titleFontWeight": 500,
        "titleFontSize": 12,
        "labelFontSize": 11,
        "domainColor": "#cbd2d9",
        "tickColor": "#cbd2d9",
        "gridColor": "#edf0f3",
    }
    return {
        "config": {
            "background": "white",
            "font": FONT,
            "axis": axis,
            "title": {"color": INK, "fontSize": 14, "fontWeight": 600, "anchor": "start"},
            "header": {"labelColor": INK, "labelFontSize": 12, "title": None},
            "legend": {"labelColor": INK, "titleColor": INK, "titleFontWeight": 500},
            "view": {"stroke": None},
            "line": {"strokeWidth": 2},
        }
    }
