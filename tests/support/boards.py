"""A board as a test reads it, and what the browser asks of its panels."""

from __future__ import annotations

from cxkit import where as w


def panel(board, name):
    return next(panel for panel in board.panels if panel.name == name)


def ids(journeys):
    return journeys.journeys().df()["journey"].tolist()


def click(panel, clause, besides=False):
    """What the browser asks for when the mark of these journeys is clicked."""
    panel.hear({"do": "choose", "key": clause.key, "besides": besides})
    assert panel.said == ""


def variant(number):
    return w.variant_rank(at_least=number, at_most=number)
