"""Tables as HTML. Whatever comes from a corpus is escaped here, and only here becomes markup."""

import html
from collections.abc import Iterable

import pandas as pd

#: How tables and notes look; every piece of HTML brings it along.
STYLE = """<style>
.semshift table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 2px 0 8px }
.semshift th, .semshift td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top;
  border: 0; border-bottom: 1px solid #e4e7eb; line-height: 1.35; white-space: normal }
.semshift tr { background: none !important }
.semshift th { color: #616e7c; font-weight: 500 }
.semshift h4 { margin: 8px 0 2px; font-weight: 600 }
.semshift ol { margin: 4px 0; padding-left: 36px } .semshift li { line-height: 1.4 }
.semshift .note { color: #616e7c; line-height: 1.4 } .semshift .alert { color: #a61b1b }
</style>"""


def table_html(table: pd.DataFrame, *, title: str) -> str:
    """Write a table under a title, every cell escaped."""
    body = table.to_html(
        index=False, border=0, escape=True, justify="left", na_rep="-", float_format="{:.3f}".format
    )
    return f'{STYLE}<div class="semshift"><h4>{html.escape(title)}</h4>{body}</div>'


def note_html(text: str, *, alert: bool = False) -> str:
    """Write a line of plain text, escaped."""
    kind = "alert" if alert else "note"
    return f'{STYLE}<div class="semshift"><span class="{kind}">{html.escape(text)}</span></div>'


def list_html(texts: Iterable[str], *, start: int) -> str:
    """Write texts as a numbered list, each escaped."""
    items = "".join(
        f"<li value={number}>{html.escape(text)}</li>"
        for number, text in enumerate(texts, start=start)
    )
    return f'{STYLE}<div class="semshift"><ol>{items}</ol></div>'
