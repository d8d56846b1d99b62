"""Which adverse events are there, what was judged of them, and what was done?

The rule: versions and deeds are only ever added; how an event stands follows the newest of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from probot.outcomes.adverse import AdverseEvent, Entry, Version
from probot.store.saved import ladder_from_json, ladder_to_json, value_from_json
from probot.store.tables import outbox
from probot.store.tables_outcomes import adverse_deed, adverse_event, adverse_form, adverse_version
from probot.values import EnrolmentId, StaffId, Value


def add(connection: Connection, one: AdverseEvent) -> None:
    """Keep a new event with its history so far."""
    connection.execute(insert(adverse_event).values(id=one.id, **_columns(one)))
    _add_history(connection, one, 0, 0)


def save(connection: Connection, before: AdverseEvent, one: AdverseEvent) -> None:
    """Keep how an event stands now; what it has gained since `before` is added."""
    connection.execute(
        update(adverse_event).where(adverse_event.c.id == one.id).values(**_columns(one), attempts=0)
    )
    _add_history(connection, one, len(before.versions), len(before.history))


def find(connection: Connection, key: str) -> AdverseEvent | None:
    """The event of that id."""
    row = connection.execute(select(adverse_event).where(adverse_event.c.id == key)).first()
    return None if row is None else _event(connection, row)


def of_alert(connection: Connection, alert: str) -> AdverseEvent | None:
    """The newest event that was noted from an alert."""
    wanted = select(adverse_event).where(adverse_event.c.alert_id == alert)
    row = connection.execute(wanted.order_by(adverse_event.c.number.desc())).first()
    return None if row is None else _event(connection, row)


def begin_form(connection: Connection, one: AdverseEvent, assessment: str) -> None:
    """A form about the event has been begun."""
    connection.execute(insert(adverse_form).values(assessment_id=assessment, adverse_id=one.id))


def of_form(connection: Connection, assessment: str) -> AdverseEvent | None:
    """The event that a form is about."""
    wanted = select(adverse_form.c.adverse_id).where(adverse_form.c.assessment_id == assessment)
    key = connection.execute(wanted).scalar()
    return None if key is None else find(connection, key)


def forms_of(connection: Connection, one: AdverseEvent) -> list[str]:
    """The assessments of all forms that were begun about the event."""
    wanted = select(adverse_form.c.assessment_id).where(adverse_form.c.adverse_id == one.id)
    return [row.assessment_id for row in connection.execute(wanted.order_by(adverse_form.c.assessment_id))]


def all_of(connection: Connection, enrolment: EnrolmentId | None = None) -> list[AdverseEvent]:
    """All events, of everybody or of one participant, in the order of their noting."""
    wanted = select(adverse_event).order_by(adverse_event.c.noted_at, adverse_event.c.id)
    if enrolment is not None:
        wanted = wanted.where(adverse_event.c.enrolment_id == enrolment)
    return [_event(connection, row) for row in connection.execute(wanted).all()]


def next_number(connection: Connection, enrolment: EnrolmentId) -> int:
    """The number that the participant's next event gets."""
    counted = select(func.max(adverse_event.c.number)).where(adverse_event.c.enrolment_id == enrolment)
    return int(connection.execute(counted).scalar() or 0) + 1


def next_due(connection: Connection) -> datetime | None:
    """When the next reminder is due."""
    return connection.execute(select(func.min(adverse_event.c.next_at))).scalar()


def cards(connection: Connection, recipient: str, mark: str) -> list[tuple[str, int]]:
    """The messages in somebody's chat that show an event: id in the outbox, and number in the chat."""
    shown = select(outbox.c.id, outbox.c.number).where(
        outbox.c.recipient == recipient, outbox.c.item == mark, outbox.c.assessment_id.is_(None),
        outbox.c.kind == "post", outbox.c.state == "sent", outbox.c.number.is_not(None),
    )  # fmt: skip
    return [(row.id, row.number) for row in connection.execute(shown.order_by(outbox.c.seq))]


def overdue(connection: Connection, before: datetime) -> int:
    """How many reminders should have come before that moment and have not."""
    late = select(func.count()).select_from(adverse_event).where(adverse_event.c.next_at < before)
    return int(connection.execute(late).scalar_one())


def _add_history(connection: Connection, one: AdverseEvent, versions: int, deeds: int) -> None:
    for version in one.versions[versions:]:
        answers = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in version.answers.items()
        }
        connection.execute(
            insert(adverse_version).values(
                adverse_id=one.id, number=version.number, answers=answers, by=version.by, at=version.at,
                reason=version.reason, assessment_id=version.assessment, study_hash=version.study,
            )
        )  # fmt: skip
    for number, entry in enumerate(one.history[deeds:], start=deeds):
        connection.execute(
            insert(adverse_deed).values(
                adverse_id=one.id, number=number, deed=entry.deed, at=entry.at, by=entry.by, detail=entry.detail,
                version=entry.version,
            )
        )  # fmt: skip


def _columns(one: AdverseEvent) -> dict[str, Any]:
    return {
        "enrolment_id": one.enrolment, "number": one.number, "state": one.state, "noted_at": one.noted_at,
        "known_at": one.known_at, "aware_at": one.aware_at, "alert_id": one.alert, "signed": one.signed,
        "signed_by": one.signed_by, "signed_at": one.signed_at, "reported_at": one.reported_at,
        "reported_by": one.reported_by, "ladder": ladder_to_json(one.ladder), "rung": one.rung,
        "next_at": one.next_at, "told": list(one.told), "notified_at": one.notified_at,
    }  # fmt: skip


def _event(connection: Connection, row: Row[Any]) -> AdverseEvent:
    versions = connection.execute(
        select(adverse_version)
        .where(adverse_version.c.adverse_id == row.id)
        .order_by(adverse_version.c.number)
    )
    deeds = connection.execute(
        select(adverse_deed).where(adverse_deed.c.adverse_id == row.id).order_by(adverse_deed.c.number)
    )
    return AdverseEvent(
        id=row.id, enrolment=EnrolmentId(row.enrolment_id), number=row.number, state=row.state,
        noted_at=row.noted_at, known_at=row.known_at, aware_at=row.aware_at, alert=row.alert_id,
        versions=tuple(_version(each) for each in versions), signed=row.signed, signed_by=row.signed_by,
        signed_at=row.signed_at, reported_at=row.reported_at, reported_by=row.reported_by,
        ladder=ladder_from_json(row.ladder), rung=row.rung, next_at=row.next_at, told=tuple(row.told),
        notified_at=row.notified_at,
        history=tuple(Entry(each.deed, each.at, StaffId(each.by), each.detail, each.version) for each in deeds),
    )  # fmt: skip


def _version(row: Row[Any]) -> Version:
    answers: dict[str, Value] = {}
    for name, stored in row.answers.items():
        value = value_from_json(stored)
        if value is not None:
            answers[name] = value
    return Version(
        row.number, answers, StaffId(row.by), row.at, row.reason, row.assessment_id, row.study_hash
    )
