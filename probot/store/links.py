"""Who has tried links that do not exist, how often, and when last? As far back as a day.

The rule: rows of another time, which a wrong clock has written, count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select

from probot.store.tables_links import wrong_link
from probot.values import derived_id

DAY = timedelta(days=1)
SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Tries:
    """Tries of one account in the last day that led nowhere."""

    number: int
    last: datetime | None


def tried(connection: Connection, account: int, now: datetime) -> None:
    """This account has just tried a link that does not exist."""
    old = or_(wrong_link.c.at <= now - DAY, wrong_link.c.at > now + SKEW)
    connection.execute(delete(wrong_link).where(old))
    connection.execute(insert(wrong_link).values(who=_who(account), at=now))


def tries_of(connection: Connection, account: int, now: datetime) -> Tries:
    """What this account has tried in vain."""
    mine = select(func.count(), func.max(wrong_link.c.at)).where(
        wrong_link.c.who == _who(account), wrong_link.c.at > now - DAY, wrong_link.c.at <= now + SKEW
    )
    number, last = connection.execute(mine).one()
    return Tries(int(number), last)


def tried_in_vain(connection: Connection, now: datetime) -> int:
    """How many links were tried in vain in the last day, by anybody."""
    lately = select(func.count()).where(wrong_link.c.at > now - DAY, wrong_link.c.at <= now + SKEW)
    return int(connection.execute(lately).scalar_one())


def _who(account: int) -> str:
    return derived_id("account", str(account))
