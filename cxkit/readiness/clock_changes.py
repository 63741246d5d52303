"""Checks of zones: local times that do not exist or come twice as clocks are changed, and offsets that name a zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground
from cxkit.shaping.events import unsure
from cxkit.times import EPOCH, zone_of

FEW = 5  # examples
LOOKED_AT = 2_000  # stamps
OFFSET = r"[0-9]{2}:[0-9.,:]+\s*(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"
LIKELY = (
    *("Europe/London", "Europe/Berlin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Moscow", "America/New_York"),
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata"),
    *("Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)


def clock_changes(ground: Ground) -> Iterator[Found]:
    """Local times in the hour that a zone leaves out in spring, or that comes twice in autumn; many mean another zone.

    The rows of a journey keep their order where they stand in the order of their times but for that hour.
    """
    table = unsure(ground.source, ground.roles)
    if table is None:
        return
    for sign, what in (("<", "that comes twice"), (">", "that does not exist")):
        rows = f'SELECT row FROM {table} WHERE "after" {sign} "before"'
        shown = ground.ask(f"SELECT DISTINCT stamp FROM ready_rows WHERE row IN ({rows}) ORDER BY 1 LIMIT {FEW}")
        if shown:
            yield Found(
                f"have a time {what} in {ground.roles.zone}, because the clocks were changed; many mean another zone",
                rows,
                column=ground.roles.time,
                examples=tuple(stamp for (stamp,) in shown),
            )


def own_zone(ground: Ground) -> Iterator[Found]:
    """Times that all carry the offsets of one zone, while their days and hours are shown in UTC."""
    column, zone = ground.roles.time, ground.roles.zone
    if column is None or zone != "UTC" or ground.source.kinds[column] != "text":
        return
    offset = f"regexp_extract(trim(stamp), '{OFFSET}', 1)"
    every = f"ready_rows WHERE time IS NOT NULL AND {offset}"
    if ground.one(f"SELECT count(*) FROM {every} = ''"):
        return
    step = max(1, ground.sizes["rows"] // LOOKED_AT)
    carried = ground.ask(f"SELECT time, {offset} FROM {every} <> '' AND row % {step} = 0")
    moments = [(EPOCH + timedelta(microseconds=time), _offset(text)) for time, text in carried]
    if not any(away for _, away in moments):
        return
    for name in LIKELY:
        here = zone_of(name)
        if all(moment.astimezone(here).utcoffset() == away for moment, away in moments):
            what = f'carry the offsets of {name} or a zone like it; zone="{name}" shows their days and hours as there'
            yield Found(what, f"SELECT row FROM {every} <> ''", column=column)
            return


def _offset(text: str) -> timedelta:
    """How far an offset such as +02:00, -0530 or Z is from UTC.

    >>> _offset("-0530") == timedelta(hours=-5, minutes=-30), _offset("Z")
    (True, datetime.timedelta(0))
    """
    digits = text.lstrip("+-").replace(":", "")
    if not digits.isdigit():
        return timedelta(0)
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -away if text.startswith("-") else away
