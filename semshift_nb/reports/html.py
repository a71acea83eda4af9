"""An executed notebook as one page that opens from disk, with no network and no kernel.

nbconvert's own pages fetch RequireJS, MathJax and the widget manager. Here Vega is inlined once a
page, formulas become MathML, and a content security policy with a nonce lets nothing leave the
machine and runs no script but the page's own, whatever a corpus may have put into an output.
"""

import functools
import json
import re
import secrets
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import vl_convert as vlc
from latex2mathml.converter import convert as mathml
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from semshift_nb.charts.theme import MIME

_TEMPLATES = Path(__file__).parent / "notebook_page"
_VEGA_LITE = "6.4"
PROGRESS = re.compile(r"(\S.*: [\d,]+ of [\d,]+ texts encoded, about [\d,]+ s left\n)+")


def export_html(notebook_path: Path) -> str:
    """Render an executed notebook as a standalone page."""
    notebook = nbformat.read(  # type: ignore[no-untyped-call]
        str(notebook_path), as_version=4
    )
    _leave_out_progress(notebook)
    exporter = _Exporter(  # type: ignore[no-untyped-call]
        template_name="semshift",
        extra_template_basedirs=[str(_TEMPLATES)],
        filters={"script_json": _script_json},
    )
    resources = {
        "page_title": _title(notebook, notebook_path.stem),
        "nonce": secrets.token_urlsafe(16),
        "vega": vega_script() if _has_chart(notebook) else "",
        "vegalite": MIME,
        "metadata": {"path": str(notebook_path.parent)},
    }
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return str(page)


class _Exporter(HTMLExporter):
    """HTMLExporter that prefers a chart's specification and writes formulas as MathML."""

    @property
    def default_config(self) -> Any:  # noqa: ANN401 - nbconvert's own type is untyped
        config = super().default_config
        config.NbConvertBase.display_data_priority = [
            MIME,
            *config.NbConvertBase.display_data_priority,
        ]
        return config

    @jinja2.pass_context
    def markdown2html(self, _context: object, source: str) -> str:
        return MarkdownWithMath(renderer=_MathRenderer(escape=False)).render(source)


class _MathRenderer(IPythonRenderer):
    """Formulas as MathML, which browsers draw without a script."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(exclude_anchor_links=True, **options)

    def block_math(self, body: str) -> str:
        return str(mathml(body, display="block"))

    def inline_math(self, body: str) -> str:
        return str(mathml(body, display="inline"))


@functools.cache
def vega_script() -> str:
    """Bundle Vega, Vega-Lite and vega-embed into one script that defines ``vegaEmbed``."""
    bundle: str = vlc.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=_VEGA_LITE)
    return bundle.replace("</script", "<\\/script")


def _script_json(value: object) -> str:
    """Write JSON so that it cannot end the script element that holds it."""
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _has_chart(notebook: nbformat.NotebookNode) -> bool:
    return any(
        MIME in output.get("data", {})
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def _leave_out_progress(notebook: nbformat.NotebookNode) -> None:
    """Leave out how far the work was at some moment: on a page it is over."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [
                output
                for output in cell.outputs
                if output.output_type != "stream" or not PROGRESS.fullmatch(output.text)
            ]


def _title(notebook: nbformat.NotebookNode, fallback: str) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith("# "):
            return str(cell.source.lstrip().splitlines()[0][2:].strip())
    return fallback
