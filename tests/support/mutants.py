"""Thirty small faults, each with the quick test that notices it."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A fault: in `file` the text `old`, which is there once, becomes `new`; `test` then fails."""

    file: str
    old: str
    new: str
    test: str


MUTANTS = {
    "reading: a row of several lines is said to begin on its last": Mutant(
        "cxkit/reading/texts/records.py",
        "places.add(account.rows, begins)",
        "places.add(account.rows, self._line)",
        "tests/reading/test_read.py::test_a_row_of_several_lines_begins_on_its_first",
    ),
    "reading: milliseconds since 1970 are taken as microseconds": Mutant(
        "cxkit/reading/stamps.py",
        '"epoch milliseconds": (1e11, 1e3)',
        '"epoch milliseconds": (1e11, 1.0)',
        "tests/reading/test_read.py::test_times",
    ),
    "shaping: a time that is missing and one that cannot be read change names": Mutant(
        "cxkit/shaping/events.py",
        "WHEN no_stamp THEN '{NO_STAMP}' ELSE '{BAD_STAMP}'",
        "WHEN no_stamp THEN '{BAD_STAMP}' ELSE '{NO_STAMP}'",
        "tests/reading/test_bad_input.py::test_rows_put_aside_are_counted_and_shown",
    ),
    "shaping: an event that ends as it starts has no start": Mutant(
        "cxkit/shaping/events.py",
        "began <= {schema.ENDED}",
        "began < {schema.ENDED}",
        "tests/shaping/test_lifecycle.py::test_a_column_of_starts",
    ),
    "shaping: a silence as long as the threshold ends a journey": Mutant(
        "cxkit/shaping/split.py",
        "{silence_before(order)} > $silence",
        "{silence_before(order)} >= $silence",
        "tests/shaping/test_split.py::test_journeys_are_split_as_by_hand",
    ),
    "shaping: a gap as long as the threshold is counted as longer": Mutant(
        "cxkit/shaping/silences.py",
        "self._gaps > round(",
        "self._gaps >= round(",
        "tests/shaping/test_silences.py::test_thresholds_are_counted_by_hand",
    ),
    "shaping: a valley that half of the samples show is a threshold": Mutant(
        "cxkit/shaping/valley.py",
        "LEAST_SIDE, SAMPLES, MOST_SAMPLES = 0.5, 0.01, 200, 0.95",
        "LEAST_SIDE, SAMPLES, MOST_SAMPLES = 0.5, 0.01, 200, 0.5",
        "tests/shaping/test_silences.py::test_a_valley_that_hangs_on_few_journeys_is_no_threshold",
    ),
    "shaping: at one moment ends come before starts": Mutant(
        "cxkit/shaping/lifecycle.py",
        "ORDER BY turn, step DESC, {ROW}",
        "ORDER BY turn, step, {ROW}",
        "tests/shaping/test_lifecycle.py::test_a_queue_finds_the_same",
    ),
    "shaping: what varies within journeys describes them": Mutant(
        "cxkit/shaping/roles.py",
        "return tuple(n for n in rest if n not in varying), tuple(n for n in rest if n in varying)",
        "return tuple(n for n in rest if n in varying), tuple(n for n in rest if n not in varying)",
        "tests/shaping/test_split.py::test_attributes_settle_again_unless_they_were_chosen",
    ),
    "readiness: a fault weighs most only from six in a hundred": Mutant(
        "cxkit/readiness/finding.py",
        "HIGH, MEDIUM = 0.05, 0.005",
        "HIGH, MEDIUM = 0.06, 0.005",
        "tests/readiness/test_checks.py::test_a_weight_changes_at_its_limit",
    ),
    "readiness: a fault weighs little up to one in a hundred": Mutant(
        "cxkit/readiness/finding.py",
        "HIGH, MEDIUM = 0.05, 0.005",
        "HIGH, MEDIUM = 0.05, 0.01",
        "tests/readiness/test_checks.py::test_a_weight_changes_at_its_limit",
    ),
    "store: a journey's first use of a move is told by where it leads alone": Mutant(
        "cxkit/store/star.py",
        ".over(JOURNEY, ACTIVITY, NEXT)",
        ".over(JOURNEY, NEXT)",
        "tests/measures/test_toy.py::test_process_map",
    ),
    "store: variants as frequent as each other come by the numbers of activities": Mutant(
        "cxkit/store/star.py",
        "if symbols != sorted(symbols):",
        "if symbols is None:",
        "tests/append/test_append.py::test_a_month_is_appended",
    ),
    "store: the moves of a variant are counted on all its journeys": Mutant(
        "cxkit/store/star.py",
        "chosen = journeys.group_by(VARIANT).agg(nw.col(JOURNEY).min())",
        "chosen = journeys.select(VARIANT, JOURNEY)",
        "tests/store/test_engines.py::test_moves_of_variants_times_their_journeys_are_the_map",
    ),
    "store: the version before the new one is swept away": Mutant(
        "cxkit/store/publish.py",
        "{version, old.version if old else version}",
        "{version}",
        "tests/store/test_store.py::test_another_source_replaces_and_the_previous_version_stays_for_its_readers",
    ),
    "store: a row of a table does not speak of an event of its own moment": Mutant(
        "cxkit/store/tables.py",
        "k.{JOURNEY} = e.{JOURNEY} AND k.{TIME} >= e.{TIME}",
        "k.{JOURNEY} = e.{JOURNEY} AND k.{TIME} > e.{TIME}",
        "tests/store/test_tables.py::test_rows_speak_of_what_they_do_by_hand",
    ),
    "append: of a row that comes again one copy too many is kept": Mutant(
        "cxkit/append/comparison.py",
        "f.copy <= o.copies",
        "f.copy < o.copies",
        "tests/append/test_append.py::test_rows_that_are_there_already",
    ),
    "statistics: the next count is as sure as the mean of those before": Mutant(
        "cxkit/statistics/intervals.py",
        "* sqrt(1 + 1 / n)",
        "* sqrt(1 / n)",
        "tests/statistics/test_counts.py::test_it_is_students_prediction_interval",
    ),
    "statistics: journeys of one customer count as if they were of several": Mutant(
        "cxkit/statistics/intervals.py",
        "float(t.isf(LEVEL / 2, journeys - 1) / t.isf(LEVEL / 2, n - 1)) ** 2",
        "1.0",
        "tests/statistics/test_shares.py::test_the_clustered_variance_by_hand",
    ),
    "where: just within is outside": Mutant(
        "cxkit/where/amounts.py",
        "[] if high is None else [value <= high]",
        "[] if high is None else [value < high]",
        "tests/measures/test_toy.py::test_filter",
    ),
    "where: at most a day ends as the day begins": Mutant(
        "cxkit/where/attributes.py",
        "times.period(str(high), str(high), zone)[1] - 1",
        "times.period(str(high), str(high), zone)[0]",
        "tests/store/test_columns.py::test_filters_read_derived_columns",
    ),
    "selection: another seed moves the same sample": Mutant(
        "cxkit/selection/steps.py",
        "pow(MULTIPLIER, self.seed + 1, HASH_PRIME)",
        "pow(MULTIPLIER, 1, HASH_PRIME)",
        "tests/selection/test_recipe.py::test_samples_of_different_seeds_are_independent",
    ),
    "selection: of repeats the last is kept": Mutant(
        "cxkit/store/recut.py",
        "before = nw.col(ACTIVITY).shift(1)",
        "before = nw.col(ACTIVITY).shift(-1)",
        "tests/selection/test_activities.py::test_collapse",
    ),
    "facts: a silence as long as is allowed is silent": Mutant(
        "cxkit/facts/outcome.py",
        "> nw.col(ALLOWED)",
        ">= nw.col(ALLOWED)",
        "tests/measures/test_outcomes.py::test_the_toy_counted_by_hand",
    ),
    "measures: the map's share is of uses, not of journeys": Mutant(
        "cxkit/measures/ways/process_map.py",
        'row["share"] = row["journeys"] / total',
        'row["share"] = row["count"] / total',
        "tests/measures/test_toy.py::test_the_share_of_a_move_is_of_journeys",
    ),
    "measures: open journeys are among those that ended": Mutant(
        "cxkit/measures/ways/outcomes.py",
        "for customer, kind, count in part if kind != OPEN]",
        "for customer, kind, count in part]",
        "tests/measures/test_outcomes.py::test_the_toy_counted_by_hand",
    ),
    "measures: the wait before an event is told of the one before it": Mutant(
        "cxkit/measures/ways/waiting.py",
        "before = events.select(SEGMENT, nw.col(NEXT).alias(ACTIVITY), WAITING)",
        "before = events.select(SEGMENT, ACTIVITY, WAITING)",
        "tests/shaping/test_lifecycle.py::test_waiting_is_counted_by_hand",
    ),
    "views: a cell of a table is not escaped": Mutant(
        "cxkit/views/table.py",
        "{html.escape(line[name])}</td>",
        "{line[name]}</td>",
        "tests/shaping/test_guessed.py::test_the_display_names_columns_and_escapes_them",
    ),
    "words: a share of one in a thousand is less than that": Mutant(
        "cxkit/words.py",
        "if 0 < part < 0.001:",
        "if 0 < part < 0.005:",
        "tests/house/test_words.py::test_shares_never_round_to_nothing_or_all",
    ),
    "times: a month ends with its first day": Mutant(
        "cxkit/times.py",
        'return datetime(year, parts["month"], 1), _month_after(year, parts["month"])',
        'return datetime(year, parts["month"], 1), datetime(year, parts["month"], 2)',
        "tests/house/test_times.py::test_a_period_covers_its_whole_length",
    ),
}
