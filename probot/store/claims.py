"""Who works on a due row? Whoever holds its claim: an attempt counted, a deadline, and a token.

The rule: claiming is a small commit of its own, so a row that kills the process is counted all the same; the
work's commit checks the token, so a worker that slept past its claim cannot write.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    func,
    or_,
    select,
    update,
)

from probot.store import together
from probot.store.among import among
from probot.store.tables import alert, assessment, inbox, outbox
from probot.store.tables_alarms import alarm
from probot.store.tables_outcomes import adverse_event
from probot.store.tables_views import appointment

DUE = (assessment, alert, appointment, alarm, adverse_event)
"""All tables of due rows."""
LIFE = timedelta(seconds=60)
"""How long a claim holds. Work takes milliseconds; a minute means its holder is gone."""
SKEW = timedelta(minutes=5)
"""How far clocks of two processes may be apart."""
TRIES = 5
"""Attempts before a row counts as parked: visible, told to the operator, and out of the way of the others."""
ONCE_MORE = timedelta(minutes=10)
"""A parked row is tried again this seldom: what failed may have been mended, and no ladder may end in silence."""


_INSTANT = assessment.c.next_at.type


@cache
def _due(table: Table) -> Select[Any]:
    now, long_ago = bindparam("now", type_=_INSTANT), bindparam("long_ago", type_=_INSTANT)
    free = or_(
        table.c.claimed_until.is_(None),
        table.c.claimed_until <= now,
        table.c.claimed_until > bindparam("never", type_=_INSTANT),
        table.c.claim_token == bindparam("by"),
    )
    return (
        select(table.c.id)
        .where(
            table.c.next_at <= bindparam("due", type_=_INSTANT),
            free,
            or_(table.c.attempts < TRIES, table.c.claimed_until <= long_ago),
        )
        .order_by(table.c.attempts >= TRIES, table.c.next_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


@cache
def _claiming(table: Table) -> Update:
    return (
        update(table)
        .where(among(table.c.id, "ids"))
        .values(
            claimed_until=bindparam("until"), claim_token=bindparam("by"), attempts=table.c.attempts + 1
        )
    )  # fmt: skip


def claim_due(
    connection: Connection, table: Table, now: datetime, token: str, limit: int, *,
    ahead: timedelta = timedelta(), which: ColumnElement[bool] | None = None,
) -> list[str]:  # fmt: skip
    """Claim up to `limit` rows of `table` whose `next_at` has come; their ids, the longest due first, parked ones last.

    Asked again with the same token (nobody knows whether the first commit worked) it gives the same rows again.
    A deadline further away than any claim lasts was written by a clock that was wrong, and does not count. `ahead`: those
    that come so soon as well; `which`: of all these only some.
    """
    values = {
        "now": now, "due": now + ahead, "never": now + LIFE + SKEW, "long_ago": now + LIFE - ONCE_MORE, "by": token,
        "most": limit,
    }  # fmt: skip
    ids = [row.id for row in (
        together.ask(connection, _due(table), values) if which is None
        else connection.execute(_due(table).where(which), values)
    )]  # fmt: skip
    if ids:
        together.change(connection, _claiming(table), {"ids": ids, "until": now + LIFE, "by": token})
    return ids


@cache
def _settling(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("which"), table.c.claim_token == bindparam("by"))


def settle(connection: Connection, table: Table, row_id: str, token: str, **changes: Any) -> bool:
    """Write what became of a claimed row and give the claim up. False if the claim is no longer ours."""
    statement = _settling(table)
    values = {
        "which": row_id,
        "by": token,
        "claimed_until": None,
        "claim_token": None,
        "attempts": 0,
        **changes,
    }
    held = together.known(connection, "claim", (table.name, row_id))
    if held is together.UNKNOWN:
        return bool(together.change(connection, statement, values))
    if held:
        together.write(connection, statement, ("claim", table.name, row_id), values)
    return bool(held)


@cache
def _first_tries(table: Table) -> Select[Any]:
    mine = (table.c.claim_token == bindparam("by"), table.c.attempts == 1)
    return select(table.c.id).where(among(table.c.id, "keys"), *mine).with_for_update()


def fetch_first_tries(connection: Connection, table: Table, ids: Sequence[str], token: str) -> list[str]:
    """Which of these are held for the first time, in the same order; they stay ours until the commit, for `settle`."""
    held = {key for (key,) in together.ask(connection, _first_tries(table), {"keys": list(ids), "by": token})}
    for key in held:
        together.learn(connection, "claim", (table.name, key), True)
    return [key for key in ids if key in held]


def give_back(connection: Connection, table: Table, ids: list[str], token: str) -> None:
    """Give claims up that were no attempts, because the database itself failed."""
    connection.execute(
        update(table)
        .where(table.c.id.in_(ids), table.c.claim_token == token)
        .values(claimed_until=None, claim_token=None, attempts=table.c.attempts - 1)
    )


def next_due(connection: Connection, table: Table) -> datetime | None:
    """When a row can be worked on next: once it is due, nobody holds it, and a parked one may be tried again."""
    wanted = table.c.next_at.is_not(None)
    free = select(func.min(table.c.next_at)).where(wanted, table.c.claimed_until.is_(None))
    held = select(table.c.next_at, table.c.claimed_until, table.c.attempts).where(
        wanted, table.c.claimed_until.is_not(None)
    )
    moments = [connection.execute(free).scalar()]
    for row in connection.execute(held):
        again = row.claimed_until + (ONCE_MORE - LIFE if row.attempts >= TRIES else timedelta(0))
        moments.append(max(row.next_at, again))
    return min((moment for moment in moments if moment is not None), default=None)


def end_all(connection: Connection, now: datetime) -> int:
    """Let every claim run out at once; how many there were. Only for whoever has just become the only one to run.

    Whoever held them is gone, so nothing needs to wait for their deadlines: not an alert that was being sent when
    the process was killed, and not the answer behind it. Attempts stay counted.
    """
    ended = 0
    for table in (inbox, outbox, *DUE):
        held = table.c.claimed_until > now
        ended += connection.execute(update(table).where(held).values(claimed_until=now)).rowcount
    return ended


def end_of(connection: Connection, now: datetime, process: str) -> int:
    """Let the claims of one process run out at once, because it is dead; how many there were."""
    ended = 0
    waiting = [(inbox, inbox.c.state == "new"), (outbox, outbox.c.state == "sending")]
    for table, open_ in (*waiting, *((each, each.c.next_at.is_not(None)) for each in DUE)):
        its = (open_, table.c.claimed_until > now, table.c.claim_token.startswith(process, autoescape=True))
        ended += connection.execute(update(table).where(*its).values(claimed_until=now)).rowcount
    return ended


def parked(connection: Connection, table: Table) -> int:
    """How many due rows have used up their attempts."""
    stuck = (
        select(func.count()).select_from(table).where(table.c.next_at.is_not(None), table.c.attempts >= TRIES)
    )
    return int(connection.execute(stuck).scalar_one())
