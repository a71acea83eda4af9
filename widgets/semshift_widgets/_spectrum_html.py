"""The figures of the spectrum explorer as HTML, one column for each thing that is compared."""

import html
import math
from typing import Any, NamedTuple

import pandas as pd

from semshift_nb.analyses import EmbeddingSpaces
from semshift_widgets._html import STYLE

_STYLE = """<style>
.semshift.semshift-figures { overflow: auto; max-height: 286px; font-size: 12px }
.semshift.semshift-figures th { position: sticky; top: 0; background: white; vertical-align: bottom;
  min-width: 72px; max-width: 130px; overflow-wrap: anywhere }
.semshift.semshift-figures th, .semshift.semshift-figures td { padding: 2px 7px 2px 0 }
.semshift-figures .ci { color: #7b8794; font-size: 10.5px; white-space: nowrap }
</style>"""

#: Of more columns the interval stands below its value.
_SIDE_BY_SIDE = 2

#: Numbers between these are written with one to three decimals.
_SMALL, _MANY = 0.01, 1e6

_TO_COME = '<span class="ci">…</span>'


class FigureColumn(NamedTuple):
    """The figures of one thing: its name, the colour of its line, and whether more will come."""

    name: str
    colour: str
    table: pd.DataFrame
    pending: bool


def figures_html(columns: list[FigureColumn]) -> str:
    """Write what is compared side by side; what is still worked out has an ellipsis."""
    rows = [{row["metric"]: row for row in column.table.to_dict("records")} for column in columns]
    head = "".join(
        f'<th><span style="color:{column.colour}">{html.escape(column.name)}</span></th>'
        for column in columns
    )
    between = "<br>" if len(columns) > _SIDE_BY_SIDE else " &nbsp;"
    body = "".join(
        f"<tr><td>{html.escape(_words(metric))}</td>"
        + "".join(
            f"<td>{_cell(by_metric.get(metric), between, pending=column.pending)}</td>"
            for column, by_metric in zip(columns, rows, strict=True)
        )
        + "</tr>"
        for metric in EmbeddingSpaces.metrics
    )
    return (
        f'{STYLE}{_STYLE}<div class="semshift semshift-figures"><table><thead><tr><th></th>{head}'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(row: dict[Any, Any] | None, between: str, *, pending: bool) -> str:
    if row is None:
        return _TO_COME if pending else ""
    if math.isnan(row["value"]):
        return f'<span class="ci" title="{html.escape(row["reason"])}">none</span>'
    told = _number(row["value"])
    if math.isnan(row["ci_low"]):
        return f"{told}{between}{_TO_COME}" if pending else told
    ends = f"{_number(row['ci_low'])} &ndash; {_number(row['ci_high'])}"
    return f'{told}{between}<span class="ci">{ends}</span>'


def _number(value: float) -> str:
    if value == round(value) and abs(value) < _MANY:
        return f"{value:.0f}"
    size = abs(value)
    if _SMALL <= size < _MANY:
        return f"{value:.{max(1, 4 - len(str(int(size))))}f}"
    return f"{value:.3g}"


def _words(metric: str) -> str:
    return metric.replace("_", " ").removeprefix("n ")
