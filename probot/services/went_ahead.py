"""What if the clock jumps forward, or the machine stood still meanwhile? The team is told, and nothing is taken back.

The rule: nobody can know from here which of the two it was, so whatever has come due is done, as after any gap.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.services.set_back import SAID_FOR, SLACK
from probot.services.turn import Turn
from probot.store import pulses

WENT_AHEAD = "clock_went_ahead"
"""The pulse that says when a clock was last seen to have jumped forward; its detail tells by how many seconds."""


def note(turn: Turn, by: timedelta) -> None:
    """Put down that the clock has gone forward by so much more than time itself, if that is more than `SLACK`.

    Of several processes that see the same jump, each in its own minute, the first one does.
    """
    known = pulses.last(turn.connection, WENT_AHEAD)
    if known is not None and known[0] > turn.now:  # it was set right since, and that hour is yet to come
        pulses.beat(turn.connection, WENT_AHEAD, turn.now - SAID_FOR)
    if by > SLACK and not pulses.lately(turn.connection, WENT_AHEAD, turn.now, 3 * SLACK):
        pulses.beat(turn.connection, WENT_AHEAD, turn.now, {"by": int(by.total_seconds())})
        turn.note("clock went ahead", "clock", WENT_AHEAD, old=turn.now - by, new=turn.now)


def lately(connection: Connection, now: datetime) -> bool:
    """Whether the clock jumped forward within the last hour."""
    return pulses.lately(connection, WENT_AHEAD, now, SAID_FOR)
