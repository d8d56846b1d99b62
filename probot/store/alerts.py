"""Which alerts are there, and what happened to each of them?

The rule: at most one alert of a concept is open for a participant; its events are only ever added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from probot.alerts.model import Alert
from probot.store import claims
from probot.store.saved import (
    entry_from_json,
    entry_to_json,
    evidence_from_json,
    evidence_to_json,
    ladder_from_json,
    ladder_to_json,
)
from probot.store.tables import alert, alert_event
from probot.values import AlertId, EnrolmentId


def add(connection: Connection, one: Alert) -> None:
    """Keep a new alert with its history so far."""
    connection.execute(insert(alert).values(id=one.id, **_columns(one)))
    _add_history(connection, one, 0)


def save(connection: Connection, before: Alert, one: Alert) -> None:
    """Keep how an alert stands now; what its history has gained since `before` is added.

    What is due next is due afresh, so the attempts of the claim are forgotten.
    """
    connection.execute(update(alert).where(alert.c.id == one.id).values(**_columns(one), attempts=0))
    _add_history(connection, one, len(before.history))


def find(connection: Connection, key: str | None) -> Alert | None:
    """The alert of that id; under none there is none."""
    return _one(connection, alert.c.id == key)


def open_of(connection: Connection, enrolment: EnrolmentId, concept: str) -> Alert | None:
    """The participant's alert of a concept that is not closed, if any."""
    return _one(
        connection, alert.c.enrolment_id == enrolment, alert.c.concept == concept, alert.c.state != "closed"
    )


def standing(connection: Connection, enrolment: EnrolmentId | None = None) -> list[Alert]:
    """All alerts that are not closed, of everybody or of one participant, the oldest first."""
    wanted = select(alert).where(alert.c.state != "closed")
    if enrolment is not None:
        wanted = wanted.where(alert.c.enrolment_id == enrolment)
    rows = connection.execute(wanted.order_by(alert.c.raised_at, alert.c.id)).all()
    return [_alert(connection, row) for row in rows]


def next_due(connection: Connection) -> datetime | None:
    """When the next alert climbs."""
    return claims.next_due(connection, alert)


def _one(connection: Connection, *which: Any) -> Alert | None:
    row = connection.execute(select(alert).where(*which)).first()
    return None if row is None else _alert(connection, row)


def _add_history(connection: Connection, one: Alert, known: int) -> None:
    for number, entry in enumerate(one.history[known:], start=known):
        connection.execute(
            insert(alert_event).values(alert_id=one.id, number=number, entry=entry_to_json(entry))
        )


def _columns(one: Alert) -> dict[str, Any]:
    return {
        "enrolment_id": one.enrolment, "concept": one.concept, "rule": one.rule, "tier": one.tier,
        "state": one.state, "raised_at": one.raised_at, "study_hash": one.study,
        "ladder": ladder_to_json(one.ladder), "rung": one.rung, "next_at": one.next_at,
        "evidence": evidence_to_json(one.evidence), "hits": one.hits, "peak": one.peak,
        "last_hit_at": one.last_hit_at, "notified_at": one.notified_at, "acknowledged_by": one.acknowledged_by,
        "acknowledged_at": one.acknowledged_at, "closed_by": one.closed_by, "closed_at": one.closed_at,
        "told": list(one.told), "taken_at": one.taken_at, "assigned_to": one.assigned_to, "action": one.action,
        "action_reason": one.action_reason, "wish": one.wish,
    }  # fmt: skip


def _alert(connection: Connection, row: Row[Any]) -> Alert:
    events = connection.execute(
        select(alert_event.c.entry).where(alert_event.c.alert_id == row.id).order_by(alert_event.c.number)
    )
    return Alert(
        id=AlertId(row.id), enrolment=EnrolmentId(row.enrolment_id), concept=row.concept, rule=row.rule,
        tier=row.tier, state=row.state, raised_at=row.raised_at, study=row.study_hash,
        ladder=ladder_from_json(row.ladder), rung=row.rung, next_at=row.next_at,
        evidence=evidence_from_json(row.evidence), hits=row.hits, peak=row.peak, last_hit_at=row.last_hit_at,
        notified_at=row.notified_at, acknowledged_by=row.acknowledged_by, acknowledged_at=row.acknowledged_at,
        closed_by=row.closed_by, closed_at=row.closed_at, told=tuple(row.told),
        taken_at=row.taken_at, assigned_to=row.assigned_to, action=row.action, action_reason=row.action_reason,
        wish=row.wish,
        history=tuple(entry_from_json(event.entry) for event in events),
    )  # fmt: skip
