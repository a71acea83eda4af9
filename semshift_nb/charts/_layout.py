"""The measurements that charts of one document share, so that their axes line up."""

import altair as alt

WIDTH = 380
SIDE_WIDTH = 300
SIDE_HEIGHT = 118


def sentence_axis(field: str, n_sentences: int, *, title: str | None = "sentence") -> alt.X:
    """Count sentences from the left, 0 to ``n_sentences``; sentence ``i`` fills ``i - 1 .. i``."""
    scale = alt.Scale(domain=[0, max(n_sentences, 1)], nice=False)
    return alt.X(f"{field}:Q", title=title, scale=scale).axis(
        tickMinStep=1, tickCount=8, grid=False, format="d"
    )
