"""What has come due? One look at every kind of due row, each row its own transaction.

The rule: the tick knows no timers; it finds rows whose moment has come, however late it looks.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from probot.flows.session import AskedAgain
from probot.services import alerting, open_due, plan_ahead
from probot.services.converse import Reply, carry_on, in_front
from probot.services.turn import Turn
from probot.store import alerts, assessments, outbox, people
from probot.values import AssessmentId, EnrolmentId

BATCH = 100


def due_for_planning(turn: Turn) -> list[EnrolmentId]:
    """Participants who must be planned further ahead."""
    return plan_ahead.who(turn, BATCH)


def due_assessments(turn: Turn, token: str) -> list[str]:
    """Claimed assessments that want something."""
    return open_due.claim(turn, token, BATCH)


def due_alerts(turn: Turn, token: str) -> list[str]:
    """Claimed alerts whose next rung is due."""
    return alerting.claim(turn, token, BATCH)


def ended_pauses(turn: Turn) -> list[EnrolmentId]:
    """Participants whose pause is over."""
    return people.pauses_over(turn.connection, turn.now, BATCH)


def ask_again(turn: Turn, enrolment_id: EnrolmentId, assessment_id: AssessmentId) -> None:
    """After a gap in reception: the tap on this open question may have been lost, so it is asked once more."""
    enrolment = people.by_id(turn.connection, enrolment_id, lock=True)
    if enrolment is None or enrolment.status not in {"active", "paused"}:
        return
    session = in_front(turn, enrolment)
    if session is None or session.assessment != assessment_id:
        return
    one = assessments.find(turn.connection, assessment_id)
    if one is None or turn.now >= one.grace_until:
        return
    turn.note("asked again", "assessment", one.id, code=enrolment.code, reason="reception was interrupted")
    carry_on(turn, enrolment, one, session, AskedAgain(), Reply(turn.now), lane="prompt")


def next_moment(connection: Connection) -> datetime | None:
    """When something is due next: an assessment, an alert's rung, the end of a pause, a delayed message."""
    found = (next_planned(connection), outbox.next_due(connection))
    return min((moment for moment in found if moment is not None), default=None)


def next_planned(connection: Connection) -> datetime | None:
    """When the study wants something next, apart from messages that wait for the line: those are no event."""
    found = (assessments.next_due(connection), alerts.next_due(connection), people.next_pause_end(connection))
    return min((moment for moment in found if moment is not None), default=None)
