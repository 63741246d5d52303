"""What readiness finds in clean real logs: each finding is listed with its reason, so that a new one must be defended.

The counts that can be had another way are counted again with pandas.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import cli, places
from cxkit.readiness.readiness import readiness

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SAMPLE = {"journey": "journey", "activity": "activity", "time": "time", "customer": "customer"}
CLICKS = {"journey": "client_id", "activity": "event", "time": "timestamp"}
XES = {"journey": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}
CASES = {"journey": "case_id", "activity": "activity", "time": "timestamp"}

# file, roles, then every finding as "check column", in alphabetical order
LOGS = {
    "running example": (
        "running_example/running-example.csv",
        XES,
        ["constant_columns case:creator", "own_zone time:timestamp"],
    ),  # one maker; offsets of one zone
    "receipt": (
        "receipt/receipt.csv.gz",
        XES,
        [
            "constant_columns lifecycle:transition",  # every event is "complete"
            "distorted org:resource",  # "TEST" beside "test"
            "hidden_times case:deadline",  # four columns of times, of the permit rather than of a step
            "hidden_times case:enddate",  # as the deadline
            "hidden_times case:enddate_planned",  # as the deadline
            "hidden_times case:startdate",  # as the deadline
            "long_silences",  # 14 permits that went on after months
            "missing_values case:enddate",  # permits that have not ended
            "open_journeys",  # 6 at the log's end
            "own_zone time:timestamp",  # offsets of one zone
        ],
    ),
    "sepsis": (
        "sepsis/sepsis.csv.gz",
        CASES,
        [
            "backwards",  # sepsis triage before registration
            "constant_columns lifecycle",  # every event is "complete"
            "echoes",  # the same blood value twice at one time
            "forms",  # blood values of one sample, recorded together
            "long_journeys",  # two patients with more than 130 events, beside a median of 13
            "missing_values age",  # 55 patients of unknown age
            "missing_values crp",  # blood values without a number
            "missing_values lacticacid",  # as crp
            "missing_values leucocytes",  # as crp
            "placeholders resource",  # department "?"
            "ties",  # the laboratory writes whole minutes
        ],
    ),
    "patients": (
        "patients/patients.csv.gz",
        {"journey": "patient", "activity": "handling", "time": "time"},
        [
            "open_journeys",
            "quiet_days",  # a few days each without a patient: no fault of the record, but a fact of the clinic
            "ties",  # one step ends as the next starts
            "unsorted",  # all starts stand first, then all ends
        ],
    ),
    "traffic fines": (
        "traffic_fines/traffic_fines_full.parquet",
        CASES,
        [
            "backwards",  # appeals dated before the fine was sent
            "batches timestamp",  # up to 9,197 fines sent for collection on one day
            "constant_columns lifecycle",  # every event is "complete"
            "missing_values lastsent",  # of 1,631 notifications
            "open_journeys",  # fines that are still running in 2013
            "placeholders dismissal",  # "NIL"
            "ties",  # two steps on one day
            "whole_days timestamp",  # dates only
        ],
    ),
    # 42 pages are opened again within a second, fewer than chance gives; a visit ends anywhere, so none is called open
    "web shop": ("simple_shop/simple_shop.csv.gz", CLICKS, []),
    # here most of the earlier visits end with a step that ends visits
    "web shop, two arms": ("simple_shop/ab_test_demo.csv.gz", CLICKS, ["open_journeys"]),
    "untidy visits": (
        "shopeasy/customer_journey.csv",
        {"journey": "CustomerID", "activity": "Action", "time": "VisitDate"},
        [
            "copies",  # planted by its makers
            "distorted Stage",  # "homepage" beside "Homepage", planted by its makers
            "open_journeys",  # customers rather than journeys; every second one ends with a view
            "ties",  # several visits a day
            "unsorted",  # by an id that says nothing about time
            "whole_days VisitDate",  # dates only
        ],
    ),
    "complaints": (
        "bpi2016/BPI2016_Complaints.csv",
        {"journey": "CustomerID", "activity": "ContactChannelID", "time": "ContactDate"},
        [
            "placeholders ComplaintSubtheme",  # "n.v.t.", which is Dutch for "not applicable"
            "placeholders ComplaintSubtheme_EN",  # "N.A."
            "unsorted",  # by customer and file, not by date
            "whole_days ContactDate",  # dates only
        ],
    ),
    "tickets": (
        "support_tickets/customer_support_tickets.csv.gz",
        {"journey": "Customer Name", "activity": "Ticket Status", "time": "First Response Time"},
        [
            "hidden_times Date of Purchase",  # of the customer, long before the ticket
            "hidden_times Time to Resolution",  # an end of the ticket that has no row of its own
            "misread Ticket Description",  # four texts that break off within a character
            "personal Customer Email",
            "single_events",  # a table of tickets is no log
            "unsorted",  # made by chance
            "without_time",  # not yet answered
        ],
    ),
    "journeys without times": (
        "genetic_cjm/size100/1/including-solution/1.csv",
        {"journey": "trace_id", "activity": "activities"},
        [],
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_real_log_has_the_faults_that_it_has(name, shared):
    file, roles, expected = LOGS[name]
    answer = readiness(cx.read(shared / file).roles(**roles), now=NOW)
    assert sorted(f"{f.check.name} {f.column}".strip() for f in answer.findings) == expected
    assert len(answer.df().lines) == len(expected)


# Every other log: as it names its own roles, or as they are guessed.
OTHERS = {
    "running example, XES": ("running_example/running-example.xes", {}),
    "receipt, XES": ("receipt/receipt.xes.gz", {}),
    "help desk": ("helpdesk/helpdesk.xes.gz", {}),
    "loans": ("bpi2012/BPI_Challenge_2012.xes.gz", {}),
    "declarations": ("bpi2020/DomesticDeclarations.xes.gz", {}),
    "payments": ("bpi2020/RequestForPayment.xes.gz", {"zone": "Europe/Amsterdam"}),
    "lending": ("fairness/lending_log_high.xes.gz", {}),
    "incidents": (
        "incident_uci/incident_event_log.csv.gz",
        {"journey": "number", "activity": "incident_state", "time": "sys_updated_at"},
    ),
    "groceries": (
        "completejourney/journey_events.parquet",
        {"journey": "household_id", "activity": "activity", "time": "timestamp"},
    ),
    "posts": ("shopeasy/engagement_data.csv", {"journey": "ContentID", "activity": "ContentType"}),
    "reviews": ("shopeasy/customer_reviews.csv", {"journey": "CustomerID", "activity": "ProductID"}),
    "orders, objects": ("ocel/order_management_ocel2.sqlite", {}),
    "recruiting, objects": ("ocel/recruiting-red.jsonocel", {}),
    "invoices, objects": ("ocel/ocel20_example.jsonocel", {}),
    "market place": ("olist_sample/olist_orders_dataset.csv.gz", {}),
}


@pytest.mark.parametrize("name", [*LOGS, *OTHERS])
def test_the_way_of_the_readme_changes_no_count(name, shared, tmp_path):
    """`ready --repairs`, then `prepare --mend` with nothing taken out: all counts are those of the plain store."""
    file, roles, *_ = (LOGS | OTHERS)[name]
    said = [word for role, column in roles.items() for word in (f"--{role}", column)]
    repairs = str(tmp_path / "repairs.json")
    for command in (
        ["ready", "--repairs", repairs],
        ["prepare", "--mend", repairs, "--store", str(tmp_path / "mended")],
        ["prepare", "--store", str(tmp_path / "plain")],
    ):
        done = CliRunner().invoke(cli.main, [command[0], str(shared / file), *said, *command[1:]])
        assert done.exit_code == 0, done.output
    mended, plain = (cx.open(tmp_path / store).manifest.counts for store in ("mended", "plain"))
    assert mended == plain


def test_groceries(shared):
    """A row for each article: one time for a basket, articles bought twice, campaigns known by the day."""
    log = cx.read(shared / "completejourney" / "journey_events.parquet")
    answer = readiness(log.roles(journey="household_id", activity="activity", time="timestamp"), now=NOW)
    notes = ["id_gaps"]  # 31 of 2,500 never bought anything
    # mixed precision: campaigns by the day; copies and echoes: an article twice in a basket; forms: the basket
    # cut off: households go on buying when the panel ends
    faults = ["copies", "cut_off", "echoes", "forms", "mixed_precision", "ties"]
    assert sorted(f.check.name for f in answer.findings) == sorted(faults + notes)


def test_the_clean_sample_has_no_fault():
    """Only the journeys that the log's end cuts off, which its dictionary tells of."""
    answer = readiness(cx.read(places.sample() / "events.parquet").roles(**SAMPLE), now=NOW)
    notes = [("hidden_times", "note"), ("open_journeys", "note")]  # "start" has no role yet
    assert sorted((f.check.name, f.severity) for f in answer.findings) == notes


def test_counts_agree_with_pandas(shared):
    import pandas as pd

    log = cx.read(shared / "sepsis" / "sepsis.csv.gz").roles(**CASES)
    found = {f"{f.check.name} {f.column}".strip(): f for f in readiness(log, now=NOW).findings}
    frame = pd.read_csv(shared / "sepsis" / "sepsis.csv.gz", keep_default_na=False, dtype=str)
    groups = frame.groupby(["case_id", "timestamp"]).activity
    tied = groups.size()[groups.nunique() > 1]
    assert found["ties"].count == (tied - 1).sum()
    assert len(found["ties"].rows) == tied.sum()
    registered = frame[frame.activity == "ER Registration"]
    assert found["missing_values age"].count == (registered.age == "").sum()
    assert found["placeholders resource"].count == (frame.resource == "?").sum()
    lengths = frame.case_id.value_counts()
    assert found["long_journeys"].count == (lengths > 10 * lengths.median()).sum()


def test_copies_and_spellings_agree_with_pandas(shared):
    import pandas as pd

    file, roles, _ = LOGS["untidy visits"]
    found = {f.check.name: f for f in readiness(cx.read(shared / file).roles(**roles), now=NOW).findings}
    frame = pd.read_csv(shared / file, keep_default_na=False, dtype=str)
    assert found["copies"].count == frame.duplicated().sum()
    assert found["copies"].rows.to_pylist() == frame.index[frame.duplicated()].tolist()
    assert found["distorted"].count == frame.Stage.isin(["homepage", "productpage", "checkout"]).sum()


def test_an_incident_log(shared):
    """Question marks in 18 columns, counted with pandas; stamps to the minute, so that updates meet."""
    import pandas as pd

    file = shared / "incident_uci" / "incident_event_log.csv.gz"
    log = cx.read(file).roles(journey="number", activity="incident_state", time="sys_updated_at")
    answer = readiness(log, now=NOW)
    frame = pd.read_csv(file, keep_default_na=False, dtype=str)
    asked = {name: count for name, count in (frame == "?").sum().items() if count}
    assert {f.column: f.count for f in answer.findings if f.check.name == "placeholders"} == asked
    notes = {f.check.name for f in answer.findings if f.severity == "note"}
    # opened, resolved, closed; a field corrected on the way; incidents from before; one row in 141,712 out of order
    assert notes == {"hidden_times", "wavering", "cut_off", "unsorted"}
    rest = {f.check.name for f in answer.findings if f.severity != "note"} - {"placeholders"}
    # whole minutes; closed by a nightly run; the state -100
    assert rest == {"ties", "echoes", "batches", "numeric_defaults"}
    [state] = [f for f in answer.findings if f.check.name == "numeric_defaults"]
    assert (state.column, state.count, state.repair) == ("incident_state", (frame.incident_state == "-100").sum(), None)
