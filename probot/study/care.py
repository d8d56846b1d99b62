"""How do people take care of alerts? How long one may be left, who is on call, and how soon a participant wants somebody.

The rule: values only; the hours are those of the study's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Handling:
    """What happens to an alert that somebody has. It is open again once `lasts` has gone by and nothing has followed;
    it may be put off for `snooze` at most.
    """

    lasts: timedelta
    snooze: timedelta


ON_CALL = "on_call"
"""How a rung names whoever the rota has at that moment."""


@dataclass(frozen=True, slots=True)
class Shift:
    """These are on call on these days (Monday is 0) from `start` to `end`; equal hours mean a whole day."""

    who: tuple[str, ...]
    days: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Rota:
    """Who is on call when. `people`: names of staff, which a ladder may name as well; everybody else in it is a role."""

    people: tuple[str, ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Participants are asked how soon they would like to be contacted: by these items of forms, and after a rule was
    met where none of them was answered, though not again within `again`.
    """

    items: tuple[str, ...]
    again: timedelta
