"""What have other senders sent lately, and whom do they leave alone?

The rule: read and written in the transaction that claims, under a lock that senders hold one at a time; so two never
find the same room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, or_, select

from probot.store.tables_sending import sending_log

Kind = Literal["sent", "group", "edit", "arrived", "rest", "rest all", "tried"]
KEPT = timedelta(minutes=2)
"""How long what was sent counts, with something to spare: a group's limit is one of a minute."""
ONE_AT_A_TIME = 7_026_210_303
"""The number of PostgreSQL's advisory lock under which senders claim."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A message that left (sent, to a group, an edit) or arrived, a rest with its end, or a try in spite of one."""

    kind: Kind
    recipient: str
    at: datetime
    until: datetime | None = None


def alone(connection: Connection) -> None:
    """Be the only sender that claims, until the end of this transaction."""
    connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))


def since(connection: Connection, seen: int, process: str) -> tuple[int, list[Happened]]:
    """What happened in other processes after the row `seen`; and the newest row there is."""
    rows = connection.execute(
        select(sending_log).where(sending_log.c.seq > seen).order_by(sending_log.c.seq)
    ).all()
    others = [Happened(row.kind, row.recipient, row.at, row.until) for row in rows if row.process != process]
    return (rows[-1].seq if rows else seen), others


def tell(connection: Connection, process: str, news: Sequence[Happened]) -> None:
    """Let the others know."""
    if news:
        rows = [
            {
                "process": process,
                "kind": one.kind,
                "recipient": one.recipient,
                "at": one.at,
                "until": one.until,
            }
            for one in news
        ]
        connection.execute(insert(sending_log), rows)


def forget(connection: Connection, now: datetime) -> None:
    """Remove what no longer counts."""
    over = or_(sending_log.c.until.is_(None), sending_log.c.until < now)
    connection.execute(delete(sending_log).where(sending_log.c.at < now - KEPT, over))
