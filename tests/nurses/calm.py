"""Was whoever had to hear of an alert of tier "soon" called in time, and where no phone rang, had one just rung?

The rule: as for the urgent ladder, the times stand here by hand; nothing of the product is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.nurses.rules import TIERS

if TYPE_CHECKING:
    from tests.nurses.judged import Found

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOCAL = 8 * HOUR
SITTING = 30 * MINUTE
EARLY = 2 * HOUR
"""So much sooner than it is due a step may be made at most."""
PEACE = 4 * HOUR
"""Half of what lies between two repetitions: so long it is quiet after one that the night has moved."""
OPENS = {"raised", "reopened", "lapsed", "woken", "left"}
Row = dict[str, Any]


def check_soon(found: Found) -> Iterator[str]:
    """Every alert of tier soon is said at once and at each step, aloud unless that is excused."""
    aloud: dict[str, list[datetime]] = defaultdict(list)
    said: dict[str, list[tuple[datetime, str, bool]]] = defaultdict(list)
    for row in [*found.pages(), *found.pages(silent=True)]:
        for key in found.named(row):
            said[key].append((row["created_at"], row["recipient"], found.is_silent(row)))
            if not found.is_silent(row):
                aloud[key].append(row["created_at"])
    for key, alert in found.alerts.items():
        for start, stop in _stretches(found.history[key], found.end):
            problem = _first_word(found, alert, start, said)
            if problem:
                yield f"{found.name(alert)}: {problem}"
            for due in _steps(start, stop):
                if not any(due - EARLY <= at <= due + MINUTE for at in aloud[key]):
                    yield f"{found.name(alert)}: a step was due {due:%m-%d %H:%M} and no phone rang"


def _first_word(found: Found, alert: Row, start: datetime, said: Any) -> str:
    here = [one for one in said[alert["id"]] if timedelta() <= one[0] - start <= MINUTE]
    if not here:
        return f"opened at {start:%m-%d %H:%M} and nobody was told"
    if at_night(start) or any(not silent for _, _, silent in here):
        return ""
    others = [
        key for key, other in found.alerts.items()
        if other["enrolment_id"] == alert["enrolment_id"] and key != alert["id"]
        and TIERS.index(other["tier"]) >= TIERS.index("soon")
    ]  # fmt: skip
    chats = {recipient for _, recipient, _ in here}
    rung = any(
        not silent and recipient in chats and timedelta() <= start - at <= SITTING
        for key in others for at, recipient, silent in said[key]
    )  # fmt: skip
    return "" if rung else f"came without a sound at {start:%m-%d %H:%M}, and nothing had rung"


def _stretches(entries: list[Row], end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when until when nobody had it while it was of tier soon."""
    start: datetime | None = None
    for entry in entries:
        higher = entry["deed"] == "hit" and entry["why"] == "tier"
        opens = entry["deed"] in OPENS or higher
        stops = entry["deed"] in {"acknowledged", "closed"} or higher or opens
        if stops and start is not None and entry["at"] > start:
            yield start, entry["at"]
            start = None
        if opens:
            start = entry["at"] if entry["tier"] == "soon" else None
    if start is not None:
        yield start, end


def _steps(start: datetime, stop: datetime) -> Iterator[datetime]:
    """In the morning what was said at night, 4 hours later, 8 hours later, and every 8 hours: never at night.

    What the night has moved to seven in the morning is not said again within half an interval, before eleven.
    """
    begin = _morning(start)
    if begin > start and begin < stop - MINUTE:
        yield begin
    due = _morning(begin + 4 * HOUR)
    if due < stop - MINUTE:
        yield due
    first = _morning(begin + 8 * HOUR)
    due, last = first, None
    while due < stop - MINUTE:
        if (last is None or _morning(due) - last > PEACE) and _morning(due) < stop - MINUTE:
            last = _morning(due)
            yield last
        due += 8 * HOUR


def at_night(at: datetime) -> bool:
    """Whether the team's phones are silent for what has no hurry."""
    return not 7 <= (at + LOCAL).hour < 22


def _morning(at: datetime) -> datetime:
    """The moment itself by day, else seven in the morning."""
    local = at + LOCAL
    if not at_night(at):
        return at
    seven = local.replace(hour=7, minute=0, second=0, microsecond=0)
    return (seven if seven >= local else seven + 24 * HOUR) - LOCAL
