"""At which hours does probot say something by itself, and when next?

The rule: one row for each kind, with the one moment it is due at; however long nobody looked, it is due once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from probot.store.tables_views import appointment


@dataclass(frozen=True, slots=True)
class Appointment:
    """One of them, as it was read."""

    id: str
    hours: str
    kept_at: datetime | None
    next_at: datetime | None


def find(connection: Connection, key: str) -> Appointment | None:
    """The appointment of that id."""
    row = connection.execute(
        select(appointment.c.id, appointment.c.hours, appointment.c.kept_at, appointment.c.next_at).where(
            appointment.c.id == key
        )
    ).first()
    return None if row is None else Appointment(row.id, row.hours, row.kept_at, row.next_at)


def arrange(connection: Connection, key: str, hours: str, next_at: datetime) -> None:
    """Have it due at `next_at`; the same hours again change nothing."""
    known = find(connection, key)
    if known is None:
        connection.execute(insert(appointment).values(id=key, hours=hours, next_at=next_at))
    elif known.hours != hours:
        changed = update(appointment).where(appointment.c.id == key)
        connection.execute(changed.values(hours=hours, next_at=next_at, attempts=0))


def cancel(connection: Connection, key: str) -> None:
    """It is wanted no more."""
    connection.execute(delete(appointment).where(appointment.c.id == key))


def next_due(connection: Connection) -> datetime | None:
    """When the next one is due."""
    return connection.execute(select(func.min(appointment.c.next_at))).scalar()
