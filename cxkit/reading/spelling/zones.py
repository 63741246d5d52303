"""Short names of zones after a stamp, such as CEST, as the offsets that they stand for."""

from __future__ import annotations

ZONES = {
    **dict.fromkeys(("UTC", "GMT", "WET"), "+00:00"),
    **dict.fromkeys(("CET", "MEZ", "MET", "BST", "WEST"), "+01:00"),
    **dict.fromkeys(("CEST", "MESZ", "MEST", "EET", "SAST"), "+02:00"),
    **dict.fromkeys(("EEST", "MSK"), "+03:00"),
    "JST": "+09:00",
    "KST": "+09:00",
    "AEST": "+10:00",
    "AEDT": "+11:00",
    "NZST": "+12:00",
    "NZDT": "+13:00",
    "EDT": "-04:00",
    "EST": "-05:00",
    "CDT": "-05:00",
    "CST": "-06:00",
    "MDT": "-06:00",
    "MST": "-07:00",
    "PDT": "-07:00",
    "PST": "-08:00",
    "AKDT": "-08:00",
    "AKST": "-09:00",
    "HST": "-10:00",
}
LONGEST_ZONE = max(map(len, ZONES))
ZONES_IN_A_ROW = "".join(f"|{name:{LONGEST_ZONE}}{offset}" for name, offset in ZONES.items())


def as_offsets(text: str) -> str:
    """The SQL of a text in which an offset stands for the short name of a zone at its end, such as CEST."""
    name = f"rpad(upper(regexp_extract({text}, '([A-Za-z]+)\\)?$', 1)), {LONGEST_ZONE}, ' ')"
    place = f"nullif(instr('{ZONES_IN_A_ROW}', '|' || {name}), 0)"
    offset = f"substr('{ZONES_IN_A_ROW}', {place} + {LONGEST_ZONE + 1}, 6)"
    bare = rf"regexp_replace({text}, '\s*\(?[A-Za-z]+\)?$', '')"
    named = f"regexp_matches({text}, '[0-9Mm] ?\\(?[A-Za-z]{{3,5}}\\)?$')"
    return f"CASE WHEN {named} THEN coalesce({bare} || {offset}, {text}) ELSE {text} END"
