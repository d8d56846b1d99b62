"""How does a participant pause, and go on? Questions rest until a day; the way to the team stays open.

The rule: the team is told of every pause; what falls into it is on record as paused, never as missed.
"""

from __future__ import annotations

from datetime import date, time

from probot.alerts.rules import signal_hits
from probot.flows.pausing import resumed
from probot.schedule.civil import instant
from probot.services import alerting
from probot.services.converse import go_on
from probot.services.turn import Turn
from probot.store import outbox, people
from probot.store.records import Enrolment


def pause(turn: Turn, enrolment: Enrolment, until: date) -> None:
    """Rest until the local day `until` begins (at the study's earliest hour)."""
    back = instant(until, time(0), enrolment.zone)
    people.change_enrolment(
        turn.connection, enrolment.id, status="paused", paused_from=turn.now, paused_until=back
    )
    outbox.cancel(turn.connection, enrolment.principal, ("reminder",), "paused")
    turn.note(
        "paused", "enrolment", enrolment.id, code=enrolment.code, field="status", old=enrolment.status,
        new=f"paused until {until.isoformat()}",
    )  # fmt: skip
    found = signal_hits(turn.study, "paused", detail=until.isoformat())
    alerting.raise_all(turn, turn.study, enrolment, found, tell=False)


def resume(turn: Turn, enrolment: Enrolment, *, by_itself: bool = False) -> None:
    """Go on: what is due from now on is asked again, and a question left open is put again."""
    people.change_enrolment(
        turn.connection, enrolment.id, status="active", paused_from=None, paused_until=None
    )
    turn.note(
        "resumed", "enrolment", enrolment.id, code=enrolment.code, field="status", old="paused", new="active",
        reason="the pause is over" if by_itself else "by the participant",
    )  # fmt: skip
    if not by_itself:
        turn.say(enrolment.principal, resumed(enrolment.language), lane="reply", purpose="reply")
        again = people.by_id(turn.connection, enrolment.id)
        assert again is not None
        go_on(turn, again)
