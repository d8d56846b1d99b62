"""On which days of a phase does something happen? `Every` becomes dates.

The rule: dates only, no clocks; each date is computed from day 1, never from the one before, so that nothing drifts.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from probot.study.model import Every, Offset


def shift(day: date, by: Offset) -> date:
    """`day` moved by whole months (31 January + 1 month is the last of February), then by whole days."""
    return add_months(day, by.months) + timedelta(days=by.days)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months on (or back); the last one where the month is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def occurrences(every: Every, start: date, end: date | None, since: date, before: date) -> Iterator[date]:
    """The dates within the phase `[start, end)` and the asked range `[since, before)`, in order.

    `end` None: the phase is open. The work depends on the length of the range, not on the age of the phase.
    """
    first = max(start, since)
    last = before if end is None else min(end, before)
    for day in _dates(every, start, first, last):
        if first <= day < last:
            yield day


def _dates(every: Every, start: date, first: date, last: date) -> Iterator[date]:
    """At least the dates in `[first, last)`, in order."""
    match every.unit:
        case "day":
            yield from _each(every.step, start, first, last)
        case "week" if not every.weekdays:
            yield from _each(7 * every.step, start, first, last)
        case "week":
            for day in _each(1, start, first, last):
                if day.weekday() in every.weekdays and (day - start).days // 7 % every.step == 0:
                    yield day
        case "month":
            yield from _monthly(every.step, start, first, last)
        case "days":
            yield from (start + timedelta(days=number - 1) for number in sorted(set(every.days)))
        case "once":
            yield start


def _each(step: int, start: date, first: date, last: date) -> Iterator[date]:
    skipped = -((start - first).days // step)  # rounded up: the first one that is not before `first`
    day = start + timedelta(days=max(0, skipped) * step)
    while day < last:
        yield day
        day += timedelta(days=step)


def _monthly(step: int, start: date, first: date, last: date) -> Iterator[date]:
    months = (first.year - start.year) * 12 + first.month - start.month
    count = max(0, months // step)  # one too early at most; the caller leaves it out
    while (day := add_months(start, count * step)) < last:
        yield day
        count += 1
