"""What JupyterLab is given of a notebook: a view while its kernel runs, else the picture that was stored with it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from cxkit import scratch
from cxkit.views.page import STORED

stored = pytest.importorskip("cxkit.faces.stored", reason="needs a Jupyter server")
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg"><svg><path d="M0,0"/></svg><text>a &amp; b</text></svg>'
PICTURE = f'<div class="cx-output">{DRAWN}</div><div>{DRAWN}</div>'
DEAD = ["cxkit-never", "../cxkit-never", "", 5, {"a": 1}]


def given(folder, metadata, html=PICTURE):
    """The output of a notebook in this folder, as a page is given it, and as it lies there."""
    data = {stored.VIEW: {"model_id": "m"}, stored.HTML: html}
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("board", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "a.ipynb")
    before = (folder / "a.ipynb").read_text()
    with ThreadPoolExecutor(1) as apart:  # where no other test's loop runs
        model = apart.submit(asyncio.run, stored.Contents(root_dir=str(folder)).get("a.ipynb")).result()
    assert (folder / "a.ipynb").read_text() == before
    return model["content"]["cells"][0]["outputs"][0]


@pytest.mark.parametrize("name", DEAD, ids=json.dumps)
def test_a_view_without_its_kernel_is_its_picture_with_one_line(tmp_path, name):
    output = given(tmp_path, {scratch.MADE_BY: name})
    assert list(output["data"]) == [stored.HTML]
    html = output["data"][stored.HTML]
    assert html.count(STORED) == 1
    images = re.findall(r"base64,([^\"]+)", html)
    assert [base64.b64decode(image).decode() for image in images] == [DRAWN, DRAWN]


def test_a_view_whose_kernel_runs_and_one_of_somebody_else_stay(tmp_path):
    for metadata in ({scratch.MADE_BY: scratch.own().name}, {}):
        output = given(tmp_path, metadata)
        assert output["data"] == {stored.VIEW: {"model_id": "m"}, stored.HTML: PICTURE}


def test_a_sentence_stays_a_sentence(tmp_path):
    assert given(tmp_path, {scratch.MADE_BY: "cxkit-never"}, "<p>Run it.</p>")["data"] == {
        stored.HTML: "<p>Run it.</p>"
    }
