"""The list of all readiness checks, and the imperfection patterns that they show.

The checks follow the eleven patterns of Suriadi, Andrews, ter Hofstede and Wynn (Event log imperfection patterns for
process mining, Information Systems 64, 2017) and the checks of bupaR's daqapo.
"""

from __future__ import annotations

from cxkit.readiness import clock_changes, clocks, ids, labels, order, texts, times, values
from cxkit.readiness.check import Check

ALL = ("summary", "activities", "process_map", "variants", "durations")
FLOW = ("activities", "process_map", "variants")
TIMES = ("process_map", "variants", "durations")
BY = ("segments",)

CHECKS = (
    Check("unread", "completeness", "log", "lines", ALL, ids.unread),
    Check("without_journey", "completeness", "row", "rows", ALL, ids.without_journey, pattern="elusive case"),
    Check("without_activity", "completeness", "row", "rows", ALL, ids.without_activity),
    Check("without_time", "completeness", "row", "rows", ALL, ids.without_time, pattern="unanchored event"),
    Check("missing_values", "completeness", "row", "rows", BY, ids.missing_values),
    Check("placeholders", "completeness", "row", "values", BY, values.placeholders),
    Check("numeric_defaults", "completeness", "row", "values", BY, values.numeric_defaults),
    Check("empty_columns", "completeness", "log", "columns", BY, ids.empty_columns, note=True),
    Check("open_journeys", "completeness", "journey", "journeys", ALL[3:], order.open_journeys, note=True),
    Check("cut_off", "completeness", "journey", "journeys", ALL[3:], order.cut_off, note=True),
    Check("quiet_days", "completeness", "log", "days", ("summary", "durations"), times.quiet_days),
    Check("id_gaps", "completeness", "log", "values", ("summary",), ids.id_gaps, note=True),
    Check("hidden_times", "completeness", "log", "values", FLOW, values.hidden_times, True, "scattered event"),
    Check("copies", "identity", "row", "rows", ALL, ids.copies),
    Check("echoes", "identity", "row", "rows", FLOW, ids.echoes, pattern="collateral events"),
    Check("near_ids", "identity", "row", "rows", ALL, ids.near_ids, pattern="elusive case"),
    Check("shared_ids", "identity", "journey", "journeys", ALL, ids.shared_ids),
    Check("single_events", "identity", "log", "journeys", ALL, ids.single_events, pattern="elusive case"),
    Check("long_journeys", "identity", "journey", "journeys", ALL, ids.long_journeys),
    Check("long_silences", "identity", "journey", "journeys", ("variants", "durations"), ids.long_silences),
    Check("wavering", "identity", "journey", "journeys", BY, ids.wavering, note=True),
    Check("unreadable", "time", "row", "rows", ALL, times.unreadable, pattern="unanchored event"),
    Check("ambiguous", "time", "log", "rows", TIMES, times.ambiguous, pattern="unanchored event"),
    Check("mixed_forms", "time", "row", "rows", TIMES, times.mixed_forms, pattern="unanchored event"),
    Check("several_zones", "time", "log", "days", ("durations",), times.several_zones, True, "unanchored event"),
    Check("clock_changes", "time", "row", "rows", TIMES, clock_changes.clock_changes),
    Check("own_zone", "time", "row", "rows", TIMES, clock_changes.own_zone, note=True),
    Check("clocks", "time", "row", "rows", TIMES, clocks.clocks, pattern="unanchored event"),
    Check("default_times", "time", "row", "rows", TIMES, times.default_times, pattern="inadvertent time travel"),
    Check("default_dates", "completeness", "row", "values", BY, times.default_dates),
    Check("future", "time", "row", "rows", TIMES, times.future, pattern="inadvertent time travel"),
    Check("stray", "time", "row", "rows", TIMES, times.stray, pattern="inadvertent time travel"),
    Check("whole_days", "time", "log", "rows", TIMES, times.whole_days, note=True),
    Check("mixed_precision", "time", "row", "rows", TIMES, times.mixed_precision, pattern="unanchored event"),
    Check("batches", "time", "row", "rows", TIMES, times.batches),
    Check("ties", "order", "row", "moves", ("process_map", "variants"), order.ties),
    Check("unsorted", "order", "row", "rows", ("process_map", "variants"), clocks.unsorted, note=True),
    Check("forms", "order", "row", "rows", TIMES, order.forms, pattern="form-based event capture"),
    Check("backwards", "order", "row", "rows", TIMES, order.backwards, pattern="inadvertent time travel"),
    Check("against_key", "order", "row", "moves", TIMES, order.against_key, pattern="inadvertent time travel"),
    Check("distorted", "labels", "row", "values", FLOW, labels.distorted, pattern="distorted label"),
    Check("misspelt", "labels", "row", "values", FLOW, labels.misspelt, pattern="distorted label"),
    Check("polluted", "labels", "row", "rows", FLOW, labels.polluted, pattern="polluted label"),
    Check("synonyms", "labels", "row", "rows", FLOW, labels.synonyms, True, "synonymous labels"),
    Check("misread", "labels", "row", "values", FLOW, texts.misread),
    Check("invisible", "labels", "row", "values", FLOW, texts.invisible),
    Check("unit_slips", "values", "row", "values", BY, values.unit_slips),
    Check("written_numbers", "values", "log", "values", BY, values.written_numbers, note=True),
    Check("impossible_ages", "values", "row", "values", BY, values.impossible_ages),
    Check("personal", "values", "log", "values", BY, texts.personal, note=True),
    Check("constant_columns", "values", "log", "columns", BY, ids.constant_columns, note=True),
)
UNSEEN = {
    "scattered case": "cannot be seen in one log: a journey's other events lie in another source",
    "homonymous label": "cannot be seen in one log: it takes somebody who knows what was done under the name",
}
PATTERNS = (
    "form-based event capture",
    "inadvertent time travel",
    "unanchored event",
    "scattered event",
    "elusive case",
    "scattered case",
    "collateral events",
    "polluted label",
    "distorted label",
    "synonymous labels",
    "homonymous label",
)
