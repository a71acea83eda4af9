"""How every chart looks, and how it is shown wherever a notebook goes.

One look: quiet axes, one scale for distances, a colour for each mode and tau.

Altair's own renderers each miss something without a network: ``html`` fetches Vega, ``mimetype``
writes a media type that nbformat refuses and JupyterLab does not draw, ``jupyter`` is blank once
the kernel is gone. This one writes the specification as ``application/vnd.vegalite.v5+json``, the
type that JupyterLab draws with the Vega it carries and that the report's page draws with the Vega
inlined there, and a PNG beside it for readers that show pictures only.
"""

import base64
import json
import re
from typing import Any

import altair as alt
import vl_convert as vlc

FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
INK = "#1f2933"
MUTED = "#7b8794"
ACCENT = "#0b6e99"
HIGHLIGHT = "#e07a1f"
INCREASE = "#0a7d55"
DECREASE = "#b4451f"

#: Colour-blind safe (Okabe and Ito, 2008), in the order in which meaning comes to move.
MODE_COLOURS = {"repeat": "#0072B2", "sequential": "#E69F00", "random": "#D55E00"}


def tau_colour(names: list[str]) -> alt.Color:
    """Give each temperature its colour, from the sharpest to the flattest."""
    return (
        alt.Color("temperature:N", title=None, sort=names)
        .scale(scheme="viridis", domain=names)
        .legend(orient="top", symbolOpacity=1)
    )


@alt.theme.register("semshift", enable=False)
def theme() -> alt.theme.ThemeConfig:
    """Give the look that all charts of this package share."""
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


WIDTH = 380
SIDE_WIDTH = 300
SIDE_HEIGHT = 118


def headed(question: str, told: str) -> alt.TitleParams:
    """Head a panel with the question that it answers, and with what helps to read it."""
    return alt.TitleParams(question, subtitle=told, subtitleColor=MUTED, fontSize=13)


def document_params(
    *, n_sentences: int = 0, sentence_range: tuple[int, int] = (0, 0)
) -> list[alt.Parameter]:
    """Give the parameters that the charts of a document read.

    They are parameters and not numbers in the specification, so that an explorer can show another
    document or another range without building the chart anew.
    """
    start, end = sentence_range
    values = {"n_sentences": n_sentences, "range_start": start, "range_end": end}
    return [alt.param(name=name, value=value) for name, value in values.items()]


def sentence_scale(*, reverse: bool = False) -> alt.Scale:
    """Count sentences from 0 to ``n_sentences``; sentence ``i`` fills ``i - 1 .. i``."""
    last = alt.ExprRef("max(n_sentences, 1)")
    return alt.Scale(domainMin=0, domainMax=last, nice=False, zero=True, reverse=reverse)


def sentence_axis(field: str, *, title: str | None = "sentence") -> alt.X:
    """Lay sentences out from the left."""
    return alt.X(f"{field}:Q", title=title, scale=sentence_scale()).axis(
        tickMinStep=1, tickCount=8, grid=False, format="d"
    )


def marked_range(*, square: bool = False) -> alt.Chart:
    """Shade the sentences of the range, or frame its square on the map's diagonal."""
    # An empty range is drawn with no width and no stroke: leaving it out would leave its axes
    # without an extent, and Vega would warn of it on every page.
    shown = alt.ExprRef("range_end > range_start ? 1 : 0")
    data = alt.InlineData(values=[{}])
    base: alt.Chart = alt.Chart(data).transform_calculate(start="range_start", end="range_end")
    across: alt.Chart = base.encode(x="start:Q", x2="end:Q")
    shade: alt.Chart = across.mark_rect(color=HIGHLIGHT, opacity=0.16)
    frame: alt.Chart = across.encode(y="start:Q", y2="end:Q").mark_rect(
        filled=False, stroke=HIGHLIGHT, strokeWidth=2, strokeOpacity=shown
    )
    return frame if square else shade


MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_HASHED = re.compile(r"data-[0-9a-f]{32}")


def portable_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """Write a specification so that equal charts are equal text and Vega-Lite 5 and 6 accept it.

    Altair names inlined data by a hash of its content, so that a last digit that differs would
    rename the data and hide how little differs; here datasets are numbered in order instead.
    """
    hashed = [name for name in spec.get("datasets", {}) if _HASHED.fullmatch(name)]
    names = {old: f"data-{i}" for i, old in enumerate(hashed, start=1)}

    def renamed(node: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
        if isinstance(node, dict):
            return {
                key: {"name": names[value["name"]]}
                if key == "data" and isinstance(value, dict) and value.get("name") in names
                else renamed(value)
                for key, value in node.items()
            }
        return [renamed(item) for item in node] if isinstance(node, list) else node

    body = renamed({k: v for k, v in spec.items() if k not in {"datasets", "$schema"}})
    datasets = {names.get(old, old): rows for old, rows in spec.get("datasets", {}).items()}
    return {"$schema": SCHEMA, **body, **({"datasets": datasets} if datasets else {})}


def mime_bundle(spec: dict[str, Any], **_metadata: object) -> dict[str, Any]:
    """Build what a notebook cell stores for a chart."""
    portable = portable_spec(spec)
    picture = vlc.vegalite_to_png(json.dumps(portable), vl_version="6.4")
    return {
        MIME: portable,
        "image/png": base64.b64encode(picture).decode("ascii"),
        "text/plain": f"<chart: {_title(spec)}>",
    }


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "untitled")
    return str(title["text"] if isinstance(title, dict) else title)


def enable() -> None:
    """Make this renderer and this theme Altair's, unless the user has already chosen others."""
    alt.renderers.register("semshift", mime_bundle)
    if alt.renderers.active == "default":
        alt.renderers.enable("semshift")
    if alt.theme.active == "default":
        alt.theme.enable("semshift")
