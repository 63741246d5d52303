"""One family of errors: what was asked, what was found, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from cxkit.words import inert

SECRETS = re.compile(
    r"(?i)([a-z][\w+.-]+:/{1,2})[^\n/:]*:[^\n]*@"  # all that may come before the host, whatever signs
    r"|\b(password|passwd|passphrase|pwd|secret|token)=[^&;\s\"']+"
)


class CxError(Exception):
    """Any error that cxkit raises on purpose; its text is written for people, and holds no password."""

    def __str__(self) -> str:
        return inert(without_secrets(str(self.args[0]))) if self.args else ""


def without_secrets(text: str) -> str:
    """The text with the users and passwords in addresses of databases hidden."""
    return SECRETS.sub(lambda part: f"{part[1]}***@" if part[1] else f"{part[2]}=***", text)


class InputError(CxError, ValueError):
    """The given data, value or argument cannot be used as it is."""


class NameNotFound(CxError, KeyError):
    """A name (activity, column, attribute, measure) does not exist here."""


class StoreError(CxError, OSError):
    """A journey store cannot be read or written."""


class Interrupted(CxError):
    """A question was given up because a later one came."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like the given one, or None when nothing comes near."""
    names = {candidate.casefold(): candidate for candidate in known}
    match = get_close_matches(str(name).casefold(), names, n=1, cutoff=0.6)
    return names[match[0]] if match else None


def not_found(kind: str, name: object, names: Iterable[str], see: str = "") -> NameNotFound:
    """The error for an unknown name: it suggests the closest known one and says where to look."""
    names = list(names)
    suggestion = closest(str(name), names)
    hint = f' Closest: "{suggestion}".' if suggestion else _few(names)
    return NameNotFound(f'No {kind} "{name}".{hint}{" See " + see + "." if see else ""}')


def _few(names: list[str]) -> str:
    if not names:
        return " There is none."
    shown = ", ".join(f'"{name}"' for name in names[:8])
    return f" There is {shown}{f' and {len(names) - 8} more' if len(names) > 8 else ''}."
