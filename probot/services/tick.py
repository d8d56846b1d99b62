"""What has come due? One look at all kinds of due rows at once, then one at each kind that has any.

The rule: the tick knows no timers; it finds rows whose moment has come, however late it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from probot.flows.front import ON_DEMAND
from probot.flows.session import AskedAgain, Session
from probot.messages import Lane
from probot.services import alarms as calling
from probot.services import alerting, fetch, keep_hours, open_due, plan_ahead, sae
from probot.services.converse import Reply, carry_on, in_front
from probot.services.turn import Turn
from probot.store import (
    adverse,
    alarms,
    alerts,
    appointments,
    asked,
    assessments,
    due,
    inbox,
    outbox,
    people,
    pulses,
)
from probot.store.due import Due
from probot.store.together import together
from probot.values import AssessmentId, EnrolmentId

BATCH = 100
LOOKED = "looked"
"""The pulse that says when anybody last looked at what is due."""


def what_is_due(turn: Turn, *, note: bool = False) -> Due:
    """Which kinds of rows want something now. `note`: put on record that somebody looked."""
    if note:
        pulses.beat(turn.connection, LOOKED, turn.now)
    return due.what_is_due(turn.connection, turn.now, turn.now + plan_ahead.ENOUGH)


def is_left(turn: Turn) -> bool:
    """Whether anything is to be handled, to be sent or due at this moment; it may say so in vain."""
    return due.is_left(turn.connection, turn.now, turn.now + plan_ahead.ENOUGH)


def due_for_planning(turn: Turn, besides: int = 0) -> list[EnrolmentId]:
    """Participants who must be planned further ahead; `besides`: so many more, because that many cannot be."""
    return plan_ahead.who(turn, BATCH + besides)


def due_assessments(turn: Turn, token: str) -> list[str]:
    """Claimed assessments that want something."""
    return open_due.claim(turn, token, BATCH)


def due_for_staff(turn: Turn, token: str) -> tuple[list[str], list[str]]:
    """Claimed alerts whose next rung is due, and claimed alarms."""
    return alerting.claim(turn, token, BATCH), calling.claim(turn, token, BATCH)


def due_hours(turn: Turn, token: str) -> list[str]:
    """Claimed hours at which something is said by itself."""
    return keep_hours.claim(turn, token)


def due_adverse(turn: Turn, token: str) -> list[str]:
    """Claimed adverse events of which somebody is to be reminded."""
    return sae.claim(turn, token, BATCH)


def ended_pauses(turn: Turn) -> list[EnrolmentId]:
    """Participants whose pause is over."""
    return people.pauses_over(turn.connection, turn.now, BATCH)


def ask_all_again(turn: Turn, gap: str, open_ones: Sequence[tuple[EnrolmentId, AssessmentId]]) -> bool:
    """After a gap in reception: put all of these once more, in this one transaction. False as soon as one has to wait."""
    with together(turn.connection):
        fetch.for_conversations(turn.connection, [key for _, key in open_ones])
        turns = [turn.on_behalf_of(cause_of_asking_again(gap, key)) for _, key in open_ones]
        firsts = [own.first_message(key) for own, (_, key) in zip(turns, open_ones, strict=True)]
        asked.fetch_states(turn.connection, firsts)
        return all(
            ask_again(own, enrolment, key) for own, (enrolment, key) in zip(turns, open_ones, strict=True)
        )


def cause_of_asking_again(gap: str, key: AssessmentId) -> str:
    """The same gap asks the same question again once, however often it is tried."""
    return f"heard:{gap}:{key}"


def ask_again(turn: Turn, enrolment_id: EnrolmentId, assessment_id: AssessmentId) -> bool:
    """After a gap in reception: the tap on this open question may have been lost, so it is asked once more.

    Once for each cause, however often it is called. False if it is too early to tell, because something of this
    participant is still to be handled.
    """
    enrolment = people.by_id(turn.connection, enrolment_id, lock=True)
    one = assessments.find(turn.connection, assessment_id)
    if enrolment is None or one is None or turn.now >= one.grace_until:
        return True
    contact = people.contact_of(turn.connection, enrolment.principal)
    if contact is not None and inbox.waits(turn.connection, f"chat:{contact.chat}"):
        return False
    session = in_front(turn, enrolment)
    mine = [
        each
        for each in assessments.live_sessions(turn.connection, enrolment_id)
        if each.session.assessment == assessment_id
    ]
    if session is None or session.assessment != assessment_id or not mine or _is_asked_already(turn, session):
        return True
    on_demand = mine[0].priority == ON_DEMAND
    if enrolment.status != "active" and not (on_demand and enrolment.status == "paused"):
        return True
    turn.note("asked again", "assessment", one.id, code=enrolment.code, reason="reception was interrupted")
    lane: Lane = "reply" if on_demand else "prompt"
    carry_on(turn, enrolment, one, session, AskedAgain(), Reply(turn.now), lane=lane)
    return True


def _is_asked_already(turn: Turn, session: Session) -> bool:
    """Whether this very turn was taken before, or the question has not even gone out yet."""
    if asked.number_of(turn.connection, turn.first_message(session.assessment))[2] != "missing":
        return True
    last = asked.last_asking(turn.connection, session.assessment, session.asking or "")
    return last is not None and asked.number_of(turn.connection, last)[2] in {"waiting", "sending"}


def next_moment(connection: Connection) -> datetime | None:
    """When something is due next: an assessment, an alert's rung, the end of a pause, a delayed message."""
    found = (next_planned(connection), outbox.next_due(connection))
    return min((moment for moment in found if moment is not None), default=None)


def next_planned(connection: Connection) -> datetime | None:
    """When the study wants something next, apart from messages that wait for the line: those are no event."""
    found = (
        assessments.next_due(connection), alerts.next_due(connection), alarms.next_due(connection),
        people.next_pause_end(connection), appointments.next_due(connection), adverse.next_due(connection),
    )  # fmt: skip
    return min((moment for moment in found if moment is not None), default=None)
