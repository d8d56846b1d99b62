"""May something be sent now, and if not, from when on? Quiet hours, which may cross midnight.

The rule: the start belongs to the quiet hours, the end does not; equal start and end mean no quiet hours.
"""

from __future__ import annotations

from datetime import datetime, time

from probot.schedule.civil import DAY, instant, local, second_instant
from probot.study.model import QuietHours


def covers(quiet: QuietHours | None, at: time) -> bool:
    """Whether the local time lies in the quiet hours."""
    if quiet is None:
        return False
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def is_quiet(moment: datetime, quiet: QuietHours | None, zone: str) -> bool:
    """Whether the zone's clocks show a quiet hour at `moment` (aware)."""
    return covers(quiet, local(moment, zone).time())


def next_allowed(moment: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """`moment` itself if it is not quiet, else the end of the quiet hours it lies in (UTC)."""
    allowed = moment
    while quiet is not None and is_quiet(allowed, quiet, zone):
        allowed = _end(allowed, quiet, zone)  # twice only if the clocks jump from the end into the next start
    return allowed


def _end(moment: datetime, quiet: QuietHours, zone: str) -> datetime:
    here = local(moment, zone)
    day = here.date() if here.time() < quiet.end else here.date() + DAY
    first = instant(day, quiet.end, zone)
    # In the second coming of a doubled hour, the first coming of the end has already been.
    return first if first > moment else second_instant(day, quiet.end, zone)
