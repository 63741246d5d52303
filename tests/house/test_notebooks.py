"""The notebooks are a book: stripped, short, without functions, and they run."""

import ast

import nbformat
import pytest

from cxkit import places
from cxkit.faces.book import CHAPTERS

BOOKS = sorted(places.notebooks().glob("*.ipynb"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_notebook_is_plain(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert 0 < len(code) <= 15
    for cell in code:
        assert not cell.outputs
        assert cell.execution_count is None
        nodes = [type(node) for node in ast.walk(ast.parse(cell.source))]
        assert not {ast.FunctionDef, ast.ClassDef, ast.Lambda} & set(nodes)
        assert "._" not in cell.source
    assert "parameters" in code[0].metadata.tags
    assert notebook.cells[0].source.startswith("# ")


def test_the_report_is_the_book():
    assert [path.stem for path in BOOKS] == list(CHAPTERS)
