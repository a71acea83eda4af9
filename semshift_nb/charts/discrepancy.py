"""Discrepancy: what a text's own embedding leaves behind as its sentences disperse."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data, hover_text
from semshift_nb.charts.theme import ACCENT


def discrepancy_by_dispersion(table: pd.DataFrame) -> alt.Chart:
    """Draw each text as a point: the discrepancy of its embedding against its dispersion.

    Parameters
    ----------
    table : DataFrame
        ``window_shift`` or ``document_shift``: ``title``, ``dispersion``, ``discrepancy``,
        ``n_tokens`` and, where there is one, ``text`` for the hover.

    Returns
    -------
    altair.Chart
        A scatter; hover a point to read its text. Texts that were not measured are left out; where
        none was, the title says why.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 texts.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"title": ["A"], "dispersion": [0.5], "discrepancy": [0.3], "n_tokens": [12]}
    >>> discrepancy_by_dispersion(pd.DataFrame(row)).mark.type
    'circle'
    """
    hover = ["text"] if "text" in table.columns else []
    data = chart_data(table, ["title", "dispersion", "discrepancy", "n_tokens", *hover])
    data = data.dropna(subset=["dispersion", "discrepancy"])
    if hover:
        data = data.assign(text=hover_text(data["text"]))
    chart: alt.Chart = (
        alt.Chart(data, title=_title(data, table))
        .mark_circle(size=38, opacity=0.55, color=ACCENT)
        .encode(
            x=alt.X("dispersion:Q", title="dispersion of the sentences").scale(zero=False),
            y=alt.Y("discrepancy:Q", title="discrepancy of the text's embedding").scale(zero=False),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("dispersion:Q", format=".3f"),
                alt.Tooltip("discrepancy:Q", format=".3f"),
                alt.Tooltip("n_tokens:Q", title="tokens"),
                *(alt.Tooltip(f"{name}:N") for name in hover),
            ],
        )
        .properties(width=520, height=340)
        .interactive()
    )
    return chart


def _title(data: pd.DataFrame, table: pd.DataFrame) -> str:
    if len(data):
        return "Discrepancy against dispersion"
    reasons: list[str] = list(table["reason"].unique()) if "reason" in table.columns else []
    return "Nothing was measured: " + ("; ".join(reasons) or "the table has no rows")
