"""What is alive, since when was nothing heard, and who holds which lease?

The rule: being alive is a row that says when something last really happened, never that a process exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from probot.store.tables import lease, outage, pulse
from probot.store.together import ask_first, change
from probot.values import derived_id


def beat(connection: Connection, name: str, at: datetime, detail: Any = None) -> None:
    """Note that `name` happened at `at`; `detail` is any JSON value and replaces the former one."""
    if not change(connection, _BEAT, {"which": name, "at": at, "detail": detail}):
        connection.execute(insert(pulse).values(name=name, at=at, detail=detail))


_BEAT = update(pulse).where(pulse.c.name == bindparam("which"))


def last(connection: Connection, name: str, *, lock: bool = False) -> tuple[datetime, Any] | None:
    """When `name` last happened, and its detail; `lock`: one at a time may ask so until its commit."""
    row = ask_first(connection, _LAST_LOCKED if lock else _LAST, {"which": name})
    return None if row is None else (row.at, row.detail)


def lately(connection: Connection, name: str, now: datetime, within: timedelta) -> bool:
    """Whether `name` last happened so shortly before now; not if it was put down for an hour that is yet to come."""
    found = last(connection, name)
    return found is not None and timedelta() <= now - found[0] < within


# Apart: no row of these tables is ever gathered, so nothing has to be written before they are looked at.
_LAST = (
    select(pulse.c.at, pulse.c.detail).where(pulse.c.name == bindparam("which")).execution_options(apart=True)
)
_LAST_LOCKED = _LAST.with_for_update()
_OUT = (
    select(outage.c.id)
    .where(outage.c.began_at < bindparam("until"), outage.c.ended_at > bindparam("since"))
    .limit(1)
    .execution_options(apart=True)
)


def note_outage(connection: Connection, *, began_at: datetime, ended_at: datetime, kind: str) -> None:
    """Keep an interval in which probot was blind, deaf or down."""
    key = derived_id("outage", kind, began_at.isoformat())
    if connection.execute(select(outage.c.id).where(outage.c.id == key)).first() is None:
        connection.execute(insert(outage).values(id=key, began_at=began_at, ended_at=ended_at, kind=kind))


def was_out(connection: Connection, start: datetime, end: datetime) -> bool:
    """Whether any outage overlaps the interval."""
    return ask_first(connection, _OUT, {"since": start, "until": end}) is not None


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds which lease, by which token, and until when unless it is renewed."""

    name: str
    holder: str
    token: str
    until: datetime


def lease_of(connection: Connection, name: str) -> Held | None:
    """Who holds the lease `name`, whether it has run out or not."""
    row = connection.execute(
        select(lease.c.holder, lease.c.token, lease.c.until).where(lease.c.name == name)
    ).first()
    return None if row is None else Held(name, row.holder, row.token, row.until)


def leases(connection: Connection, beginning: str) -> list[Held]:
    """All leases whose names begin so."""
    rows = connection.execute(select(lease).where(lease.c.name.startswith(beginning, autoescape=True)))
    return [Held(row.name, row.holder, row.token, row.until) for row in rows]


def take_lease(
    connection: Connection, name: str, holder: str, token: str, now: datetime, life: timedelta
) -> str | None:
    """Take or renew the lease `name`. None if it is ours now, else who holds it."""
    ours = connection.execute(
        update(lease)
        .where(lease.c.name == name, or_(lease.c.token == token, lease.c.until < now))
        .values(holder=holder, token=token, until=now + life)
    )
    if ours.rowcount:
        return None
    held = connection.execute(select(lease.c.holder).where(lease.c.name == name)).scalar()
    if held is not None:
        return str(held)
    connection.execute(insert(lease).values(name=name, holder=holder, token=token, until=now + life))
    return None


def drop_lease(connection: Connection, name: str, token: str) -> None:
    """Give a lease back, if it is ours."""
    connection.execute(delete(lease).where(lease.c.name == name, lease.c.token == token))
