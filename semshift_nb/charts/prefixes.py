"""What happens to a text's figures while one reads on."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts._layout import SIDE_HEIGHT, SIDE_WIDTH, sentence_axis
from semshift_nb.charts.path import shaded_range
from semshift_nb.charts.theme import ACCENT

_PANELS = {
    "local_evolution": "local evolution",
    "dispersion": "dispersion",
    "semantic_shift": "semantic shift",
}


def prefix_curves(prefixes: pd.DataFrame) -> alt.VConcatChart:
    """Draw local evolution, dispersion and semantic shift of the first k sentences, for every k.

    Parameters
    ----------
    prefixes : DataFrame
        ``prefix_shift`` of one document: ``k``, ``local_evolution``, ``dispersion``,
        ``semantic_shift``.

    Returns
    -------
    altair.VConcatChart
        Three panels over one axis of sentences.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 prefixes.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> len(prefix_curves(pd.DataFrame(row)).vconcat)
    3
    """
    data = chart_data(prefixes, ["k", *_PANELS])
    n_sentences = int(data["k"].max()) if len(data) else 1
    panels = [
        alt.layer(
            shaded_range(),
            alt.Chart(data)
            .mark_line(color=ACCENT)
            .encode(
                x=sentence_axis("k", n_sentences, title="first k sentences" if last else None),
                y=alt.Y(f"{column}:Q", title=title).axis(tickCount=4),
                tooltip=[alt.Tooltip("k:Q"), alt.Tooltip(f"{column}:Q", format=".3f")],
            ),
        ).properties(width=SIDE_WIDTH, height=SIDE_HEIGHT)
        for (column, title), last in zip(_PANELS.items(), (False, False, True), strict=True)
    ]
    return alt.vconcat(*panels, spacing=14)
