"""What has arrived, and what is still to be handled?

The rule: an update is committed here before Telegram is told that it arrived; the same update twice is one row;
in one lane (a chat) nothing overtakes, and lanes do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Integer,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from probot.store import counting, together
from probot.store.among import among
from probot.store.claims import LIFE, SKEW
from probot.store.records import Arrived, Parked
from probot.store.tables import inbox

TRIES = 3
"""Attempts that an update may fail in before it is put aside."""
DEADLY = 12
"""Attempts after which an update is put aside that nobody ever lived to tell about."""


_KEEP: dict[str, Insert] = {
    "sqlite": sqlite_insert(inbox).on_conflict_do_nothing(index_elements=["bot", "update_id"]),
    "postgresql": postgresql_insert(inbox)
    .on_conflict_do_nothing(index_elements=["bot", "update_id"])
    .inline(),
}


def keep(
    connection: Connection, bot: int, updates: Sequence[tuple[int, str, Mapping[str, Any]]], now: datetime
) -> int:
    """Keep `(update id, lane, raw)` rows; those known already do nothing. How many were new."""
    rows = [
        {"bot": bot, "update_id": number, "lane": lane, "raw": raw, "received_at": now}
        for number, lane, raw in updates
    ]
    return together.write_all(connection, _KEEP[connection.dialect.name], rows)


NEW: ColumnElement[str] = literal_column("'new'")
"""Word for word as in the indexes, so that they serve: else every claim goes through all that ever arrived."""
_EARLIER = inbox.alias("earlier")
_FIRST_OF_LANE = (
    select(func.min(_EARLIER.c.seq))
    .where(_EARLIER.c.lane == inbox.c.lane, _EARLIER.c.state == NEW)
    .scalar_subquery()
)
_WAITING = (
    select(inbox.c.seq, inbox.c.attempts, inbox.c.lane, inbox.c.claim_token)
    .where(
        inbox.c.state == NEW,
        or_(
            inbox.c.claimed_until.is_(None),
            inbox.c.claimed_until <= bindparam("now"),
            inbox.c.claimed_until > bindparam("never"),  # written by a clock that was wrong
            inbox.c.claim_token == bindparam("by"),
        ),
        inbox.c.seq == _FIRST_OF_LANE,
    )
    .order_by(inbox.c.seq)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_BEHIND = (
    select(inbox.c.seq, inbox.c.attempts, inbox.c.lane, inbox.c.claim_token)
    .where(among(inbox.c.lane, "lanes"), inbox.c.state == NEW)
    .order_by(inbox.c.seq)
    .limit(bindparam("most", type_=Integer))
)
_CLAIM = (
    update(inbox)
    .where(among(inbox.c.seq, "numbers"))
    .values(
        claimed_until=bindparam("until"), claim_token=bindparam("by"), attempts=inbox.c.attempts + 1
    )
)  # fmt: skip
_ARRIVED = (
    select(
        inbox.c.seq, inbox.c.bot, inbox.c.update_id, inbox.c.lane, inbox.c.raw, inbox.c.received_at,
        inbox.c.attempts,
    )
    .where(among(inbox.c.seq, "numbers"))
    .order_by(inbox.c.seq)
)  # fmt: skip
_PARK_THE_DEADLY = (
    update(inbox)
    .where(inbox.c.state == NEW, inbox.c.attempts >= DEADLY, inbox.c.claimed_until <= bindparam("now"))
    .values(
        state="parked",
        handled_at=bindparam("now"),
        claim_token=None,
        claimed_until=None,
        fault="whoever handled it died",
    )
)


def claim(connection: Connection, now: datetime, token: str, limit: int) -> list[Arrived]:
    """Claim up to `limit` updates: the oldest waiting one of each lane, and with those that nobody has tried yet what
    waits behind them, all in the order in which they came. One that several had in hand when they died is claimed
    alone: if it was not what killed them, it is done in no time, and is not put aside with one that was.

    Asked again with the same token (nobody knows whether the first commit worked) it gives the same ones again.
    What was claimed again and again by processes that never came back is put aside instead.
    """
    which = {"now": now, "never": now + LIFE + SKEW, "by": token, "most": limit}
    waiting = together.ask(connection, _WAITING, which)
    if any(row.attempts >= DEADLY for row in waiting):
        together.change(connection, _PARK_THE_DEADLY, {"now": now})
        waiting = together.ask(connection, _WAITING, which)
    suspects = [row.seq for row in waiting if row.attempts >= TRIES]
    numbers = suspects[:1] or _with_those_behind(connection, waiting, token, limit)
    if not numbers:
        return []
    together.change(connection, _CLAIM, {"numbers": numbers, "until": now + LIFE, "by": token})
    return [Arrived._make((*row, token)) for row in together.ask(connection, _ARRIVED, {"numbers": numbers})]


def _with_those_behind(connection: Connection, first: Sequence[Any], token: str, limit: int) -> list[int]:
    """The numbers of these, and of what waits behind them as far as nothing of it was ever tried.

    Nobody else can claim what is behind an update that is ours.
    """
    numbers = {row.seq for row in first}
    lanes = {row.lane for row in first if _is_untried(row, token)}
    if len(numbers) >= limit or not lanes:
        return sorted(numbers)
    for row in together.ask(connection, _BEHIND, {"lanes": sorted(lanes), "most": limit}):
        if not _is_untried(row, token):
            lanes.discard(row.lane)
        elif row.lane in lanes and len(numbers) < limit:
            numbers.add(row.seq)
    return sorted(numbers)


def _is_untried(row: Any, token: str) -> bool:
    return bool(row.attempts == 0 or (row.attempts == 1 and row.claim_token == token))


def give_back(connection: Connection, rows: Sequence[Arrived]) -> None:
    """Give claims up that were no attempts: the database failed, or there was no time left."""
    for arrived in rows:
        _settle(connection, arrived, attempts=arrived.attempts - 1)


def waits(connection: Connection, lane: str) -> bool:
    """Whether anything of this lane is still to be handled."""
    known = together.known(connection, "inbox", ("waits", lane))
    if known is not together.UNKNOWN:
        return bool(known)
    found = select(inbox.c.seq).where(inbox.c.lane == lane, inbox.c.state == NEW).limit(1)
    return connection.execute(found).first() is not None


_BUSY = select(inbox.c.lane).where(among(inbox.c.lane, "lanes"), inbox.c.state == NEW).distinct()


def fetch_waits(connection: Connection, lanes: Iterable[str]) -> None:
    """Find out at once in which of these something is to be handled, for `waits`."""
    wanted = sorted(set(lanes))
    busy = {row.lane for row in together.ask(connection, _BUSY, {"lanes": wanted})} if wanted else set()
    for lane in wanted:
        together.learn(connection, "inbox", ("waits", lane), lane in busy)


def all_done(connection: Connection, claimed: Sequence[Arrived], now: datetime) -> bool:
    """Mark updates handled that were claimed together. False if one claim is no longer ours: roll back then."""
    which = {"numbers": [arrived.seq for arrived in claimed], "by": claimed[0].token, "at": now}
    return bool(together.change(connection, _ALL_DONE, which) == len(claimed))


def park(connection: Connection, arrived: Arrived, now: datetime, fault: str) -> bool:
    """Put a poisonous update aside, visible, so that its lane goes on."""
    return _settle(connection, arrived, state="parked", handled_at=now, fault=fault)


def release(connection: Connection, arrived: Arrived, fault: str) -> bool:
    """Give a failed update back for another try."""
    return _settle(connection, arrived, fault=fault)


_ALL_DONE = (
    update(inbox)
    .where(among(inbox.c.seq, "numbers"), inbox.c.claim_token == bindparam("by"))
    .values(state="done", handled_at=bindparam("at"), claimed_until=None, claim_token=None)
)
_SETTLE = update(inbox).where(inbox.c.seq == bindparam("which"), inbox.c.claim_token == bindparam("by"))


def _settle(connection: Connection, arrived: Arrived, **changes: Any) -> bool:
    mine = {"which": arrived.seq, "by": arrived.token}
    values = {**mine, "claimed_until": None, "claim_token": None, **changes}
    return bool(together.change(connection, _SETTLE, values))


def parked(connection: Connection) -> list[Parked]:
    """What was put aside, oldest first."""
    rows = connection.execute(select(inbox).where(inbox.c.state == "parked").order_by(inbox.c.seq))
    return [
        Parked(row.seq, row.bot, row.update_id, row.received_at, row.handled_at, row.fault) for row in rows
    ]


def unpark(connection: Connection, seq: int) -> None:
    """Have an update handled that was put aside, with all its attempts before it."""
    again = update(inbox).where(inbox.c.seq == seq, inbox.c.state == "parked")
    connection.execute(again.values(state="new", handled_at=None, attempts=0, fault=""))


def counts(connection: Connection) -> dict[str, int]:
    """How many updates are new, and how many parked. Those that are done are never counted: they go back years."""
    return counting.by_state(connection, inbox, ("new", "parked"))


def newest(connection: Connection) -> int:
    """The number of the last update that was kept."""
    return counting.newest(connection, inbox)


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest unhandled update was received."""
    return connection.execute(select(func.min(inbox.c.received_at)).where(inbox.c.state == NEW)).scalar()
