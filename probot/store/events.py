"""Which dated events were recorded for a participant?

The rule: a record that was taken back stays, with who did it and why; it only counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from probot.store.tables_outcomes import study_event
from probot.values import EnrolmentId


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something that happened on a day. `void_at`: when it was taken back."""

    id: str
    enrolment: EnrolmentId
    event: str
    day: date
    recorded_at: datetime
    recorded_by: str
    void_at: datetime | None = None
    void_by: str | None = None
    void_reason: str | None = None


def add(connection: Connection, one: Recorded) -> None:
    """Keep it."""
    connection.execute(
        insert(study_event).values(
            id=one.id, enrolment_id=one.enrolment, event=one.event, day=one.day, recorded_at=one.recorded_at,
            recorded_by=one.recorded_by,
        )
    )  # fmt: skip


def take_back(connection: Connection, key: str, *, by: str, at: datetime, reason: str) -> None:
    """It does not count any more."""
    connection.execute(
        update(study_event).where(study_event.c.id == key).values(void_at=at, void_by=by, void_reason=reason)
    )


def find(connection: Connection, key: str) -> Recorded | None:
    """The record of that id."""
    return next(iter(_read(connection, study_event.c.id == key)), None)


def of(connection: Connection, enrolment: EnrolmentId) -> list[Recorded]:
    """Everything that counts for a participant, the earliest first."""
    return _read(connection, study_event.c.enrolment_id == enrolment, study_event.c.void_at.is_(None))


def _read(connection: Connection, *which: object) -> list[Recorded]:
    wanted = select(study_event).where(*which)  # type: ignore[arg-type]  # conditions, whatever they compare
    rows = connection.execute(wanted.order_by(study_event.c.day, study_event.c.recorded_at, study_event.c.id))
    return [
        Recorded(
            row.id, EnrolmentId(row.enrolment_id), row.event, row.day, row.recorded_at, row.recorded_by, row.void_at,
            row.void_by, row.void_reason,
        )
        for row in rows
    ]  # fmt: skip
