"""Times as people spell them out, in several languages; and what is said where no way of reading them is known."""

from datetime import UTC, datetime, timedelta

import pytest

import cxkit as cx

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
MOMENTS = [datetime(2024, 1, 3, 8, 5, tzinfo=UTC) + timedelta(days=9 * n, hours=n) for n in range(40)]


def month(language, moment):
    return MONTHS[language].split()[moment.month - 1]


WRITTEN = {
    "German": lambda t: f"{t.day}. {month('de', t)} {t:%Y um %H:%M} Uhr",
    "German numbers": lambda t: f"{t:%d.%m.%Y um %H:%M} Uhr",
    "French": lambda t: f"{t.day} {month('fr', t)} {t:%Y à %H}h{t:%M}",
    "French numbers": lambda t: f"{t:%d/%m/%Y %H}h{t:%M}",
    "Spanish": lambda t: f"{t:%d}-{month('es', t)}-{t:%Y %H:%M}",
    "Italian": lambda t: f"{t.day} {month('it', t)} {t:%Y %H.%M}",
    "Dutch": lambda t: f"{t.day} {month('nl', t)} {t:%Y %H:%M}",
    "Portuguese": lambda t: f"{t.day} de {month('pt', t)} de {t:%Y %H:%M}",
    "Polish": lambda t: f"{t.day} {month('pl', t)} {t:%Y %H:%M}",
    "Chinese": lambda t: f"{t.year}年{t.month}月{t.day}日 {t:%H:%M}",
    "Oracle": lambda t: f"{t:%d-%b-%y %I.%M.%S}.000000 {t:%p}".upper(),
    "SQL Server": lambda t: f"{t:%b} {t.day:2} {t:%Y} {int(t.strftime('%I')):2}:{t:%M%p}",
    "Db2": lambda t: f"{t:%Y-%m-%d-%H.%M.%S}.000000",
    "mail": lambda t: f'"{t:%a, %d %b %Y %H:%M:%S} GMT"',
    "C": lambda t: t.replace(tzinfo=None).ctime(),
    "half days": lambda t: f"{t:%Y-%m-%d %I:%M:%S} {'a.m.' if t.hour < 12 else 'p. m.'}",
    "Hungarian": lambda t: f"{t:%Y.%m.%d. %H:%M}",
    "Java": lambda t: f"{t:%Y-%m-%dT%H:%M}+00:00[Europe/London]",
    "a sheet's days": lambda t: f'"{(t - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1):.8f}"'.replace(
        ".", ","
    ),
    "short years first": lambda t: f"{t:%y/%m/%d %H:%M}",
}


def read(folder, write):
    rows = [f"{n // 4},{'abcd'[n % 4]},{write(moment)}" for n, moment in enumerate(MOMENTS)]
    (folder / "log.csv").write_text("\n".join(["case,step,when", *rows, ""]))
    return cx.read(folder / "log.csv")


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_times_are_read_as_they_are_spelled(write, tmp_path):
    journeys = cx.prepare(read(tmp_path, write), tmp_path / "store", progress=False)
    moments = journeys.events(rows=100).df().sort_values("time")["time"]
    assert [moment.replace(second=0, microsecond=0) for moment in moments.dt.round("s").dt.to_pydatetime()] == MOMENTS


@pytest.mark.parametrize("write", [lambda t: f"{t:%G-W%V-%u %H:%M}", lambda t: f"/Date({t:%Y%m%d%H})/ {t:%H:%M}"])
def test_times_that_cannot_be_read_are_doubted(write, tmp_path):
    log = read(tmp_path, write)
    assert log.settled.time is None
    assert any('"when" looks like times' in doubt and "time_format=" in doubt for doubt in log.doubts)
    assert not any("looks like times" in doubt for doubt in log.roles(journey="case", activity="step", time="").doubts)


def test_short_years_first_or_last_are_doubted_where_both_may_be(tmp_path):
    assert any("Two readings" in doubt for doubt in read(tmp_path, lambda t: f"{t.replace(day=24):%y.%m.%d}").doubts)
    assert not any("Two readings" in doubt for doubt in read(tmp_path, lambda t: f"{t:%d.%m.%y %H:%M}").doubts)


def test_the_share_that_does_not_read_is_of_rows(tmp_path):
    log = read(tmp_path, lambda t: "NULL" if t.day % 2 else f"{t:%Y-%m-%d %H:%M}")
    odd = sum(moment.day % 2 for moment in MOMENTS) / len(MOMENTS)
    assert any(f"About {odd:.0%}" in doubt or f"About {100 * odd:g}%" in doubt for doubt in log.doubts)


@pytest.mark.parametrize("encoding", ["mac_roman", "gb18030"])
def test_an_encoding_that_is_a_guess_is_doubted(encoding, tmp_path):
    step = {"mac_roman": "Prüfung", "gb18030": "付款"}[encoding]
    rows = [f"{n // 2},{step}{n % 2},2024-01-0{n % 9 + 1}" for n in range(40)]
    (tmp_path / "log.csv").write_bytes("\n".join(["case,step,when", *rows, ""]).encode(encoding))
    log = cx.read(tmp_path / "log.csv")
    assert any("which is a guess" in doubt for doubt in log.doubts)
    assert not any("a guess" in doubt for doubt in cx.read(tmp_path / "log.csv", encoding=encoding).doubts)


@pytest.mark.parametrize("words", [("Beginn", "Ende"), ("début", "fin"), ("inicio", "fin"), ("inizio", "fine")])
def test_a_life_cycle_in_other_words(words, tmp_path):
    rows = [f"{n // 4},{'ab'[n // 2 % 2]},2024-01-03 10:{n:02},{words[n % 2]}" for n in range(40)]
    (tmp_path / "log.csv").write_text("\n".join(["case,step,when,phase", *rows, ""]))
    log = cx.read(tmp_path / "log.csv")
    assert any('"phase" says start and complete' in doubt for doubt in log.doubts)
    assert cx.prepare(log.roles(lifecycle="phase"), tmp_path / "store", progress=False).manifest.counts["events"] == 20


def test_parts_of_a_date_are_no_clock(tmp_path):
    rows = [f"{n // 4},{'abcd'[n % 4]},{at.year},{at.month},{at.day},{at.hour}" for n, at in enumerate(MOMENTS)]
    (tmp_path / "log.csv").write_text("\n".join(["case,step,year,month,day,hour", *rows, ""]))
    log = cx.read(tmp_path / "log.csv")
    assert log.settled.time is None
    assert any("parts of a date" in doubt for doubt in log.doubts)


def test_six_digits_beside_a_day_are_offered_as_its_time(tmp_path):
    rows = [f"{n // 4},{'abcd'[n % 4]},{at:%Y%m%d},{at:%H%M%S}" for n, at in enumerate(MOMENTS)]
    (tmp_path / "log.csv").write_text("\n".join(["case,step,erdat,erzet", *rows, ""]))
    assert any('time=["erdat", "erzet"]' in doubt for doubt in cx.read(tmp_path / "log.csv").doubts)
