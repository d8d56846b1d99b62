"""Which instant is nine o'clock here, and which day is it there? Civil time to instants (UTC) and back.

The rule: this is the only place that turns a local date and time into an instant.

On a day when clocks change:
- a time that the clocks jump over is moved forward by the jump (02:30 becomes 03:30);
- a time that comes twice means the first of the two;
- a day that a country left out (Samoa, 30 December 2011) does not exist, and nothing is planned on it;
- whole days of a duration are days of the calendar (nine o'clock stays nine o'clock), the rest is elapsed time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from probot.values import as_utc

DAY = timedelta(days=1)


@lru_cache(maxsize=1024)  # many have the same hours in the same zone
def instant(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) of a local date and time; ZoneInfoNotFoundError for a zone that is none."""
    # fold=0 reads a skipped time by the offset before the jump, and a doubled one as its first coming.
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def second_instant(day: date, at: time, zone: str) -> datetime:
    """As `instant`, but the second coming of a doubled time."""
    return max(
        instant(day, at, zone), datetime.combine(day, at.replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    )


def local(moment: datetime, zone: str) -> datetime:
    """`moment` (aware) as the clocks of the zone show it."""
    return _shown(as_utc(moment), zone)


@lru_cache(maxsize=1024)  # by instants of UTC alone: elsewhere both comings of a doubled time count as equal
def _shown(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def local_day(moment: datetime, zone: str) -> date:
    """The zone's date at `moment` (aware)."""
    return local(moment, zone).date()


def exists(day: date, zone: str) -> bool:
    """Whether the zone had this date at all."""
    return instant(day, time(), zone) < instant(day + DAY, time(), zone)


def later(moment: datetime, by: timedelta, zone: str) -> datetime:
    """`moment` moved by a duration of either sign: whole days by the calendar, the rest as elapsed time."""
    if not by:
        return as_utc(moment)
    sign = -1 if by < timedelta() else 1
    days, rest = divmod(abs(by), DAY)
    moved = as_utc(moment)
    if days:
        here = local(moved, zone)
        moved = instant(here.date() + sign * days * DAY, here.time(), zone)
    return moved + sign * rest
