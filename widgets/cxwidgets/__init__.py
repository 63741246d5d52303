"""cxwidgets: the hands of cxkit - a log brought in, panels that filter, drill and compare in a notebook or an app."""

from cxwidgets.board import Board
from cxwidgets.intake import Intake

__all__ = ["Board", "Intake"]
