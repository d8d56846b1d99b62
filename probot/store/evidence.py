"""What does the endpoint rest on? The newest revision of each answer to certain items, with the day it is about.

The rule: answers are only read here; what follows from them is worked out elsewhere, every time anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from probot.store.saved import value_from_json
from probot.store.tables import assessment, response
from probot.store.tables_outcomes import endpoint_seen
from probot.values import EnrolmentId, Value


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it stands: the item, its value, the day of its assessment, and which assessment."""

    item: str
    value: Value
    day: date
    assessment: str


def answers(connection: Connection, enrolment: EnrolmentId, items: Collection[str]) -> list[Answered]:
    """The participant's newest answers to these items, one for each assessment, in a stable order."""
    newest = (
        select(response.c.assessment_id, response.c.item, func.max(response.c.revision).label("newest"))
        .where(response.c.enrolment_id == enrolment, response.c.item.in_(sorted(items)))
        .group_by(response.c.assessment_id, response.c.item)
        .subquery()
    )
    rows = connection.execute(
        select(response.c.item, response.c.value, response.c.assessment_id, assessment.c.day)
        .join(
            newest, (newest.c.assessment_id == response.c.assessment_id) & (newest.c.item == response.c.item)
        )
        .join(assessment, assessment.c.id == response.c.assessment_id)
        .where(response.c.revision == newest.c.newest, response.c.value.is_not(None))
        .order_by(assessment.c.day, response.c.assessment_id, response.c.item)
    )
    found = ((row, value_from_json(row.value)) for row in rows)
    return [
        Answered(row.item, value, row.day, row.assessment_id) for row, value in found if value is not None
    ]


def last_seen(connection: Connection, enrolment: EnrolmentId) -> Any:
    """How the endpoint stood when it was last worked out for the trail; None: never."""
    wanted = select(endpoint_seen.c.state).where(endpoint_seen.c.enrolment_id == enrolment)
    return connection.execute(wanted).scalar()


def see(connection: Connection, enrolment: EnrolmentId, state: Any, at: datetime) -> None:
    """Remember how it stands, so that the next change is noticed. The result itself is never read from here."""
    changed = connection.execute(
        update(endpoint_seen).where(endpoint_seen.c.enrolment_id == enrolment).values(state=state, at=at)
    )
    if not changed.rowcount:
        connection.execute(insert(endpoint_seen).values(enrolment_id=enrolment, state=state, at=at))
