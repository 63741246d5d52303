"""The register of questions: what each of them needs from a log, from the engagement file, and from tables beside it.

The questions are those of the mission, not only those that can be asked today. What a measure of the catalog needs, the
catalog says.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cxkit import catalog

Home = Literal["log", "engagement", "table"]


class Field(NamedTuple):
    """Something that questions need: what it is, where it is kept, and where it comes from.

    `collect` says what to write down, `system` where; `sides` are the lanes' sides at whose events it is due (none: at
    every event); `words` are parts of names by which a column may be recognised; `instead` says what else would do.
    """

    name: str
    means: str
    home: Home
    collect: str
    system: str = ""
    sides: tuple[str, ...] = ()
    words: str = ""
    instead: str = ""


class Question(NamedTuple):
    """A question, the fields without which it has no answer, and those that only make the answer sharper."""

    theme: str
    name: str
    asks: str
    measure: str
    needs: tuple[str, ...]
    sharper: tuple[str, ...] = ()


FIELDS = (
    Field("journey", "which journey an event belongs to", "log", "the number of the order, ticket or visit"),
    Field("activity", "what happened", "log", "what was done, by one name for one thing"),
    Field(
        "time", "when it happened", "log", "the moment it was done, with its time zone", "the system where it is done"
    ),
    Field(
        "start",
        "when the work on it began",
        "log",
        "when somebody takes it up, beside when it is done",
        "the work queue",
        ("front", "back"),
        "start begin began opened",
    ),
    Field(
        "customer",
        "whose journey it is",
        "log",
        "the customer's number, also before anybody logs in",
        "the customer system, the shop and the telephone system",
        (),
        "customer cust client user account member patient person household subscriber citizen kunde",
    ),
    Field(
        "attributes",
        "what sets journeys apart",
        "log",
        "what was ordered or reported, the region, the kind",
        "the order system",
    ),
    Field(
        "channel",
        "by which way of contact",
        "log",
        "the way of contact: shop, web, app, phone",
        "the system that takes the contact",
        (),
        "channel medium source device origin kanal",
        "the activities of each way under [channels]",
    ),
    Field(
        "lane",
        "who acts: customer, front or back",
        "log",
        "say who acts at",
        "",
        (),
        "lane",
    ),
    Field("stage", "in which stretch of the journey", "log", "say to which stretch belong", "", (), "stage phase"),
    Field(
        "agent",
        "who served",
        "log",
        "who served, as a pseudonym, and the team",
        "the telephone system and the desk's software",
        ("front",),
        "agent resource employee operator originator clerk handled",
    ),
    Field(
        "cost",
        "what an event costs the firm",
        "log",
        "what it costs",
        "the books",
        ("front", "back", "support", "evidence"),
        "cost costs expense kosten",
        "prices of hours and contacts under [costs]",
    ),
    Field(
        "value",
        "what a journey is worth to the firm",
        "log",
        "the margin that a journey won",
        "the contract or order system",
        (),
        "value margin revenue amount price total",
    ),
    Field("goals", "which activities end a journey well", "engagement", "goals = [...]"),
    Field("cancels", "which activities end it without its goal", "engagement", "cancels = [...]"),
    Field("silence", "how long a customer may stay silent", "engagement", 'silence = "30d", or a silence per stage'),
    Field("calendar", "when the firm works", "engagement", "a [calendar] with the hours of each weekday"),
    Field("needs", "which activities show which need", "engagement", "[[needs]], each with evidence = [...]"),
    Field("ranking", "what the firm believes of needs", "engagement", "a firm_share in each of [[needs]]"),
    Field(
        "offerings",
        "at which activities offerings are used",
        "engagement",
        "[[offerings]], each with activities = [...]",
    ),
    Field(
        "policies", "the rules, as a log can show them", "engagement", "[[policies]], each with rule, activity and then"
    ),
    Field(
        "actions",
        "what was changed, and why",
        "engagement",
        "[[actions]], each with since, metric and expected",
    ),
    Field("effort", "what a customer's hour is worth", "engagement", "customer_hour under [costs]"),
    Field(
        "surveys",
        "how customers judge",
        "table",
        "score, when asked and when answered, with the number of the journey",
        "the survey tool",
    ),
    Field(
        "answers",
        "how important needs are, how well met",
        "table",
        "importance and satisfaction per need, with the customer's number",
        "a survey on needs",
    ),
    Field(
        "stated",
        "what customers say that they need",
        "table",
        "the topic of each ticket and comment, with the customer's number",
        "the ticket system",
    ),
    Field(
        "forms",
        "which values customers were asked for",
        "table",
        "which field was filled in, when, with the customer's number",
        "the web forms and the desk's software",
    ),
    Field(
        "keys",
        "which numbers are one person",
        "engagement",
        "[identities] with the path of a table of second numbers, each with the first one",
    ),
)

EVERY = ("journey", "activity")  # no question goes without
DO, RULES, EFFORT, NEEDS, FRONT = THEMES = (
    "What customers do",
    "Rules, people and actions",
    "Effort, friction and feedback",
    "Personas, needs and value",
    "From the front to the end",
)


def _question(theme: str, name: str, asks: str, measure: str, needs: str = "", sharper: str = "") -> Question:
    return Question(theme, name, asks, measure, (*EVERY, *needs.split()), tuple(sharper.split()))


def _asked(theme: str, name: str, asks: str, measure: str) -> Question:
    """A question that is a measure of the catalog, which says what it needs."""
    entry = catalog.entry(measure)
    return Question(theme, name, asks, entry.name, (*EVERY, *entry.needs), entry.sharper)


QUESTIONS = (
    _asked(DO, "content", "What is in this log?", "summary"),
    _asked(DO, "doing", "What do customers do, and what do they have to do again?", "activities"),
    _asked(DO, "ways", "Which way do journeys go?", "process_map"),
    _asked(DO, "sequences", "Which sequences of activities do journeys take, and how common is each?", "variants"),
    _asked(DO, "families", "Which few ways do most journeys take, give or take some steps?", "families"),
    _asked(DO, "representatives", "Which few journeys stand for most?", "representatives"),
    _asked(DO, "time taken", "How long does it take?", "durations"),
    _asked(DO, "over time", "How does it change over time?", "over_time"),
    _asked(DO, "change points", "When may something have changed?", "change_points"),
    _asked(DO, "time of the week", "When in the week does it happen?", "time_of_week"),
    _asked(DO, "dots", "What does the log look like, journey by journey?", "dotted_chart"),
    _asked(DO, "spectrum", "Is a step slow always, or now and then, and do journeys overtake each other?",
           "performance_spectrum"),
    _asked(DO, "kinds", "Which kinds of journeys are these?", "segments"),
    _asked(DO, "values", "Which values are there, and how many journeys have each?", "values"),
    _asked(DO, "attrition", "What does each choice of journeys cost, and whom does it leave?", "attrition"),
    _asked(DO, "unseen ways", "How likely is it that the next customer goes a way that was never seen?",
           "log_coverage"),
    _asked(DO, "journeys", "Which journeys are these?", "journeys"),
    _asked(DO, "rows", "What happened, event by event?", "events"),
    _asked(DO, "diary", "What happened to this customer in this journey, step by step?", "diary"),
    _asked(DO, "rejected", "Which rows of the source could not be used, and why?", "rejected"),
    _asked(DO, "tables", "What lies beside the log: surveys, tickets, customers, costs?", "table"),
    _asked(DO, "outcomes", "How do journeys end?", "outcomes"),
    _asked(DO, "branches", "Which ways lead on from a step, or to it, and how many journeys take each?", "path_tree"),
    _asked(DO, "positions", "Where are journeys at their first step, their second, and so on?", "step_matrix"),
    _asked(DO, "followers", "What is ever followed by what, directly or later, and in how many journeys?",
           "follow_matrix"),
    _asked(DO, "rework", "What is done again in a row, and to what do journeys come back after other steps?",
           "rework"),
    _asked(DO, "retention", "Which share of customers come back, and when?", "retention"),
    _asked(DO, "leaks", "How soon do journeys reach their goal, and how many are cancelled or fall silent before?",
           "time_to_goal"),
    _asked(DO, "stages", "How far do journeys come, step by step, and what do the others do instead?", "funnel"),
    _question(DO, "loops", "Where do customers go back and forth?", "friction", "", "time stage"),
    _question(DO, "chain", "How many customers take the chain that we believe in?", "conformance",
              "customer stage", "policies value"),
    _question(DO, "importance", "Which journeys are frequent, and which are important?", "value",
              "value", "customer goals"),
    _question(DO, "worth", "Which customers and journeys bring more than they cost?", "value",
              "customer value cost", "needs effort start"),
    _asked(DO, "differences", "What do two groups of journeys do differently?", "compare"),
    _asked(DO, "drivers", "What goes with an outcome, before it happens?", "drivers"),
    _asked(DO, "memo", "What stands out?", "memo"),
    _asked(DO, "bets", "How near did the guesses come?", "bets"),
    _question(DO, "next", "What happens next, and will this journey end well?", "prediction",
              "time goals", "customer channel attributes"),
    _question(RULES, "promises", "Which rules are kept, and which are broken?", "policies",
              "time policies", "calendar customer"),
    _question(RULES, "rule book", "Whom do the rules serve, and who pays for them with hours?", "policies",
              "time policies", "lane"),
    _question(RULES, "rule cost", "What does a rule cost the customer?", "policies",
              "time customer goals policies", "attributes value effort"),
    _question(RULES, "needless steps", "Should this step exist at all?", "policies",
              "time customer lane goals policies", "cost"),
    _question(RULES, "shelter", "Do people save what systems break?", "agents",
              "customer agent goals", "time start channel"),
    _question(RULES, "agents", "How much depends on who answers?", "agents", "agent goals", "attributes"),
    _question(RULES, "effect", "Did the action work?", "effect",
              "time actions", "customer attributes goals"),
    _question(RULES, "power", "Is there data enough to see what an action does?", "effect",
              "time customer actions"),
    _question(RULES, "understanding", "How well do we understand our customers?", "centricity",
              "time customer channel needs ranking", "surveys keys actions"),
    _question(RULES, "delivery", "How well do we serve them?", "centricity",
              "time customer needs policies surveys", "channel"),
    _question(RULES, "gap", "How wide is the gap between understanding and service?", "centricity",
              "time customer channel needs ranking policies surveys", "keys actions"),
    _question(RULES, "line of sight", "Which goals have no need, no rule or no step that serves them?", "centricity",
              "goals needs policies", "stage"),
    _question(EFFORT, "work", "Who carries the work for each goal reached?", "friction",
              "lane goals", "time start channel"),
    _question(EFFORT, "asked again", "How often do we ask for what we know already?", "friction",
              "time customer forms", "keys"),
    _question(EFFORT, "callbacks", "How often must a customer contact us again?", "friction",
              "time customer channel", "needs"),
    _question(EFFORT, "hops", "How often do customers change the channel or are handed on?", "friction",
              "channel", "time agent lane"),
    _question(EFFORT, "friction", "How hard do we make it for customers?", "friction",
              "time channel", "customer surveys"),
    _question(EFFORT, "broken steps", "What does a broken step cost in customers?", "friction",
              "time customer goals", "value attributes"),
    _question(EFFORT, "feedback", "What do customers say, and of which step?", "centricity",
              "customer surveys", "time attributes"),
    _question(EFFORT, "unasked", "Which needs are met before anybody has to ask?", "friction",
              "time lane needs", "customer"),
    _asked(EFFORT, "data", "Which questions can this log answer, and which field would open more?", "data_plan"),
    _asked(NEEDS, "personas", "Which groups of customers have which needs?", "personas"),
    _asked(NEEDS, "needs", "Which needs do customers show, and do they say them?", "needs"),
    _asked(NEEDS, "value zone", "Where do offerings meet needs, and where not?", "value_zone"),
    _asked(NEEDS, "turns", "Whose turn is it while time passes?", "turns"),
    _question(NEEDS, "opportunity", "Which needs are important and badly met?", "value", "customer answers"),
    _question(NEEDS, "service view", "What does the customer get: promise, outcome, contacts, time, cost?", "blueprint",
              "time channel goals policies", "cost"),
    _question(NEEDS, "process view", "What happens behind it: steps, waits, handovers, rework?", "blueprint",
              "time lane", "start agent"),
    _asked(NEEDS, "work and wait", "Where do customers wait, and where is work done?", "waiting"),
    _question(NEEDS, "local gains", "Did a stage gain at the expense of the whole?", "effect",
              "time stage goals", "customer actions"),
    _question(FRONT, "blueprint", "What does the service look like, from the customer to the back?", "blueprint",
              "lane", "time channel stage"),
    _question(FRONT, "lines", "Where are the lines of interaction and visibility crossed, and who waits?", "blueprint",
              "time lane", "channel"),
    _question(FRONT, "alignment", "Is what stands behind the stage done in time?", "blueprint",
              "time lane policies", "calendar"),
    _question(FRONT, "roadmap", "Where should we act first?", "value",
              "time customer goals needs policies", "cost value surveys"),
)  # fmt: skip
