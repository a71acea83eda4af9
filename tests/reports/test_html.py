"""What a notebook's page leaves out."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from semshift_nb.reports.html import export_html

LINE = "minilm (random 0): 1,045 of 2,000 texts encoded, about 16 s left\n"


def page_of(tmp_path, *texts):
    outputs = [new_output("stream", name="stderr", text=text) for text in texts]
    cell = new_code_cell("read()", outputs=outputs, execution_count=1)
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "n.ipynb")
    return export_html(tmp_path / "n.ipynb")


def test_progress_that_is_over_is_not_on_the_page(tmp_path):
    assert "texts encoded" not in page_of(tmp_path, LINE, LINE * 3)


def test_everything_else_that_was_printed_is(tmp_path):
    page = page_of(tmp_path, LINE + "a warning\n", "another: 3 of 4\n")
    assert "a warning" in page
    assert "texts encoded" in page
    assert "another: 3 of 4" in page
