"""Is anything due, of whichever kind? One statement for all of them, because mostly nothing is.

The rule: it may say that something is due which somebody else has in hand, and never that nothing is when there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Exists, Table, bindparam, exists, or_, select

from probot.store.asked import SENDING, WAITING
from probot.store.inbox import NEW
from probot.store.people import LIVING, PAUSED
from probot.store.tables import alert, assessment, enrolment, inbox, outbox
from probot.store.tables_alarms import alarm
from probot.store.tables_outcomes import adverse_event
from probot.store.tables_views import appointment
from probot.store.together import ask_first, ask_value


@dataclass(frozen=True, slots=True)
class Due:
    """Which kinds of rows want something now."""

    hours: bool
    alerts: bool
    alarms: bool
    adverse: bool
    assessments: bool
    pauses: bool
    plans: bool


def _has_come(table: Table) -> Exists:
    return exists(table.c.id).where(table.c.next_at <= bindparam("now", type_=_INSTANT))


_INSTANT = assessment.c.next_at.type
_KINDS: dict[str, Exists] = {
    "hours": _has_come(appointment),
    "alerts": _has_come(alert),
    "alarms": _has_come(alarm),
    "adverse": _has_come(adverse_event),
    "assessments": _has_come(assessment),
    "pauses": exists(enrolment.c.id).where(
        PAUSED, enrolment.c.paused_until <= bindparam("now", type_=_INSTANT)
    ),
    "plans": exists(enrolment.c.id).where(
        LIVING, enrolment.c.planned_until < bindparam("far_enough", type_=_INSTANT)
    ),
}
_DUE = select(*(found.label(kind) for kind, found in _KINDS.items()))


_IS_LEFT = select(
    or_(
        *_KINDS.values(),
        exists(inbox.c.seq).where(inbox.c.state == NEW),
        exists(outbox.c.seq).where(
            outbox.c.state == WAITING, outbox.c.not_before <= bindparam("now", type_=_INSTANT)
        ),
        exists(outbox.c.seq).where(outbox.c.state == SENDING),
    )
)


def is_left(connection: Connection, now: datetime, far_enough: datetime) -> bool:
    """Whether anything is due, has arrived, or is to be sent, whoever has it in hand."""
    return bool(ask_value(connection, _IS_LEFT, {"now": now, "far_enough": far_enough}))


def what_is_due(connection: Connection, now: datetime, far_enough: datetime) -> Due:
    """Which kinds want something at `now`. `far_enough`: up to when everybody's plan must stand."""
    row = ask_first(connection, _DUE, {"now": now, "far_enough": far_enough})
    return Due(*(bool(found) for found in row))
