"""Notebooks that a test writes for a face to run."""

from __future__ import annotations

import nbformat

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def written(path, *cells):
    """The path, with a notebook of these cells, each a source of code or a cell; a face may set another `store`."""
    new = [nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for cell in new:
        if cell.source.startswith("store = "):
            cell.metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=new, metadata={"kernelspec": PYTHON}), path)
    return path
