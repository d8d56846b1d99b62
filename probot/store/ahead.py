"""Which assessments stand ahead? Rows that are made before they are due, and moved or taken away with the plan.

The rule: what was opened stays as it was; only what nobody has been asked yet follows the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from probot.schedule.model import Planned
from probot.store import together
from probot.store.tables import assessment
from probot.values import AssessmentId, EnrolmentId


def expect(connection: Connection, enrolment: EnrolmentId, planned: Iterable[Planned]) -> None:
    """Make the planned assessments rows; those known and not opened yet get their new times."""
    for one in planned:
        together.write(
            connection, _EXPECT[connection.dialect.name], ("assessment", one.id),
            {
                "id": one.id, "enrolment_id": enrolment, "timepoint": one.timepoint, "day": one.day,
                "status": "planned", "opens_at": one.opens_at, "target_at": one.target_at,
                "closes_at": one.closes_at, "grace_until": one.grace_until,
                "late_start_until": one.late_start_until,
                "reminders": [moment.isoformat() for moment in one.reminders], "next_at": one.opens_at,
                "day_of_phase": one.day_of_phase,
            },
        )  # fmt: skip
    together.forget(connection, "assessment")


_TIMES = (
    "opens_at",
    "target_at",
    "closes_at",
    "grace_until",
    "late_start_until",
    "reminders",
    "next_at",
    "day_of_phase",
)


def _expecting(insert_into: Any) -> Insert:
    new = insert_into(assessment)
    changed: Insert = new.on_conflict_do_update(
        index_elements=["id"],
        set_={name: new.excluded[name] for name in _TIMES},
        where=assessment.c.status == literal_column("'planned'"),
    )
    return changed


_EXPECT = {"sqlite": _expecting(sqlite_insert), "postgresql": _expecting(postgresql_insert)}


def forget_planned(
    connection: Connection, enrolment: EnrolmentId, keep: Iterable[AssessmentId], start: datetime
) -> list[AssessmentId]:
    """Take away rows that open at `start` or later, were never opened, and are in the plan no more; their ids."""
    stale = select(assessment.c.id).where(
        assessment.c.enrolment_id == enrolment,
        assessment.c.status == "planned",
        assessment.c.opens_at >= start,
        assessment.c.occurrence == "",
        assessment.c.id.not_in(list(keep)),
    )
    ids = [AssessmentId(row.id) for row in connection.execute(stale)]
    if ids:
        connection.execute(delete(assessment).where(assessment.c.id.in_(ids)))
    return ids
