"""Stamps as people spell them out: months in words of some languages, words around the time of day, signs between.

Such as "3. März 2025 um 14:05 Uhr", "Jan  3 2025  8:00AM", "03-JAN-25 08.15.00 PM", "2025年3月3日 14:05".
"""

from __future__ import annotations

MONTHS = (
    "january januar janner jan janvier janv enero ene gennaio gen januari janeiro stycznia styczen sty",
    "february februar feber feb fevrier fevr fev febrero febbraio februari fevereiro lutego luty lut",
    "march marz maerz mrz mar mars marzo maart mrt marco marca marzec",
    "april apr avril avr abril abr aprile kwietnia kwiecien kwi",
    "may mai mayo maggio mag mei maio maj maja",
    "june juni jun juin junio giugno giu junho czerwca czerwiec cze",
    "july juli jul juillet juil julio luglio lug julho lipca lipiec lip",
    "august aug aout agosto ago augustus augusti sierpnia sierpien sie",
    "september sept sep septembre septiembre setiembre settembre set setembro wrzesnia wrzesien wrz",
    "october oktober okt oct octobre octubre ottobre ott outubro out pazdziernika pazdziernik paz",
    "november nov novembre noviembre novembro listopada listopad lis",
    "december dezember dez dec decembre diciembre dic dicembre dezembro grudnia grudzien gru",
)
NUMBERS = {word: f"{number:02}" for number, words in enumerate(MONTHS, 1) for word in words.split()}
LONGEST = max(map(len, NUMBERS))
IN_A_ROW = "".join(f"|{word:{LONGEST}}{number}" for word, number in NUMBERS.items())

LETTERS = r"[^\s\d.,:/-]+"
DAY, WORD, YEAR = r"(\d\d?)(?:\.|er|º|st|nd|rd|th)?", rf"({LETTERS})\.?", r"(\d\d\d\d|\d\d)"
OF = r"(?:(?:de|del|of) +)?"
WEEKDAY = rf"(?:{LETTERS}\.?,? +)?"
HALF_OF_DAY = r"(?: ?([ap])\.? ?m\.?)?"
CLOCK = rf"(\d\d?)(?:[:.]| ?h ?)(\d\d)(?:[:.](\d\d(?:[.,]\d+)?))?(?: ?(?:h|uhr)\b)?{HALF_OF_DAY}"
AT = r"(?:,? +(?:(?:um|at|à|a las|alle|ore|kl\.?) )?|,?[t:-])"
OFFSET = r"(?: ?(z|[+-]\d\d(?::?\d\d)?))?"
TIME = rf"(?:{AT}{CLOCK})?{OFFSET}$"
BACK = "\\"
# each way with the places of year, month, day, hour, minute, second, half of the day and offset among its groups
WAYS = (
    (rf"^{WEEKDAY}{DAY}[-/ .]+{OF}{WORD},?[-/ ]+{OF}{YEAR}{TIME}", (3, 2, 1, 4, 5, 6, 7, 8)),
    (rf"^{WEEKDAY}{WORD} +{DAY},? +{YEAR}{TIME}", (3, 1, 2, 4, 5, 6, 7, 8)),
    (rf"^{WEEKDAY}{WORD} +{DAY} {CLOCK}{OFFSET} +{YEAR}$", (8, 1, 2, 3, 4, 5, 6, 7)),
    (rf"^(\d\d?)[./-](\d\d?)[./-]{YEAR}{TIME}", (3, 2, 1, 4, 5, 6, 7, 8)),
    (rf"^(\d\d\d\d)[年년./-] ?(\d\d?)[月월./-] ?(\d\d?)[日일.]?{TIME}", (1, 2, 3, 4, 5, 6, 7, 8)),
)


def moment(text: str) -> str:
    """The SQL of the moment that a text spells out; null where it spells none."""
    tried = (
        f"regexp_replace(lower({text}), '{way}', '{'|'.join(f'{BACK}{place}' for place in places)}')"
        for way, places in WAYS
    )
    parted = f"list_filter([{', '.join(tried)}], lambda form: contains(form, '|'))[1]"
    return f"list_transform([string_split({parted}, '|')], lambda p: {_of_parts()})[1]"


def _of_parts() -> str:
    """The SQL of the moment of the list `p`: year, month, day, hour, minute, second, half of the day, offset."""
    year = "CASE WHEN length(p[1]) > 2 THEN '' WHEN p[1] < '69' THEN '20' ELSE '19' END || p[1]"
    half = "TRY_CAST(p[4] AS INTEGER) % 12 + CASE WHEN p[7] = 'p' THEN 12 ELSE 0 END"
    hour = f"CASE WHEN p[4] = '' THEN '00' WHEN p[7] = '' THEN p[4] ELSE ({half})::VARCHAR END"
    minute, second = (f"coalesce(nullif(p[{place}], ''), '00')" for place in (5, 6))
    clock = f"lpad({hour}, 2, '0') || ':' || {minute} || ':' || replace({second}, ',', '.')"
    offset = r"regexp_replace(p[8], '^(...)(\d\d)$', '\1:\2')"
    date = f"({year}) || '-' || {_month()} || '-' || lpad(p[3], 2, '0')"
    return f"TRY_CAST({date} || ' ' || {clock} || {offset} AS TIMESTAMPTZ)"


def _month() -> str:
    """The SQL of the number of a month that is a number already or a word."""
    word = f"rpad(strip_accents(p[2]), {LONGEST}, ' ')"
    place = f"nullif(instr('{IN_A_ROW}', '|' || {word}), 0)"
    number = f"substr('{IN_A_ROW}', {place} + {LONGEST + 1}, 2)"
    return rf"CASE WHEN regexp_full_match(p[2], '\d+') THEN lpad(p[2], 2, '0') ELSE {number} END"
