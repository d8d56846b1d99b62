"""Which message is the digest of a day, and has a reader been told by it just now?

The rule: the id follows from the moment it was due, so that there is one, whatever dies in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from probot.schedule.civil import instant, local_day
from probot.services.turn import Turn
from probot.store import asked
from probot.values import derived_id

SAME_MOMENT = timedelta(minutes=10)
"""The list of routine alerts and the morning digest, if they come no further apart than this, are one message."""


def summary_id(kind: str, due: datetime, recipient: str) -> str:
    """The id of the digest, or of the hand-over, that was due to a reader at that moment."""
    return derived_id("summary", kind, due.isoformat(), recipient)


def is_told(turn: Turn, recipient: str) -> bool:
    """Whether the morning digest, which lists all that is open, was put for this reader a moment ago."""
    hour = turn.study.views.digest
    if hour is None:
        return False
    due = instant(local_day(turn.now, turn.study.zone), hour, turn.study.zone)
    just_now = timedelta() <= turn.now - due < SAME_MOMENT
    return just_now and asked.number_of(turn.connection, summary_id("digest", due, recipient))[2] != "missing"
