"""Which hours of the week does the rota cover, and with whom?

The rule: a shift belongs to the day on which it begins; its start belongs to it, its end does not. A shift without
hours is a whole day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from probot.study.care import Rota, Shift

DAY, WEEK = 24 * 60, 7 * 24 * 60
"""In minutes."""


def on_call_at(rota: Rota, minute: int) -> tuple[str, ...]:
    """Roles and names of those on call in that minute of the week (Monday 00:00 is 0), each once, in order."""
    names = [name for shift in rota.shifts if _covers(shift, minute) for name in shift.who]
    return tuple(dict.fromkeys(names))


def gaps(rota: Rota) -> tuple[tuple[int, int], ...]:
    """The stretches of the week without anybody, as `(from, until)` in minutes since Monday 00:00.

    A stretch over the end of the week is one: it ends behind `WEEK`.
    """
    edges = {0, WEEK}
    for shift in rota.shifts:
        edges |= {edge % WEEK for span in _spans(shift) for edge in span}
    found = [(start, end) for start, end in pairwise(sorted(edges)) if not on_call_at(rota, start)]
    if len(found) > 1 and found[0][0] == 0 and found[-1][1] == WEEK:
        first = found.pop(0)
        found[-1] = (found[-1][0], WEEK + first[1])
    return tuple(found)


def _covers(shift: Shift, minute: int) -> bool:
    return any(start <= moment < end for start, end in _spans(shift) for moment in (minute, minute + WEEK))


def _spans(shift: Shift) -> Iterator[tuple[int, int]]:
    start, end = _minutes(shift.start), _minutes(shift.end)
    for day in shift.days:
        yield day * DAY + start, day * DAY + end + (0 if end > start else DAY)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
