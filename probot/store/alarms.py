"""Which alarms are there? Read and kept as values.

The rule: of one trouble at most one alarm stands; a test is one of its path and its day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from probot.alerts.alarm import Alarm
from probot.store.saved import ladder_from_json, ladder_to_json
from probot.store.tables import outbox
from probot.store.tables_alarms import alarm

LASTING = ("open", "taken")


def add(connection: Connection, one: Alarm) -> bool:
    """Keep a new alarm. False if it is known already."""
    if find(connection, one.id) is not None:
        return False
    connection.execute(insert(alarm).values(id=one.id, **_columns(one)))
    return True


def save(connection: Connection, one: Alarm) -> None:
    """Keep how an alarm stands now; what is due next is due afresh."""
    connection.execute(update(alarm).where(alarm.c.id == one.id).values(**_columns(one), attempts=0))


def find(connection: Connection, key: str, *, lock: bool = False) -> Alarm | None:
    """The alarm of that id; `lock`: nobody else changes it until the commit."""
    wanted = select(alarm).where(alarm.c.id == key)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else _alarm(row)


def standing(connection: Connection, kind: str) -> list[Alarm]:
    """What has not ended, the oldest first."""
    wanted = select(alarm).where(alarm.c.kind == kind, alarm.c.state.in_(LASTING))
    return [_alarm(row) for row in connection.execute(wanted.order_by(alarm.c.raised_at, alarm.c.id))]


def planned(connection: Connection) -> list[Alarm]:
    """The tests that are to come."""
    return [_alarm(row) for row in connection.execute(select(alarm).where(alarm.c.state == "planned"))]


def open_test_of(connection: Connection, number: str) -> Alarm | None:
    """The newest unanswered test with that number."""
    wanted = select(alarm).where(alarm.c.kind == "test", alarm.c.number == number, alarm.c.state.in_(LASTING))
    row = connection.execute(wanted.order_by(alarm.c.raised_at.desc()).limit(1)).first()
    return None if row is None else _alarm(row)


def last_test(connection: Connection, about: str) -> Alarm | None:
    """The newest test of a path that has been sent."""
    wanted = select(alarm).where(alarm.c.kind == "test", alarm.c.about == about, alarm.c.state != "planned")
    row = connection.execute(wanted.order_by(alarm.c.raised_at.desc()).limit(1)).first()
    return None if row is None else _alarm(row)


def next_due(connection: Connection) -> datetime | None:
    """When the next alarm is due."""
    return connection.execute(select(func.min(alarm.c.next_at))).scalar()


def _about(key: str) -> Any:
    return outbox.c.item.in_((f"test:{key}", f"trouble:{key}"))


def cancel_calls(connection: Connection, key: str, fault: str) -> None:
    """Drop what still waits to call people to an alarm."""
    waiting = update(outbox).where(_about(key), outbox.c.state == "waiting", outbox.c.kind == "post")
    connection.execute(waiting.values(state="dropped", fault=fault))


def posts(connection: Connection, key: str) -> list[tuple[str, str]]:
    """The messages in chats that showed an alarm: recipient and message id."""
    shown = select(outbox.c.recipient, outbox.c.id).where(
        _about(key), outbox.c.kind == "post", outbox.c.state == "sent", outbox.c.number.is_not(None)
    )
    return [(row.recipient, row.id) for row in connection.execute(shown.order_by(outbox.c.seq))]


def _columns(one: Alarm) -> dict[str, Any]:
    return {
        "kind": one.kind, "about": one.about, "number": one.number, "tier": one.tier, "state": one.state,
        "raised_at": one.raised_at, "ladder": ladder_to_json(one.ladder), "rung": one.rung, "next_at": one.next_at,
        "told": list(one.told), "notified_at": one.notified_at, "taken_by": one.taken_by, "taken_at": one.taken_at,
    }  # fmt: skip


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id, kind=row.kind, about=row.about, number=row.number, tier=row.tier, state=row.state,
        raised_at=row.raised_at, ladder=ladder_from_json(row.ladder), rung=row.rung, next_at=row.next_at,
        told=tuple(row.told), notified_at=row.notified_at, taken_by=row.taken_by, taken_at=row.taken_at,
    )  # fmt: skip
