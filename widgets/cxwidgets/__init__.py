"""cxwidgets: the hands of cxkit - panels that filter, drill and compare in a notebook or an app."""

from cxwidgets.board import Board

__all__ = ["Board"]
