"""What is wrong with an engagement, as sentences: where it stands, what was found, what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from cxkit.errors import InputError, closest

Place = tuple[str | int, ...]
NO_LINES: Mapping[Place, int] = {}
MOST_TOLD, MOST_FOUND, FEW = 20, 100, 8
LONGEST_SHOWN = 60
KINDS = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "tuple": "a list",
    "dict": "a table",
    "model": "a table",
}
LIMITS = {
    "greater_than_equal": "must be {ge:g} or more, not {found}",
    "less_than_equal": "must be {le:g} or less, not {found}",
    "string_too_short": "must be one character",
    "string_too_long": "must be one character, not {found}",
    "too_short": "is empty",
    "dict_too_short": "is empty",
}
PATTERNS = {"variable": 'must be the name of an environment variable, such as "SHOP_DB"'}
SECRET_KEY = re.compile(r"(?i)pass(word|wd|phrase)?|pwd|secret|token|credentials?|.*(_|\b)(password|secret|token|key)")
SECRET = re.compile(
    r"(?i)://[^\s/@:]*:(?!\d+(/|$))[^\s@]+@"
    r"|\b(password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|accountkey|sig|signature)\s*=\s*[^\s;&]"
)
NO_SECRETS = (
    "Secrets are never stored in this file: name the environment variable that holds the address with variable=, "
    "or a profile with profile="
)


class Mistakes(InputError):
    """An engagement that cannot be used, with the reasons; where it is read from a file, with its lines."""

    def __init__(
        self,
        problems: list[tuple[Place, str]],
        found: Any,
        name: str = "The engagement",
        lines: Mapping[Place, int] = NO_LINES,
    ) -> None:
        self.problems, self.found = problems, found
        problems = sorted(problems, key=lambda problem: _line(problem[0], lines))
        every = [f"{told(place, sentence, found, lines)}." for place, sentence in problems[:MOST_TOLD]]
        every += ["And more."] * (len(problems) > MOST_TOLD)
        head = f"{name} cannot be used"
        super().__init__(f"{head}. {every[0]}" if len(every) == 1 else "\n  ".join([f"{head}:", *every]))


def told(place: Place, sentence: str, document: Any, lines: Mapping[Place, int] = NO_LINES) -> str:
    """A problem as a sentence that starts with its line, if it is known, and its place."""
    where = [f"line {line}"] if (line := _line(place, lines)) else []
    whole = f"{', '.join([*where, *_steps(place, document)])}: {sentence}"
    return whole[0].upper() + whole[1:]


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of the place, or of what it is in; 0 where none is known."""
    return next((lines[place[:length]] for length in range(len(place), 0, -1) if place[:length] in lines), 0)


def _steps(place: Place, document: Any) -> Iterator[str]:
    """The way to a place in words: needs "talk to a person", firm_share."""
    words: list[str] = []
    for step in place:
        document = _inside(document, step)
        if not isinstance(step, int):
            words.append(step if re.fullmatch(r"\w+", step) and len(step) < LONGEST_SHOWN else shown(step))
        else:
            name = document.get("name", document.get("activity")) if isinstance(document, dict) else document
            words[-1] += f" {shown(name) if isinstance(name, str) else step + 1}"
    yield from words


def _inside(document: Any, step: str | int) -> Any:
    try:
        return document[step]
    except (KeyError, IndexError, TypeError):
        return None


def shown(value: Any) -> str:
    """A value as the file would show it, on one line and cut where it is long."""
    if isinstance(value, dict | list | tuple):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str) and SECRET.search(value):
        return "a text that is not shown"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def of_validation(error: ValidationError, schema: dict[str, Any]) -> list[tuple[Place, str]]:
    """The first problems that the model has found, each with its place and a plain sentence."""
    return [_problem(problem, schema) for problem in error.errors(include_url=False)[:MOST_FOUND]]


def _problem(error: Any, schema: dict[str, Any]) -> tuple[Place, str]:
    place: Place = tuple(step for step in error["loc"] if step != "[key]")
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return place, _no_key(str(place[-1]), _keys(schema, place[:-1]), given)
    if kind == "missing":
        return place[:-1], f'needs "{place[-1]}"'
    if kind == "literal_error":
        words = re.findall(r"'([^']+)'", context["expected"])
        return place, _another_word(given, words)
    if kind == "value_error":
        return place, str(context["error"]).removesuffix(".")
    if kind in LIMITS:
        return place, LIMITS[kind].format(**context, found=shown(given))
    if kind == "string_pattern_mismatch":
        return place, PATTERNS.get(str(place[-1]), 'must be three capital letters, such as "EUR"')
    if kind == "tuple_type" and len(place) == 1:
        return place, f"must be entries, each below a line [[{place[0]}]], not {shown(given)}"
    return place, f"must be {KINDS.get(kind.split('_')[0], 'another kind of value')}, not {shown(given)}"


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that does not exist here, with the closest one that does."""
    return f"there is no {kind} {shown(name)}{_suggestion(name, known)}"


def _no_key(name: str, known: list[str], given: Any) -> str:
    if SECRET_KEY.fullmatch(name) and isinstance(given, str):
        return f"there is no such key. {NO_SECRETS}"
    few = f". There is {', '.join(known)}" if known else ""
    return f"there is no such key{_suggestion(name, known) or few}"


def _another_word(given: Any, words: list[str]) -> str:
    near = _suggestion(str(given), words)
    if near and len(words) > FEW:
        return f"must be another word than {shown(given)}{near}"
    return f"must be {', '.join(words[:-1])} or {words[-1]}, not {shown(given)}{near}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    near = closest(name[:LONGEST_SHOWN], known)
    return f". Closest: {shown(near)}" if near else ""


def _keys(schema: dict[str, Any], place: Place) -> list[str]:
    """The keys that the table at this place may have."""
    node = _resolved(schema, schema)
    for step in place:
        below = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        node = _resolved(schema, below or node.get("additionalProperties") or {})
    return list(node.get("properties", {}))


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node itself where it only refers, or leaves a choice of which one is a table or a list of tables."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        else:
            node = next((choice for choice in node["anyOf"] if "$ref" in choice or "properties" in choice), {})
    return node


def secrets(values: Any) -> list[tuple[Place, str]]:
    """Every text that carries a password or the like; what it says is never repeated."""
    places: list[tuple[Place, str]] = []
    waiting: list[tuple[Place, Any]] = [((), values)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str) and SECRET.search(value):
            places.append((place, f"holds a password or another secret. {NO_SECRETS}"))
        elif isinstance(value, dict):
            places += [(place, f"has a key with a secret. {NO_SECRETS}") for key in value if SECRET.search(str(key))]
            waiting += [((*place, str(key)), part) for key, part in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [((*place, number), part) for number, part in enumerate(value)]
    return sorted(places, key=str)
