"""XES: what real logs say of themselves, their CSV twins, and a peer that reads them."""

import pandas as pd
import pytest

import cxkit as cx

LOGS = ("receipt/receipt.xes.gz", "helpdesk/helpdesk.xes.gz", "fairness/lending_log_high.xes.gz")
LOANS = "bpi2012/BPI_Challenge_2012.xes.gz"
TWINS = {
    "receipt": ("receipt/receipt.xes.gz", "receipt/receipt.csv.gz"),
    "running_example": ("running_example/running-example.xes", "running_example/running-example.csv"),
}


def prepared(log, folder):
    return cx.prepare(log, folder / "store", progress=False)


# ---- real logs -------------------------------------------------------------------------------------------------------


def test_what_real_logs_say_of_themselves(shared):
    loans = cx.read(shared / LOANS)
    assert "COMPLETE 164,506, START 71,376, SCHEDULE 26,318" in repr(loans)
    assert loans.columns[-1] == "Activity classifier"
    permits = repr(cx.read(shared / LOGS[0]))
    assert '"redenverlenging" (1,434)' in permits
    assert "Nothing is filled in" in permits


# ---- twins -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=TWINS)
def twins(request, shared, tmp_path_factory):
    """The stores of an XES log and of its CSV twin, which has the same columns at the same levels."""
    first, second = (cx.read(shared / file) for file in TWINS[request.param])
    levels = {
        "journey_attributes": [name for name in first.columns if name in second.columns and name.startswith("case:")],
        "event_attributes": [name for name in first.columns if name in second.columns and ":" not in name]
        + [name for name in ("org:resource", "org:group", "concept:instance", "lifecycle:transition")
           if name in second.columns],
    }  # fmt: skip
    levels["journey_attributes"].remove("case:concept:name")
    roles = {"journey": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}
    folder = tmp_path_factory.mktemp(request.param)
    return (
        first,
        prepared(first, folder / "xes"),
        prepared(second.roles(**roles, **levels), folder / "csv"),
    )


def test_twins_give_equal_stores(twins):
    _, ours, theirs = twins
    for question in ("summary", "process_map", "activities", "durations"):
        pd.testing.assert_frame_equal(getattr(ours, question)().df(), getattr(theirs, question)().df())
    pd.testing.assert_frame_equal(ours.variants().df(), theirs.variants().df())
    assert ours.manifest.counts == theirs.manifest.counts


def test_twins_have_the_same_rows(twins):
    _, ours, theirs = twins
    names = {attribute.name for attribute in theirs.manifest.attributes}
    assert names <= {attribute.name for attribute in ours.manifest.attributes}
    for question in ("journeys", "events"):
        left, right = (getattr(journeys, question)(rows=100_000).df() for journeys in (ours, theirs))
        assert len(left) == len(right) > 0
        for column in right.columns:
            of_left, of_right = left[column], right[column]
            if isinstance(of_left.dtype, pd.DatetimeTZDtype):
                of_right = pd.to_datetime(of_right, utc=True, format="ISO8601").astype(of_left.dtype)
            pd.testing.assert_series_equal(of_left, of_right, check_dtype=False)


def test_twins_differ_in_what_csv_cannot_say(twins):
    """XES says that a date is one; a CSV's stays text. Nothing else about the values differs."""
    _, ours, theirs = twins
    kinds = {attribute.name: attribute.kind for attribute in ours.manifest.attributes}
    others = {attribute.name: attribute.kind for attribute in theirs.manifest.attributes}
    different = {name: (kinds[name], kind) for name, kind in others.items() if kinds[name] != kind}
    dates = {"case:deadline", "case:enddate", "case:enddate_planned", "case:startdate"}
    assert different == dict.fromkeys(dates & others.keys(), ("time", "text"))


# ---- an oracle -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [*LOGS, TWINS["running_example"][0]])
def test_pm4py_reads_the_same_rows(file, shared):
    pm4py = pytest.importorskip("pm4py")
    theirs = pm4py.read_xes(str(shared / file))
    log = cx.read(shared / file)
    ours = log.head(len(theirs) + 1)
    assert set(theirs.columns) == set(log.columns) - {"Activity classifier"}
    assert len(ours) == len(theirs)
    # pm4py puts the rows in order of journey and time.
    ours = ours.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)
    theirs = theirs.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)
    for column in theirs.columns:
        pd.testing.assert_series_equal(ours[column], theirs[column], check_dtype=False, check_index=False)
