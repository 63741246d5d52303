"""Altair, without the second that its import would waste.

jsonschema, which Altair imports, looks for format checkers; one of them (`rfc3987_syntax`, there with any Jupyter
Server) compiles a grammar of a thousand lines that nobody here asks for. jsonschema copes with its absence.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import altair  # noqa: E402

if sys.modules["rfc3987_syntax"] is None:
    del sys.modules["rfc3987_syntax"]

__all__ = ["altair"]
