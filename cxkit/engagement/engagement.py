"""The engagement: what a log cannot know, in one file per client that people write and editors complete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError

from cxkit.engagement import file as files
from cxkit.engagement.check import absences, contradictions
from cxkit.engagement.log import Beside, Contract, Customers, Identities, Roles, Source, Split, TableName
from cxkit.engagement.mistakes import MOST_FOUND, Mistakes, of_validation, secrets, told
from cxkit.engagement.sections import (
    LANE_SIDES,
    Action,
    Calendar,
    Cancel,
    Channel,
    Costs,
    Disclosure,
    Goal,
    Lane,
    Need,
    Offering,
    Policy,
    Report,
    Stage,
)
from cxkit.engagement.values import Duration, Names, Section, Text
from cxkit.errors import InputError, not_found
from cxkit.times import zone_of

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.log import Log

NONE = ""  # what stands for a role that no column has
BY_NAME = "env:"
OPTIONS = ("table", "query", "sheet", "object_type")
MILESTONES = "milestones"
READ = (
    *("journey", "activity", "time", "customer", "order", "start", "lifecycle", "instance"),
    *("journey_attributes", "event_attributes", "time_format"),
)
BRIEF = {
    **dict.fromkeys(("goals", "cancels"), "activity"),
    **dict.fromkeys(("stages", "lanes", "channels"), "activities"),
}


def _zone(name: str) -> str:
    zone_of(name)
    return name


class Engagement(Section):
    """What a log cannot know: goals, stages, lanes, needs, policies, actions, costs, disclosure.

    Make one with `Engagement.load(path)`, with `Engagement.of_log(log)`, or from its sections as words. Every mistake
    is told at once, with its line where it is read from a file.

    >>> import cxkit as cx
    >>> shop = cx.Engagement(goals=["Deliver"], stages={"buy": ["Order", "Pay"], "get": ["Ship", "Deliverd"]})
    >>> shop.check(cx.toy_journeys())
    ['Stages, get: there is no activity "Deliverd". Closest: "Deliver".']
    >>> cx.Engagement(goal=["Deliver"])
    Traceback (most recent call last):
    ...
    cxkit.engagement.mistakes.Mistakes: The engagement cannot be used. Goal: there is no such key. Closest: "goals".
    """

    name: Text | None = None
    """What the client is called."""
    about: Text | None = None
    """What a newcomer must know."""
    zone: Annotated[Text, AfterValidator(_zone)] = "UTC"
    """The time zone of stamps without an offset, of periods and of the calendar, such as "Europe/Berlin"."""
    silence: Duration | None = None
    """How long a customer may stay silent before the journey counts as ended, where a stage does not say."""
    informs: Names = ()
    """The activities after which customers know what comes next and when."""
    goals: tuple[Goal, ...] = ()
    """The activities that end a journey well."""
    cancels: tuple[Cancel, ...] = ()
    """The activities that end a journey without its goal."""
    source: Source | None = None
    roles: Roles = Roles()
    identities: Identities | None = None
    split: Split | None = None
    customers: Customers | None = None
    tables: dict[TableName, Beside] = Field(default_factory=dict)
    """What lies beside the log, such as surveys and tickets, by name: letters, digits, "_" and "-"."""
    calendar: Calendar | None = None
    stages: dict[Text, Stage] = Field(default_factory=dict)
    """The stages of the journey, in their order."""
    lanes: dict[Text, Lane] = Field(default_factory=dict)
    """The lanes of the service blueprint, from the customer to the back."""
    channels: dict[Text, Channel] = Field(default_factory=dict)
    """The ways of contact."""
    offerings: tuple[Offering, ...] = ()
    needs: tuple[Need, ...] = ()
    policies: tuple[Policy, ...] = ()
    actions: tuple[Action, ...] = ()
    costs: Costs = Costs()
    disclosure: Disclosure = Disclosure()
    contract: Contract = Contract()
    report: Report = Report()

    def __init__(self, /, **sections: Any) -> None:
        problems = secrets(sections)
        if not problems:
            try:
                super().__init__(**sections)
            except ValidationError as error:
                problems = of_validation(error, schema())
            else:
                problems = list(islice(contradictions(self), MOST_FOUND))
        if problems:
            raise Mistakes(problems, sections)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What does this engagement file say?

        Parameters
        ----------
        path : a TOML file, in UTF-8 and not larger than a megabyte.

        Errors: Mistakes with a line for everything that is wrong, no such file, no TOML.
        """
        file = Path(path).expanduser()
        text = files.text_of(file)
        parsed = files.parsed(text, file.name)
        try:
            return cls(**parsed)
        except Mistakes as mistakes:
            raise Mistakes(mistakes.problems, parsed, f'"{file.name}"', files.lines_of(text)) from None

    def save(self, path: str | Path) -> Path:
        """Write the engagement as TOML, and the schema beside it so that editors complete its keys.

        Parameters
        ----------
        path : the file. If it is there it must be an engagement file: only what differs is changed, comments stay.

        Returns the path.

        Errors: a file that is there and is no valid engagement, a folder that is not there or cannot be written.
        """
        file = Path(path).expanduser()
        new = self.written()
        text = files.written(new)
        if file.exists():
            old = files.text_of(file)
            changed = files.amended(old, type(self).load(file).written(), new)
            text = changed if _same(files.parsed(changed, file.name), self) else text
        files.publish(text, file)
        return file

    def written(self) -> dict[str, Any]:
        """What the file holds: every value that is not the default."""
        whole = _plain(self.model_dump(exclude_defaults=True, exclude_none=True))
        return {name: _brief(part, BRIEF[name]) if name in BRIEF else part for name, part in whole.items()}

    @property
    def fingerprint(self) -> str:
        """What names this engagement: equal for all that say the same; its first eight digits stand beside numbers."""
        return sha256(json.dumps(self.written(), default=str, ensure_ascii=False).encode()).hexdigest()

    def amended(self, **sections: Any) -> Engagement:
        """The same engagement with these sections replaced."""
        return Engagement(**self.written() | sections)

    @classmethod
    def of_log(
        cls, log: Log, *, path: str | None = None, goals: Sequence[Any] = (), cancels: Sequence[Any] = ()
    ) -> Engagement:
        """The engagement that keeps what is settled about a log, to be saved and read again.

        Parameters
        ----------
        log : what `cx.read` gave, with its roles set or guessed.
        path : where its source is, relative to the engagement file.
        goals, cancels : activities, as names or as entries of these sections.

        >>> import cxkit as cx
        >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
        >>> cx.Engagement.of_log(log, goals=["Deliver"]).roles_words["journey"]
        'order'
        """
        log, made = log.notion
        made |= _beside(log)
        if made.get("identities", {"path": ""})["path"] is None:
            raise InputError("The key table is a data frame. Save it as a file, and stitch with its path.")
        settled, reading = log.settled, log.source.reading
        roles: dict[str, Any] = {role: column for role, column, why in settled.evidence if column is not None}
        if log.source.joined_by:
            roles |= log.source.joined_by
            roles.pop("start")
        roles |= {role: NONE for role in ("time", "customer") if _has_none(log, role)}
        if settled.chosen or not {"identities", "split"} & set(made):
            roles["journey_attributes"] = [log.columns[number] for number in settled.journey_attributes]
            roles["event_attributes"] = [log.columns[number] for number in settled.event_attributes]
        if log.source.unpivoted:
            roles["milestones"] = list(log.source.unpivoted)
        if settled.writing.format:
            roles["time_format"] = settled.writing.format
        source = {**_place(path), **_chosen(reading)} if path else None
        sections = {"goals": goals, "cancels": cancels, "source": source, "roles": roles, **made}
        return cls(name=log.source.name, zone=settled.zone, **sections)

    @property
    def roles_words(self) -> dict[str, Any]:
        """The mapping as `log.roles(**engagement.roles_words)` takes it."""
        given = {role: getattr(self.roles, role) for role in READ}
        return {role: word for role, word in given.items() if word is not None} | {"zone": self.zone}

    @property
    def other_roles(self) -> dict[str, Any]:
        """The roles that say nothing of how the log is read, such as the channel."""
        return self.roles.model_dump(exclude={*READ, MILESTONES}, exclude_none=True)

    @property
    def source_words(self) -> dict[str, str]:
        """How the source is read, as `cx.read(engagement.address(folder), **engagement.source_words)` takes it."""
        return self.source.model_dump(exclude={"path", "variable", "profile"}, exclude_none=True) if self.source else {}

    def applied(self, log: Log, folder: str | Path = ".") -> Log:
        """What is this log, as the file has it: under its roles, journeys split, with the tables that lie beside it?

        Parameters
        ----------
        log : what `cx.read` gave. Where the file names no roles, those of the log stay.
        folder : the folder of the engagement file, from which the paths of tables count.

        Returns a Log for `cx.prepare`.

        Errors: columns and activities that the log does not have, a key table that cannot be read.

        >>> import cxkit as cx
        >>> log = cx.read(cx.toy_table()).roles(journey="client", activity="step", time="when")
        >>> cx.Engagement(split={"silence": "4d"}).applied(log).source.notes
        ('Split after more than 4d of silence: 10 journeys became 11.',)
        """
        words = self.roles_words
        log = self.unpivoted(log)
        log = log.roles(**words) if len(words) > 1 or log.mapping is None else log
        return self.accompanied(self.regrouped(log, folder), folder)

    def unpivoted(self, log: Log) -> Log:
        """The log with an event for each milestone that the file names; as it is where it names none."""
        names = list(self.roles.milestones)
        return log.unpivot(names) if names and log.source.unpivoted != tuple(names) else log

    def regrouped(self, log: Log, folder: str | Path = ".") -> Log:
        """The log under the roles that it has, ids that are one made one and journeys split, as the file says."""
        if self.identities is not None:
            options = self.identities.model_dump(exclude={"path"})
            log = log.stitch(_from_folder(self.identities.path, folder), **options)
        return log.split(**self.split.model_dump()) if self.split is not None else log

    def accompanied(self, log: Log, folder: str | Path = ".") -> Log:
        """The log with its customers' attributes and the tables that lie beside it, as the file says.

        It carries the fingerprint of this engagement into its store.
        """
        sections = {"customers": self.customers, **self.tables}
        for name, section in sections.items():
            if section is None:
                continue
            words = section.model_dump(exclude={"path"}, exclude_none=True)
            address = _from_folder(section.path, folder)
            log = log.beside(name, address, **words) if name in self.tables else log.customers(address, **words)
        return replace(log, engagement=self.fingerprint)

    @property
    def contract_words(self) -> dict[str, str]:
        """What may differ, as `cx.prepare(log, folder, append=True, contract=engagement.contract_words)` takes it."""
        return self.contract.model_dump()

    @property
    def sides(self) -> dict[str, str]:
        """What each lane is: customer, front, back, support or evidence."""
        return {name: lane.side or LANE_SIDES[name] for name, lane in self.lanes.items()}

    def address(self, folder: str | Path = ".") -> str:
        """Where the source is, as `cx.read` takes it.

        Parameters
        ----------
        folder : the folder of the engagement file, from which a relative path counts.

        Errors: no source, a profile that does not exist.
        """
        if self.source is None:
            raise InputError("The engagement names no source. Add [source] with path, variable or profile.")
        if self.source.variable is not None:
            return f"{BY_NAME}{self.source.variable}"
        if self.source.profile is not None:
            return _profile(self.source.profile)
        return _from_folder(str(self.source.path), folder)

    def check(self, journeys: Journeys) -> list[str]:
        """What does this file name that the log does not have?

        Parameters
        ----------
        journeys : the whole prepared log; of a selection, what is not selected counts as not there.

        Returns a sentence for each activity, attribute and value that the log lacks, with the closest that it has.
        """
        absent = dict.fromkeys(absences(self, journeys))
        return [f"{told(place, sentence, self.written())}." for place, sentence in absent]


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of the file, as it is published in `engagement.schema.json`."""
    whole = Engagement.model_json_schema()
    return whole | {"description": whole["description"].split("\n\n")[0]}


def schema_text() -> str:
    """What `engagement.schema.json` holds; a test says when it is out of date."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _brief(entries: Any, main: str) -> Any:
    """The entries by their main key alone, if none of them has another: tables and lists would not keep their order."""
    each = list(entries.values() if isinstance(entries, dict) else entries)
    if any(set(entry) - {main} for entry in each):
        return entries
    if isinstance(entries, dict):
        return {name: entry.get(main, []) for name, entry in entries.items()}
    return [entry[main] for entry in each]


def _same(written: dict[str, Any], engagement: Engagement) -> bool:
    """Whether a file says the same, in the same order."""
    try:
        return json.dumps(Engagement(**written).written(), default=str) == json.dumps(engagement.written(), default=str)
    except Mistakes:
        return False


def _beside(log: Log) -> dict[str, Any]:
    """What lies beside a log, in the words of the file; no section where there is nothing."""
    words = {table.name: table.words for table in log.tables}
    customers = words.pop("customers", None)
    return {name: section for name, section in (("customers", customers), ("tables", words)) if section}


def _has_none(log: Log, role: str) -> bool:
    """Whether no column has the role: no time, or each journey a customer of its own without anybody having said so."""
    settled = log.settled
    if role == "time":
        return settled.time is None
    return settled.customer == settled.journey and role not in settled.given


def _chosen(reading: dict[str, str]) -> dict[str, str]:
    """What was chosen in the source, as it is given again; of a folder only what all its files have in common."""
    chosen = {word: reading.get(word.replace("_", " ")) for word in OPTIONS}
    return {word: answer for word, answer in chosen.items() if answer and not ("files" in reading and ", " in answer)}


def _place(path: str) -> dict[str, str]:
    """Where the source is; an address that the environment holds is kept there."""
    return {"variable": path.removeprefix(BY_NAME)} if path.startswith(BY_NAME) else {"path": path}


def _from_folder(path: str, folder: str | Path) -> str:
    """An address as it is, or a path as it counts from the folder."""
    return path if "://" in path else str(Path(folder).expanduser() / Path(path).expanduser())


def _profile(name: str) -> str:
    """The address of that name in the user's own file of profiles."""
    import platformdirs

    file = platformdirs.user_config_path("cxkit", appauthor=False) / "profiles.toml"
    profiles = files.parsed(files.text_of(file), file.name) if file.exists() else {}
    if not isinstance(profiles.get(name), str):
        raise not_found("profile", name, profiles, f'"{file}", which holds lines such as shop = "postgresql://..."')
    return profiles[name]
