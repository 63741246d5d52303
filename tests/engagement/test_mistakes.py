"""Mistakes in an engagement file: each has a sentence, a line and a way out; nothing hostile gets further."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cxkit as cx
from cxkit.engagement.values import NO_HOURS
from cxkit.errors import InputError

NEED = '[[needs]]\nname = "calm"\n'
POLICY = '[[policies]]\nname = "p"\nperspective = "firm"\n'
HOURS = '[calendar]\nhours = {monday = "09:00-17:00"}\n'
ACTION = '[[actions]]\nname = "a"\nmetric = "m"\nsince = 2025-06-10\n'
MISTAKES = {
    # what lies beside the log
    '[customers]\npath = "c.csv"\n': 'Line 1, customers: needs "key".',
    '[tables."../x"]\npath = "c"\n': (
        'Line 1, tables, "../x": is no name for a table: write letters, digits, "_" and "-".'
    ),
    '[tables.a]\npath = "c"\ntime = "t"\n': "Line 1, tables, a: has a time but neither journey nor customer.",
    '[tables.customers]\npath = "c"\n': "Line 1, tables, customers: has a section of its own: [customers], with a key.",
    '[tables.a]\npath = "c"\n[tables.A]\npath = "c"\n': 'Line 3, tables, A: differs from "a" by its capitals only.',
    # keys
    'nme = "x"': 'Line 1, nme: there is no such key. Closest: "name".',
    '[roles]\njorney = "x"': 'Line 2, roles, jorney: there is no such key. Closest: "journey".',
    "[disclosure]\nzzz = 1": "Line 2, disclosure, zzz: there is no such key. There is k.",
    f'{NEED}evidnce = ["a"]': 'Line 3, needs "calm", evidnce: there is no such key. Closest: "evidence".',
    '[stages."a b"]\nsilense = "2d"': 'Line 2, stages, "a b", silense: there is no such key. Closest: "silence".',
    'about = """\n[roles]\nx = 1\n"""\nnmae = 1': 'Line 5, nmae: there is no such key. Closest: "name".',
    '[report]\n"<script>alert(1)</script>" = 1': 'Line 2, report, "<script>alert(1)</script>": there is no such key. '
    "There is title, prepared_for, prepared_by.",
    # kinds of value
    "name = 3": "Line 1, name: must be a text, not 3.",
    'name = " "': "Line 1, name: is empty.",
    'name = "a\\u0000b"': "Line 1, name: holds a character that no file can hold.",
    '[disclosure]\nk = "10"': 'Line 2, disclosure, k: must be a whole number, not "10".',
    "[disclosure]\nk = true": "Line 2, disclosure, k: must be a whole number, not true.",
    "[disclosure]\nk = 0": "Line 2, disclosure, k: must be 1 or more, not 0.",
    "disclosure = 10": "Line 1, disclosure: must be a table, not 10.",
    "[costs]\ncustomer_hour = nan": "Line 2, costs, customer_hour: must be a finite number, not nan.",
    '[costs.hours]\n"front-stage" = -1': 'Line 2, costs, hours, "front-stage": must be 0 or more, not -1.',
    '[costs]\ncurrency = "euro"': 'Line 2, costs, currency: must be three capital letters, such as "EUR".',
    f"{NEED}firm_share = 7": 'Line 3, needs "calm", firm_share: must be 1 or less, not 7.',
    f'{NEED}evidence = "a"': 'Line 3, needs "calm", evidence: must be a list, not "a".',
    f'{NEED}evidence = ["a", 3]': 'Line 3, needs "calm", evidence 2: must be a text, not 3.',
    f'{NEED}evidence = ["a", "b", "a"]': 'Line 3, needs "calm", evidence: names "a" twice.',
    f"{NEED}[[needs]]\nfirm_share = 0.1": 'Line 3, needs 2: needs "name".',
    '[goals]\n"order" = "Deliver"': "Line 1, goals: must be entries, each below a line [[goals]], not a table.",
    f'{POLICY}rule = "absence"\nactivity = "a"\nworking_hours = "yes"': 'Line 6, policies "p", working_hours: must be '
    'true or false, not "yes".',
    # words, durations, days, hours, zones
    '[[policies]]\nname = "p"\nperspective = "custmer"': 'Line 3, policies "p", perspective: must be customer, firm or '
    'both, not "custmer". Closest: "customer".',
    f'{POLICY}rule = "respnse"': 'Line 4, policies "p", rule: must be another word than "respnse". '
    'Closest: "response".',
    'silence = "5"': 'Line 1, silence: must be a duration with a unit, such as "2d", "36h" or "15min".',
    "silence = 5": 'Line 1, silence: must be a duration with a unit, such as "2d", "36h" or "15min".',
    f'{ACTION}until = "soon"': 'Line 5, actions "a", until: must be a day such as 2026-01-31.',
    f"{ACTION}until = 2025-06-09": 'Line 1, actions "a": ends on 2025-06-09, before it starts on 2025-06-10.',
    '[calendar.hours]\nmonday = "9-5"': f"Line 2, calendar, hours, monday: {NO_HOURS}.",
    '[calendar.hours]\nmonda = "09:00-17:00"': "Line 2, calendar, hours, monda: must be monday, tuesday, wednesday, "
    'thursday, friday, saturday or sunday, not "monda". Closest: "monday".',
    "[calendar]\nhours = {}": "Line 2, calendar, hours: is empty.",
    f'{HOURS}country = "XX"': 'Line 3, calendar, country: there is no country "XX".',
    f'{HOURS}country = "DE"\nregion = "Bayern"': 'Line 4, calendar, region: there is no region of DE "Bayern".',
    f'{HOURS}region = "BY"': 'Line 3, calendar, region: needs a country, such as country = "DE".',
    f'{HOURS}default = "work"': 'Line 3, calendar, default: must be calendar or working, not "work". Closest: '
    '"working".',
    f'{HOURS}closed = [2026-12-24]\ndays = {{2026-12-24 = "09:00-12:00"}}': 'Line 4, calendar, days, "2026-12-24": is '
    "one of the days without work in closed too.",
    f'{HOURS}days = {{2026-02-30 = "09:00-12:00"}}': 'Line 3, calendar, days, "2026-02-30": must be a day such as '
    "2026-01-31.",
    f'{HOURS}days = {{2026-12-24 = "09-12"}}': f'Line 3, calendar, days, "2026-12-24": {NO_HOURS}.',
    'zone = "Europe/Berln"': 'Line 1, zone: No time zone "Europe/Berln". Write an IANA name such as "UTC" or '
    '"Europe/Berlin".',
    # what belongs together
    '[source]\ndelimiter = ";"': "Line 1, source: needs one of path, variable and profile.",
    '[source]\npath = "a"\nprofile = "b"': "Line 1, source: needs one of path, variable and profile.",
    '[source]\npath = "a"\ndelimiter = ";;"': 'Line 3, source, delimiter: must be one character, not ";;".',
    '[[goals]]\nactivity = "a"\nwhere = "channel = phone"': 'Line 3, goals "a", where: must be a table of attributes '
    'and their values, such as {"channel" = ["shop", "app"]}.',
    '[[goals]]\nactivity = "a"\nwhere = {"x" = []}': 'Line 3, goals "a", where: needs texts, numbers or true and false '
    'as values of "x".',
    f'{POLICY}rule = "response"\nactivity = "a"': 'Line 1, policies "p": has the rule "response", which needs "then".',
    f'{POLICY}rule = "end"\nactivity = "a"\nthen = "b"': 'Line 1, policies "p": has "then" but the rule "end", which '
    "does not use it.",
    f'{POLICY}within = "2d"': 'Line 1, policies "p": has "within" but no rule.',
    f"{POLICY}working_hours = true": 'Line 4, policies "p", working_hours: needs a [calendar].',
    f"{NEED}{NEED}": 'Line 4, needs "calm", name: is used twice.',
    f'{NEED}offerings = ["x"]\n[[offerings]]\nname = "xx"': 'Line 3, needs "calm", offerings: there is no entry "x". '
    'Closest: "xx".',
    f'{NEED}firm_share = 0.6\n[[needs]]\nname = "b"\nfirm_share = 0.5': "Line 1, needs: the shares of all needs in "
    "firm_share are more than 1 together.",
    '[stages]\na = ["x"]\nb = ["x"]': 'Line 3, stages, b: "x" belongs to another of the stages too.',
    '[lanes]\n"Lager" = ["x"]': "Line 2, lanes, Lager: is none of the usual names: give it a side, such as "
    'side = "front".',
    "[lanes]\nsupport = []\n[costs.hours]\nsuport = 1": 'Line 3, costs, hours: there is no entry "suport". Closest: '
    '"support".',
    # TOML itself
    "name = ": '"e.toml" is no TOML: invalid value (at end of document).',
    'name = "a"\nname = "b"': '"e.toml" is no TOML: cannot overwrite a value (at end of document).',
    "since = 2025-02-30": '"e.toml" is no TOML: invalid date or datetime (at line 1, column 9).',
}


def said_of(text, folder):
    path = folder / "e.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(cx.CxError) as caught:
        cx.Engagement.load(path)
    return str(caught.value)


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_has_its_sentence(text, tmp_path):
    expected = MISTAKES[text]
    whole = expected if " is no TOML" in expected else f'"e.toml" cannot be used. {expected}'
    assert said_of(text, tmp_path) == whole


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    told = said_of('silence = 5\n[roles]\njorney = "x"\n[disclosure]\nk = 0\n', tmp_path).splitlines()
    assert told[0] == '"e.toml" cannot be used:'
    assert [line.split(":")[0].strip() for line in told[1:]] == [
        "Line 1, silence",
        "Line 3, roles, jorney",
        "Line 5, disclosure, k",
    ]
    many = said_of("".join(f"key{number} = 1\n" for number in range(500)), tmp_path).splitlines()
    assert len(many) == 22
    assert many[-1] == "  And more."


def test_python_gets_the_same_sentences():
    with pytest.raises(InputError) as caught:
        cx.Engagement(goals=["Deliver"], needs=[{"name": "calm", "firm_share": "much"}])
    assert str(caught.value) == (
        'The engagement cannot be used. Needs "calm", firm_share: must be a number, not "much".'
    )
    with pytest.raises(InputError, match="Name: holds a character that no file can hold"):
        cx.Engagement(name="\ud800")


# ---- secrets ---------------------------------------------------------------------------------------------------------

SECRETS = [
    '[source]\npath = "postgresql://me:hunter2@host/shop"',
    '[source]\npath = "postgresql://me:hun/ter2@host:5432/shop"',
    '[source]\npath = "postgresql://host/shop?user=me&password=hunter2"',
    '[source]\npath = "https://host/log.csv?sig=hunter2"',
    '[source]\npath = "Server=x;UID=me;PWD=hunter2"',
    '[source]\nvariable = "postgresql://me:hunter2@host/shop"',
    '[source]\npath = "x"\npassword = "hunter2"',
    '[source]\npath = "x"\ndb_token = "hunter2"',
    'about = "log in with postgresql://me:hunter2@host/shop"',
    f'{NEED}stated = ["api_key=hunter2"]',
    '[costs.hours]\n"postgresql://me:hunter2@host" = 1',
    'url = "postgresql://me:hunter2@host/shop"',
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_refused_and_not_repeated(text, tmp_path):
    said = said_of(text, tmp_path)
    assert "Secrets are never stored in this file" in said
    assert "variable=" in said
    assert "hunter2" not in said
    assert "ter2" not in said


@pytest.mark.parametrize(
    "path",
    ["postgresql://me@host:5432/shop", "https://host:8443/a@b.csv", "C:\\data\\a:b@c.csv", "logs/key=1/part.parquet"],
)
def test_an_address_without_a_secret_is_none(path):
    assert cx.Engagement(source={"path": path}).source.path == path


# ---- hostile files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"name = '" + b"a" * 1_000_001 + b"'",
        b"[" * 100_000,
        b"a = " + b"[" * 100_000,
        b"a = " + b"{a=" * 100_000,
        b".".join([b"a"] * 50_000) + b" = 1",
        b"[" + b".".join([b'"a"'] * 50_000) + b"]",
        b"x = {" + b" . ".join([b"a"] * 50_000) + b" = 1}",
        b"name = '\xff\xfe'",
        b"name = 'a\x00b'",
        b"\x00" * 1000,
        b"k = " + b"9" * 5_000,
    ],
    ids=[
        "huge",
        "headers",
        "lists",
        "tables",
        "dotted-key",
        "dotted-header",
        "dotted-inside",
        "encoding",
        "NUL",
        "NULs",
        "number",
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(text, tmp_path):
    said = said_of(text, tmp_path)
    assert said.startswith('"e.toml"')
    assert len(said) < 300


def test_deep_values_are_refused_as_what_they_are(tmp_path):
    said = said_of("name = " + "[" * 200 + "]" * 200, tmp_path)
    assert said == '"e.toml" cannot be used. Line 1, name: must be a text, not a list.'


def test_long_and_odd_names_are_cut_and_kept_on_one_line(tmp_path):
    said = said_of(f'"{"x" * 10_000}" = 1\n"a\\u001b[31m\\nb" = 2', tmp_path)
    assert len(said) < 700
    assert "\x1b" not in said
    assert len(said.splitlines()) == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path, "\0"):
        with pytest.raises(InputError, match="There is no file"):
            cx.Engagement.load(path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "e.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "x"\r\nabout = """a\r\nb"""\r\n')
    assert cx.Engagement.load(path).about == "a\nb"


def test_cxkit_loads_without_pydantic():
    code = """
import cxkit, sys
assert not {"pydantic", "tomlkit"} & set(sys.modules)
cxkit.Engagement
print("pydantic" in sys.modules, "tomlkit" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True False"
