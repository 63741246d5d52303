"""A message that fails in a kernel of the app tells the page no path of this machine."""

import os
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client.manager import start_new_kernel

import cxkit
from cxkit.places import IN_APP

HERE = Path(cxkit.__file__).parent.parent


@pytest.fixture(params=["1", ""])
def kernel(request):
    """A kernel of the app, and another one, in which a widget stands."""
    paths = os.pathsep.join([str(HERE), str(HERE / "widgets"), os.environ.get("PYTHONPATH", "")])
    manager, client = start_new_kernel(env=os.environ | {IN_APP: request.param, "PYTHONPATH": paths})
    client.execute_interactive("import ipywidgets, cxwidgets; w = ipywidgets.IntSlider()", timeout=120)
    yield request.param, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_comm_that_fails(kernel):
    in_app, client = kernel
    bad = {"comm_id": "x", "target_name": "jupyter.widget", "data": {"state": {"_model_module": 5}}}
    client.shell_channel.send(client.session.msg("comm_open", bad))
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": "x", "data": {"method": "update"}}))
    client.execute_interactive("w", output_hook=lambda _: None, timeout=120)
    client.execute("1 / 0")
    said = []
    while True:
        try:
            said.append(str(client.get_iopub_msg(timeout=8)["content"]))
        except Empty:
            break
    told = " ".join(said)
    assert "ZeroDivisionError" in told

    assert bool([sign for sign in ("site-packages", "Traceback", str(HERE)) if sign in told]) != bool(in_app)
