"""The data plan: what this log can answer, what is missing, and where to start collecting it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from cxkit import catalog
from cxkit.errors import InputError, not_found
from cxkit.measures.data.fields import Filling, fillings
from cxkit.measures.data.register import QUESTIONS, Question
from cxkit.result import Result
from cxkit.schema import SECOND
from cxkit.words import lasting, many, percent, quoted

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys

Grain = Literal["question", "field"]
ANSWERABLE, PARTLY, BLOCKED = "answerable", "partly", "blocked"
THERE, WEAK, MISSING = "there", "weak", "missing"
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
TOLD = 3  # activities that are named as places to begin
NOTE = "A field counts as filled x fresh x of known customers"


@dataclass(frozen=True)
class State:
    """A field's filling, measured against the log's span; `perfect` is how it would be if it were collected well."""

    filling: Filling
    span: int
    perfect: bool = False

    @property
    def freshness(self) -> float | None:
        """1 - age / span; None where the field has no last value with a time."""
        if self.filling.age is None:
            return None
        return max(0.0, 1 - self.filling.age / self.span) if self.span else 1.0

    def quality(self, of_customers: bool) -> float:
        """How far the field can be relied on, 0 to 1; with known customers, where the question is about them."""
        if self.perfect:
            return 1.0
        own = self.filling.share * (1.0 if self.freshness is None else self.freshness)
        identity = self.filling.identity
        return own if not of_customers or identity is None else own * identity


States = Mapping[str, State]


def data_plan(journeys: Journeys, *, per: Grain = "question", at_least: float = 0.8) -> Result:
    """Which questions can this log answer, and which field would open more?

    Parameters
    ----------
    per : "question" for what can be asked, "field" for what is there and what to collect first.
    at_least : the share, above 0 and up to 1, that the weakest field of a question must reach.

    Returns, per question, a Result with a row for each in the order of the register: `theme`, `question`, `status`
    (answerable; partly: the weakest field it needs is below the share; blocked: a field it needs is missing),
    `reason`, `collect` (the field to mend first, and where), `missing` (the fields that stand in the way), `weakest`
    and `quality_share` (of the fields it needs, the one that can be relied on least, and how far), `sharper` (fields
    that are not needed, missing or weak, that would sharpen the answer), `measure` and `built` (whether this version
    has it), `name` (of the question, short).
    Per field, a Result with a row for each, those that open most first: `field`, `means`, `state` (there, weak or
    missing), `unlocks` (questions that become answerable if this field alone is mended), `questions` (their names),
    `needed_by` (questions that need it), `origin` (where to start collecting it), `source` (where it was found),
    `unit`, `due` (places where it belongs), `filled` (of these), `filled_share`, `freshness_share`,
    `identity_share`, `quality_share`. Unknown is empty.

    The engagement says which column is the channel or the agent, which activities are goals, what the rules are.
    Without one (`cx.open(store, engagement=...)`) a log has no such fields.

    Completeness is the filled share of where a field is due: a column of agents at the events of front-stage lanes,
    the value of a journey where a goal was reached, if the engagement says which these are, and else everywhere.
    Freshness is 1 - age / span: the time from when a field was last filled until it was last due (the end of the log,
    for one that is due everywhere), over the span of the selected events (timeliness as in Ballou, Wang, Pazer, Tayi
    1998); unknown without a time, and declarations do not age. Identity is the share of the filled places whose
    customer is known. A row without journey, activity or time was left out of the log, so these three are counted over
    all its rows, whatever is selected. Tables beside a log are no part of a store: what needs surveys, tickets or forms
    is blocked here, whether or not the firm has them somewhere.

    Errors: an unknown grain, a share that is none.

    >>> import cxkit as cx
    >>> toy = cx.open(cx.toy_journeys().folder, engagement=cx.Engagement(goals=["Deliver"]))
    >>> toy.data_plan().df().set_index("name").status[["time taken", "outcomes", "promises"]].tolist()
    ['answerable', 'answerable', 'blocked']
    """
    if per not in get_args(Grain):
        raise not_found("grain", per, get_args(Grain))
    if isinstance(at_least, bool) or not isinstance(at_least, int | float) or not 0 < at_least <= 1:
        raise InputError(f"at_least={at_least!r} is no share above 0 and up to 1. Write for example at_least=0.8.")

    def table() -> pa.Table:
        states = _states(journeys) if journeys.n.journeys else {}
        rows = _questions(states, at_least) if per == "question" else _fields(states, at_least)
        return _table(list(rows) if states else [], per)

    return Result(
        name="data_plan",
        unit=f"{per}s",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=table,
        count=lambda: journeys.n,
        note=f"{NOTE}; {percent(at_least)} is needed." + ("" if journeys.engagement else " No engagement is bound."),
        hidden=HIDDEN[per],
        parameters={"per": per, "at_least": at_least},
    )


# ---- the verdict -----------------------------------------------------------------------------------------------------


def standing(question: Question, states: States, at_least: float) -> tuple[str, list[str], str, float]:
    """A question's status, the fields that stand in its way, the weakest field and how far it can be relied on."""
    people = "customer" in question.needs
    quality = {name: states[name].quality(people and name != "customer") for name in question.needs}
    weakest = min(quality, key=lambda name: quality[name])
    low = quality[weakest]
    own = [name for name in question.needs if states[name].quality(False) < at_least]
    wanting = own or ["customer"] * (low < at_least)
    gone = [name for name in wanting if not quality[name]]
    status = BLOCKED if gone else PARTLY if wanting else ANSWERABLE
    return status, gone + [name for name in wanting if name not in gone], weakest, low


def unlocked(name: str, states: States, at_least: float) -> list[Question]:
    """The questions that become answerable if this field alone is mended."""
    mended = {**states, name: replace(states[name], perfect=True)}
    if name == "customer":
        mended = {key: _of_known(state) for key, state in mended.items()}
    waiting = [
        question
        for question in QUESTIONS
        if name in question.needs and standing(question, states, at_least)[0] != ANSWERABLE
    ]
    return [question for question in waiting if standing(question, mended, at_least)[0] == ANSWERABLE]


def _of_known(state: State) -> State:
    return replace(state, filling=replace(state.filling, known=None))


def _states(journeys: Journeys) -> dict[str, State]:
    fillings_of, span = fillings(journeys)
    return {name: State(filling, span) for name, filling in fillings_of.items()}


# ---- rows ------------------------------------------------------------------------------------------------------------


def _questions(states: States, at_least: float) -> Iterator[dict[str, Any]]:
    for question in QUESTIONS:
        status, wanting, weakest, low = standing(question, states, at_least)
        first = wanting[0] if wanting else None
        yield {
            "theme": question.theme,
            "question": question.asks,
            "status": status,
            "reason": "; ".join(_reason(states[name]) for name in wanting),
            "collect": _origin(states[first]) if first else "",
            "missing": ", ".join(wanting),
            "weakest": weakest,
            "quality_share": low,
            "sharper": ", ".join(name for name in question.sharper if states[name].quality(False) < at_least),
            "measure": question.measure,
            "built": question.measure in {entry.name for entry in catalog.CATALOG},
            "name": question.name,
        }


def _fields(states: States, at_least: float) -> list[dict[str, Any]]:
    rows = [_field(state, states, at_least) for state in states.values()]
    return sorted(rows, key=lambda row: (-row["unlocks"], row["quality_share"] >= at_least, -row["needed_by"]))


def _field(state: State, states: States, at_least: float) -> dict[str, Any]:
    filling, quality = state.filling, state.quality(False)
    name = filling.field.name
    opened = unlocked(name, states, at_least)
    return {
        "field": name,
        "means": filling.field.means,
        "state": MISSING if not quality else WEAK if quality < at_least else THERE,
        "unlocks": len(opened),
        "questions": ", ".join(question.name for question in opened),
        "needed_by": sum(name in question.needs for question in QUESTIONS),
        "origin": _origin(state) if quality < at_least or filling.lacking else "",
        "source": filling.found,
        "unit": filling.unit,
        "due": filling.of,
        "filled": filling.filled,
        "filled_share": filling.share if filling.of else None,
        "freshness_share": state.freshness,
        "identity_share": filling.identity,
        "quality_share": quality,
    }


def _reason(state: State) -> str:
    """Why a field stands in the way, in a few words."""
    filling = state.filling
    name = filling.field.name
    if not filling.filled:
        return f"no {name}: {filling.field.means}"
    if filling.field.home == "engagement":
        return f"{filling.filled} of {filling.of} {name} can be used with this log"
    if filling.age and (state.freshness or 0) < filling.share:
        return f"{name} is not filled in the last {lasting(filling.age / SECOND)} of the log"
    return f"{name} is filled in {percent(filling.share)} of {many(filling.of)} {filling.unit}"


def _origin(state: State) -> str:
    """What to start collecting, and where."""
    filling, field = state.filling, state.filling.field
    if field.home == "engagement":
        return _to_declare(filling)
    if field.home == "table":
        return f"From {field.system}: {field.collect}. A store holds no such table yet."
    at = quoted([name for name, _ in filling.lacking], TOLD)
    if not field.system:
        where = f"In the engagement file: {field.collect} {at}, under [{field.name}s]."
    else:
        section = f" Or in the engagement file: {field.instead}." if field.instead else ""
        where = f"{f'At {at}' if at else 'Where it ended'}, in {field.system}: {field.collect}.{section}"
    return f"{filling.hint} {where}".strip()


def _to_declare(filling: Filling) -> str:
    lacking = [name for name, _ in filling.lacking]
    if filling.filled:
        return f"In the engagement file: complete {quoted(lacking, TOLD)}. It needs {filling.field.collect}."
    ends = (
        f" Journeys end most often at {quoted(lacking, TOLD)}."
        if lacking and filling.field.name in ("goals", "cancels")
        else ""
    )
    return f"In the engagement file: {filling.field.collect}.{ends}"


def _table(rows: list[dict[str, Any]], per: Grain) -> pa.Table:
    import pyarrow as pa

    kinds = {"text": pa.string(), "count": pa.int64(), "share": pa.float64(), "flag": pa.bool_()}
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds[kind]) for name, kind in COLUMNS[per].items()]))


TEXTS = {
    "question": "theme question status reason collect missing weakest quality_share sharper measure built name",
    "field": "field means state unlocks questions needed_by origin source unit due filled filled_share freshness_share"
    " identity_share quality_share",
}
COUNTS = ("unlocks", "needed_by", "due", "filled")
COLUMNS = {
    per: {
        name: "share"
        if name.endswith("_share")
        else "count"
        if name in COUNTS
        else "flag"
        if name == "built"
        else "text"
        for name in names.split()
    }
    for per, names in TEXTS.items()
}
HIDDEN = {
    "question": ("theme", "missing", "weakest", "measure", "built", "name"),
    "field": ("means", "questions", "source", "unit", "due", "filled"),
}
