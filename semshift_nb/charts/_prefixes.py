"""What happens to a text's figures while one reads on."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts._layout import SIDE_HEIGHT, SIDE_WIDTH, marked_range, sentence_axis
from semshift_nb.charts.theme import ACCENT

_PANELS = {
    "local_evolution": "local evolution",
    "dispersion": "dispersion",
    "semantic_shift": "semantic shift",
}


def prefix_chart() -> alt.VConcatChart:
    """Draw the dataset ``prefixes``: three panels over one axis of sentences."""
    last = list(_PANELS)[-1]
    panels = [
        _panel(column, title, "first k sentences" if column == last else None)
        for column, title in _PANELS.items()
    ]
    return alt.vconcat(*panels, spacing=14)


def _panel(column: str, title: str, below: str | None) -> alt.LayerChart:
    line = (
        alt.Chart(alt.NamedData("prefixes"))
        .mark_line(color=ACCENT)
        .encode(
            x=sentence_axis("k", title=below),
            y=alt.Y(f"{column}:Q", title=title).axis(tickCount=4),
            tooltip=[alt.Tooltip("k:Q"), alt.Tooltip(f"{column}:Q", format=".3f")],
        )
    )
    return alt.LayerChart(layer=[marked_range(), line]).properties(
        width=SIDE_WIDTH, height=SIDE_HEIGHT
    )


def prefix_data(prefixes: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``prefix_shift`` of one document."""
    return chart_data(prefixes, ["k", *_PANELS])
