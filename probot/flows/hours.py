"""Which time of day does somebody mean? `9`, `9:00`, `9点半`, `早上九点`, `8 pm`.

The rule: one plain time or none; a number without a word for the part of the day is read on the clock of 24 hours.
"""

from __future__ import annotations

import re
from datetime import time

from probot.flows.folding import fold
from probot.flows.numerals import numerals

_MORNING = r"早上|早晨|清晨|凌晨|上午|早|am|a\.m\.?|in the morning"
_LATER = r"下午|傍晚|晚上|夜里|晚|pm|p\.m\.?|in the (?:afternoon|evening)"
_PART = rf"(?P<{{name}}>{_MORNING}|{_LATER}|中午|noon)"
_TIME = re.compile(
    rf"(?:at |每天)?(?:{_PART.format(name='front')})?\s*"
    r"#(?:\s*(?:[:.点时]|o'?clock)\s*(?:(?P<half>半)|#\s*分?|整|钟)?)?"
    rf"\s*(?:{_PART.format(name='back')})?[.!。]*"
)


def read_hour(text: str) -> time | None:
    """The time of day that `text` plainly names, or None."""
    pattern, found = numerals(fold(text[:60]))
    match = _TIME.fullmatch(pattern)
    if match is None or len(found) > 2:
        return None
    # `08` and `00` are no plain numbers anywhere else, but on a clock they are.
    clock = [int(each.digits) if each.digits.isdecimal() else each.value for each in found]
    hour, minute = clock[0], clock[1] if len(clock) > 1 else 30 if match["half"] else 0
    if hour is None or minute is None:
        return None
    if len(found) == 1 and len(found[0].digits) == 4:
        hour, minute = divmod(hour, 100)
    part = match["front"] or match["back"] or ""
    hour = _on_the_clock(hour, part)
    return time(hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None


def _on_the_clock(hour: int, part: str) -> int:
    """The hour of 24; -1 for what no clock shows (`13 am`)."""
    if not part:
        return hour
    if re.fullmatch(_MORNING, part):
        return hour % 12 if hour <= 12 else -1
    if part in {"中午", "noon"}:
        return {11: 11, 12: 12, 1: 13, 2: 14}.get(hour, -1)
    return hour % 12 + 12 if hour <= 12 else hour


def full_hours(earliest: time, latest: time) -> tuple[time, ...]:
    """Every full hour from `earliest` to `latest`, both included."""
    first = earliest.hour + (earliest > time(earliest.hour))
    return tuple(time(hour) for hour in range(first, latest.hour + 1))
