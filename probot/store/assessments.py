"""Which assessments are expected, how do their conversations stand, and what was answered?

The rule: an assessment is a row whether or not anything came back; a response is never overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from probot.flows.front import Candidate
from probot.flows.session import Session
from probot.store import claims, together
from probot.store.records import Assessment
from probot.store.tables import assessment, note, response, session
from probot.values import AssessmentId, EnrolmentId, derived_id

# ------------------------------------------------------------------------------ expected assessments


def add_on_demand(connection: Connection, enrolment: EnrolmentId, row: Assessment) -> bool:
    """Add an assessment that the participant asked for. False if the same request made it before."""
    insert_into = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    added = connection.execute(
        insert_into(assessment)
        .values(
            id=row.id, enrolment_id=enrolment, timepoint=row.timepoint, day=row.day, occurrence=row.occurrence,
            opens_at=row.opens_at, target_at=row.target_at, closes_at=row.closes_at, grace_until=row.grace_until,
            late_start_until=row.late_start_until, reminders=[], status=row.status, study_hash=row.study_hash,
            prompted_at=row.prompted_at, next_at=row.next_at, mode=row.mode, respondent=row.respondent,
        )
        .on_conflict_do_nothing()
        .returning(assessment.c.id)
    ).first()  # fmt: skip
    return added is not None


def find(connection: Connection, key: str) -> Assessment | None:
    """The assessment of that id."""
    found = together.known(connection, "assessment", key)
    if found is together.UNKNOWN:
        row = together.ask_first(connection, _FIND, {"key": key})
        found = None if row is None else assessment_of(row)
        together.learn(connection, "assessment", key, found)
    one: Assessment | None = found
    return one


def change(connection: Connection, key: AssessmentId, **changes: Any) -> None:
    """Change columns of an assessment; the caller writes the trail."""
    together.write(connection, _CHANGE, ("assessment", key), {"which": key, **changes})
    known = together.known(connection, "assessment", key)
    if isinstance(known, Assessment):
        together.learn(connection, "assessment", key, known._replace(**changes))


def delivered(connection: Connection, key: str, at: datetime) -> None:
    """A question of it has arrived; the first such moment is kept."""
    together.write(connection, _DELIVERED, ("delivered", key), {"which": key, "delivered_at": at})


def of_enrolment(
    connection: Connection, enrolment: EnrolmentId, statuses: Sequence[str] | None = None
) -> list[Assessment]:
    """A participant's assessments in order of opening."""
    wanted = select(*COLUMNS).where(assessment.c.enrolment_id == enrolment)
    if statuses is not None:
        wanted = wanted.where(assessment.c.status.in_(list(statuses)))
    return [
        assessment_of(row)
        for row in connection.execute(wanted.order_by(assessment.c.opens_at, assessment.c.id))
    ]


def missed_in_a_row(connection: Connection, enrolment: EnrolmentId, timepoint: str, most: int) -> int:
    """How many of the newest ended assessments of a timepoint were missed, without a break, up to `most`."""
    newest = (
        select(assessment.c.status)
        .where(
            assessment.c.enrolment_id == enrolment,
            assessment.c.timepoint == timepoint,
            assessment.c.status.not_in(("planned", "open", "outage", "paused")),
        )
        .order_by(assessment.c.day.desc(), assessment.c.opens_at.desc())
        .limit(most)
    )
    count = 0
    for row in connection.execute(newest):
        if row.status not in {"missed", "not_delivered"}:
            break
        count += 1
    return count


def next_due(connection: Connection) -> datetime | None:
    """When the next assessment wants something (to open, to remind, to close)."""
    return claims.next_due(connection, assessment)


COLUMNS = [assessment.c[name] for name in Assessment._fields]
_REMINDERS = [column.name for column in COLUMNS].index("reminders")

# Statements of the hot path are built once: building one anew costs several times what running it does.
_FIND = select(*COLUMNS).where(assessment.c.id == bindparam("key"))
_CHANGE = update(assessment).where(assessment.c.id == bindparam("which"))
_DELIVERED = _CHANGE.where(assessment.c.delivered_at.is_(None))


def assessment_of(row: Sequence[Any]) -> Assessment:
    """The record behind the `COLUMNS` of a row."""
    values = list(row)
    values[_REMINDERS] = tuple(datetime.fromisoformat(moment) for moment in values[_REMINDERS])
    return Assessment._make(values)


# ------------------------------------------------------------------------------ sessions


def add_session(
    connection: Connection, enrolment: EnrolmentId, state: Session, *, priority: int, opened_at: datetime
) -> None:
    """Begin a conversation."""
    together.write(
        connection, _ADD, ("session", state.assessment),
        {
            "assessment_id": state.assessment, "enrolment_id": enrolment, "state": state,
            "status": state.status, "priority": priority, "opened_at": opened_at, "revision": state.revision,
        },
    )  # fmt: skip
    together.learn(connection, "session", state.assessment, state)
    live, one = together.known(connection, "live", enrolment), find(connection, state.assessment)
    if live is not together.UNKNOWN and one is not None and one.respondent is None:
        live.append(Candidate(state, priority, opened_at, one.grace_until))


_ADD = insert(session)
_SAVE = update(session).where(session.c.assessment_id == bindparam("which"))


def close_session(connection: Connection, one: Session) -> None:
    """Whatever is still tapped or written in this conversation comes too late."""
    closed = replace(one, status="closed", asking=None, chosen=(), revision=one.revision + 1)
    save_session(connection, closed)


def save_session(connection: Connection, state: Session) -> None:
    """Keep where a conversation stands now."""
    key = state.assessment
    together.write(
        connection, _SAVE, ("session", key),
        {"which": key, "state": state, "status": state.status, "revision": state.revision},
    )  # fmt: skip
    together.learn(connection, "session", key, state)
    together.learn(connection, "session", ("status", key), state.status)


_STATUS = select(session.c.status).where(session.c.assessment_id == bindparam("key"))
_STATE = select(session.c.state).where(session.c.assessment_id == bindparam("key"))


def session_of(connection: Connection, key: str | None) -> Session | None:
    """The conversation of an assessment, if it was ever opened."""
    found = together.known(connection, "session", key)
    if found is together.UNKNOWN:
        found = together.ask_value(connection, _STATE, {"key": key})
        together.learn(connection, "session", key, found)
    one: Session | None = found
    return one


def session_status(connection: Connection, key: str | None) -> str | None:
    """How a conversation stands in a word, if it was ever opened."""
    found = together.known(connection, "session", ("status", key))
    if found is together.UNKNOWN:
        found = together.ask_value(connection, _STATUS, {"key": key})
    status: str | None = found
    return status


def live_sessions(connection: Connection, enrolment: EnrolmentId) -> list[Candidate]:
    """A participant's own conversations that still count, the oldest first."""
    known = together.known(connection, "live", enrolment)
    if known is together.UNKNOWN:
        return _live(connection, _OWN, enrolment)
    now = [(each, session_of(connection, each.session.assessment)) for each in known]
    return [
        each if state is each.session else replace(each, session=state)
        for each, state in now
        if state is not None and state.status != "closed"
    ]


def forms_about(connection: Connection, enrolment: EnrolmentId) -> list[Candidate]:
    """The forms that clinicians are filling in about a participant."""
    return _live(connection, _ABOUT, enrolment)


def forms_of(connection: Connection, respondent: str) -> list[Candidate]:
    """The forms that a clinician is filling in, about whomever."""
    return _live(connection, _HELD, respondent)


CLOSED: ColumnElement[str] = literal_column("'closed'")
"""Word for word as in the index, so that it serves."""
_LIVE = (
    select(session.c.state, session.c.priority, session.c.opened_at, assessment.c.grace_until)
    .join(assessment, assessment.c.id == session.c.assessment_id)
    .where(session.c.status != CLOSED)
    .order_by(session.c.opened_at, session.c.assessment_id)
)
_OWN = _LIVE.where(session.c.enrolment_id == bindparam("who"), assessment.c.respondent.is_(None))
_ABOUT = _LIVE.where(session.c.enrolment_id == bindparam("who"), assessment.c.respondent.is_not(None))
_HELD = _LIVE.where(assessment.c.respondent == bindparam("who"))


def _live(connection: Connection, wanted: Select[Any], who: str) -> list[Candidate]:
    rows = together.ask(connection, wanted, {"who": who})
    return [Candidate(row.state, row.priority, row.opened_at, row.grace_until) for row in rows]


def asking_sessions(connection: Connection) -> list[tuple[EnrolmentId, AssessmentId]]:
    """Every conversation that has a question open now, be it one whose answer is just being changed."""
    rows = connection.execute(
        select(session.c.enrolment_id, session.c.assessment_id, session.c.status, session.c.state)
        .where(session.c.status != CLOSED, session.c.status.in_(("asking", "finished")))
        .order_by(session.c.enrolment_id, session.c.assessment_id)
    )
    return [
        (EnrolmentId(row.enrolment_id), AssessmentId(row.assessment_id))
        for row in rows
        if row.state.asking is not None
    ]


# ------------------------------------------------------------------------------ responses and notes


_ADD_RESPONSE = insert(response)


def add_response(connection: Connection, **values: Any) -> str:
    """Add one answer in one revision; its id."""
    about = values["assessment_id"]
    key = derived_id("response", about, values["item"], str(values["revision"]), beside=about)
    together.write(connection, _ADD_RESPONSE, ("response", key), {"id": key, **values})
    who = values["enrolment_id"]
    alone = together.known(connection, "answered", who) in {together.UNKNOWN, about}
    together.learn(connection, "answered", who, about if alone else "several")
    return key


def last_answered(connection: Connection, assessment_id: str | None, item: str | None) -> datetime | None:
    """When the newest answer to an item was stored; None if there is none."""
    newest = select(func.max(response.c.stored_at)).where(
        response.c.assessment_id == assessment_id, response.c.item == item
    )
    return connection.execute(newest).scalar()


def answered_by(
    connection: Connection, enrolment: EnrolmentId, cause: str, since: datetime
) -> tuple[str, str] | None:
    """The assessment and item that a message (`cause`) answered since then, if it did."""
    row = connection.execute(
        select(response.c.assessment_id, response.c.item)
        .where(
            response.c.enrolment_id == enrolment,
            response.c.cause == cause,
            response.c.stored_at >= since,
            response.c.source != "system",  # what followed from the answer has the same cause
        )
        .order_by(response.c.stored_at.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.assessment_id, row.item)


def add_note(
    connection: Connection, *, enrolment: EnrolmentId, kind: str, words: str, received_at: datetime, cause: str,
    assessment_id: str | None = None, item: str | None = None,
) -> bool:  # fmt: skip
    """Keep something that is no answer and must not be lost. The same cause twice is one note; True for the first."""
    insert_into = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    key = derived_id("note", enrolment, cause, assessment_id or "", item or "", kind)
    added = (
        insert_into(note)
        .values(
            id=key, enrolment_id=enrolment, assessment_id=assessment_id, item=item, kind=kind, words=words,
            received_at=received_at, cause=cause,
        )
        .on_conflict_do_nothing()
        .returning(note.c.id)
    )  # fmt: skip
    return connection.execute(added).first() is not None
