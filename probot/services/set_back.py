"""What if the clock was wrong, and is set back? What it had put too far ahead is counted anew.

The rule: the direction in which nobody is forgotten: an open alert is told again from its first rung, and what somebody
has keeps its term, not the hours by which the clock was wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.alerts.model import Alert
from probot.services import alerting
from probot.services.turn import Turn
from probot.store import alerts, pulses

SET_BACK = "clock_set_back"
"""The pulse that says when the clock was last seen to have been set back; its detail tells by how many seconds."""
SLACK = timedelta(seconds=60)
"""Clocks are put right by less all the time."""
TOO_FAR = timedelta(minutes=5)
"""What was told this far in the future was told by a clock that was wrong, whoever may have noticed."""
SAID_FOR = timedelta(hours=1)
SETS_A_TERM = frozenset({"acknowledged", "called", "assigned", "snoozed", "asked"})


def put_right(turn: Turn, looked_before: datetime | None) -> None:
    """Count anew whatever a wrong clock has put too far ahead. `looked_before`: what it said at the last look."""
    ahead = looked_before - turn.now if looked_before is not None else timedelta()
    if ahead > SLACK:
        seconds = int(ahead.total_seconds())
        pulses.beat(turn.connection, SET_BACK, turn.now, {"by": seconds})
        turn.note("clock set back", "clock", SET_BACK, old=looked_before, new=turn.now)
        keys = [alert.id for alert in alerts.standing(turn.connection) if _rests_on_it(alert, turn.now)]
    else:
        keys = alerts.told_after(turn.connection, turn.now + TOO_FAR)
    for key in sorted(keys):
        alerting.recount(turn, key, max(ahead, timedelta()), "the clock was set back")


def _rests_on_it(alert: Alert, now: datetime) -> bool:
    if alert.state == "open":
        return (alert.notified_at or alert.raised_at) > now
    return any(entry.at > now for entry in alert.history if entry.deed in SETS_A_TERM)


def lately(connection: Connection, now: datetime) -> bool:
    """Whether the clock was set back within the last hour."""
    return pulses.lately(connection, SET_BACK, now, SAID_FOR)
