"""cxwidgets: the hands of cxkit - a log brought in, panels that filter, drill and compare, charts that answer."""

from cxwidgets.board import Board
from cxwidgets.chart import Chart
from cxwidgets.intake.intake import Intake
from cxwidgets.quiet import keep_quiet

__all__ = ["Board", "Chart", "Intake"]

keep_quiet()
