"""What does the care team look at? Questions over many rows that change nothing.

The rule: only reads, and only coded data; what is shown to whom is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, or_, select

from probot.store.saved import entry_from_json
from probot.store.tables import alert, alert_event, assessment, enrolment
from probot.study.model import Tier
from probot.values import EnrolmentId

MET = frozenset({"raised", "hit", "reopened"})
"""What happens to an alert when a rule of its concept is met."""


def raised_since(connection: Connection, whose: EnrolmentId, since: datetime) -> list[tuple[datetime, Tier]]:
    """When rules were met since then, the first time and again, and with which tier; oldest first."""
    rows = connection.execute(
        select(alert_event.c.entry)
        .join(alert, alert.c.id == alert_event.c.alert_id)
        .where(alert.c.enrolment_id == whose, alert.c.last_hit_at >= since)
        .order_by(alert.c.raised_at, alert.c.id, alert_event.c.number)
    )
    entries = [entry_from_json(row.entry) for row in rows]
    return [
        (one.at, one.tier) for one in entries if one.deed in MET and one.tier is not None and one.at >= since
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One assessment of a participant, as a list needs it."""

    enrolment: EnrolmentId
    code: str
    enrolled: str
    """The enrolment's status."""
    zone: str
    timepoint: str
    day: date
    status: str
    late: bool
    reminded: int
    opens_at: datetime
    closes_at: datetime
    prompted_at: datetime | None


_ROWS = (
    select(
        enrolment.c.id.label("enrolment"), enrolment.c.code, enrolment.c.status.label("enrolled"), enrolment.c.zone,
        assessment.c.timepoint, assessment.c.day, assessment.c.status, assessment.c.late, assessment.c.reminded,
        assessment.c.opens_at, assessment.c.closes_at, assessment.c.prompted_at,
    )
    .join(enrolment, enrolment.c.id == assessment.c.enrolment_id)
    .where(assessment.c.occurrence == "", assessment.c.respondent.is_(None))
    .order_by(enrolment.c.code, assessment.c.opens_at, assessment.c.id)
)  # fmt: skip


def planned_between(connection: Connection, first: date, last: date) -> list[Row]:
    """Every planned assessment of those days (local days of its participant), by code, the oldest first."""
    wanted = _ROWS.where(assessment.c.day.between(first, last))
    return [Row(**row._mapping) for row in connection.execute(wanted)]  # noqa: SLF001


def answered_counts(connection: Connection) -> list[tuple[str, str, str, bool, int]]:
    """Code, status of the enrolment, status of the assessment, whether late: how many planned assessments."""
    by = (enrolment.c.code, enrolment.c.status, assessment.c.status, assessment.c.late)
    rows = connection.execute(
        select(*by, func.count())
        .select_from(assessment.join(enrolment, enrolment.c.id == assessment.c.enrolment_id))
        .where(assessment.c.occurrence == "", assessment.c.respondent.is_(None))
        .group_by(*by)
        .order_by(enrolment.c.code)
    )
    return [(row[0], row[1], row[2], bool(row[3]), int(row[4])) for row in rows]


def forms_entered(connection: Connection, since: date) -> set[tuple[EnrolmentId, str, date]]:
    """Which clinicians' forms were begun and not left empty since then: about whom, which, on which day."""
    rows = connection.execute(
        select(assessment.c.enrolment_id, assessment.c.timepoint, assessment.c.day).where(
            assessment.c.respondent.is_not(None),
            assessment.c.day >= since,
            assessment.c.first_answer_at.is_not(None),
        )
    )
    return {(EnrolmentId(row[0]), row[1], row[2]) for row in rows}


def deeds_since(
    connection: Connection, since: datetime, hidden: Collection[str] = ()
) -> tuple[int, int, int]:
    """How many alerts were raised, taken and closed since then, those of participants with hidden codes left out."""
    others = select(enrolment.c.id).where(enrolment.c.code.in_(hidden))
    seen = (alert.c.enrolment_id.not_in(others),) if hidden else ()
    counted = [
        connection.execute(select(func.count()).where(column >= since, *seen)).scalar_one()
        for column in (alert.c.raised_at, alert.c.acknowledged_at, alert.c.closed_at)
    ]
    return int(counted[0]), int(counted[1]), int(counted[2])


def changed_since(connection: Connection, since: datetime) -> list[tuple[str, str, str, datetime | None]]:
    """Who has paused, withdrawn or completed since then: code, status, zone, and the end of a pause."""
    rows = connection.execute(
        select(enrolment.c.code, enrolment.c.status, enrolment.c.zone, enrolment.c.paused_until)
        .where(
            or_(
                and_(enrolment.c.status == "paused", enrolment.c.paused_from >= since),
                and_(enrolment.c.status.in_(("withdrawn", "completed")), enrolment.c.ended_at >= since),
            )
        )
        .order_by(enrolment.c.code)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
