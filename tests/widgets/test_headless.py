"""A notebook that is run without a page: its panels are the pictures they hold, in every exporter."""

from __future__ import annotations

import nbconvert
import nbformat
import papermill
import pytest

CELLS = {
    "board": "from cxwidgets import Board\nimport cxkit as cx\nBoard(cx.toy_journeys())",
    "panel": "from cxwidgets import Board\nimport cxkit as cx\nBoard(cx.toy_journeys()).panel('process_map')",
}
LIVE = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS)
def test_papermill_and_the_standard_exporter_show_the_picture(code, tmp_path):
    book, done = tmp_path / "book.ipynb", tmp_path / "done.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, book)
    papermill.execute_notebook(book, done, kernel_name="python3", progress_bar=False)
    [output] = [found for found in nbformat.read(done, as_version=4).cells[-1].outputs if "data" in found]
    assert LIVE not in output.data
    page, _ = nbconvert.HTMLExporter().from_filename(str(done))
    assert "<svg" in page
    assert f'<script type="{LIVE}">' not in page
