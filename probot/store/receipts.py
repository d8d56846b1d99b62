"""What has arrived where, and when? Receipts of alerts, and of each path beside the messenger.

The rule: a receipt is an outcome on record, never that something was tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from probot.store import pulses
from probot.store.asked import DEAD
from probot.store.tables import outbox

OUTSIDE = "path:"
"""What the recipient of a call beside the messenger begins with; its name in the study follows."""
ADDRESSES = "paths"
"""The pulse whose detail names the paths that have an address, as the running probot knows them."""


@dataclass(frozen=True, slots=True)
class PathRecord:
    """How a path beside the messenger has done. `fault`: why the last try failed; empty if it did not."""

    sent_at: datetime | None
    failed_at: datetime | None
    fault: str

    @property
    def failing(self) -> bool:
        """Whether the last try failed."""
        return self.failed_at is not None and (self.sent_at is None or self.failed_at > self.sent_at)


def heard_of(connection: Connection, alert_id: str, since: datetime) -> bool:
    """Whether the messenger has brought anybody a message about the alert since then."""
    found = select(outbox.c.id).where(
        outbox.c.alert_id == alert_id, outbox.c.kind == "post", outbox.c.state == "sent",
        outbox.c.sent_at >= since, outbox.c.recipient.not_like(f"{OUTSIDE}%"),
    )  # fmt: skip
    return connection.execute(found.limit(1)).first() is not None


def waits(connection: Connection, recipient: str, alert_id: str, item: str) -> bool:
    """Whether a call about the alert, marked with `item`, is still to go to this recipient."""
    found = select(outbox.c.id).where(
        outbox.c.alert_id == alert_id, outbox.c.recipient == recipient, outbox.c.item == item,
        outbox.c.state.in_(("waiting", "sending")),
    )  # fmt: skip
    return connection.execute(found.limit(1)).first() is not None


def went(connection: Connection, recipient: str, now: datetime) -> None:
    """A call has been taken by whoever carries it on."""
    pulses.beat(connection, f"{recipient}:sent", now)


def went_not(connection: Connection, recipient: str, now: datetime, why: str) -> None:
    """A call could not be handed over."""
    pulses.beat(connection, f"{recipient}:failed", now, why[:200])


def of_path(connection: Connection, name: str) -> PathRecord:
    """How the path of that name has done."""
    sent = pulses.last(connection, f"{OUTSIDE}{name}:sent")
    failed = pulses.last(connection, f"{OUTSIDE}{name}:failed")
    return PathRecord(
        sent[0] if sent else None, failed[0] if failed else None, str(failed[1]) if failed else ""
    )


def last_sent(connection: Connection, recipient: str) -> datetime | None:
    """When anything last reached this recipient."""
    return connection.execute(
        select(func.max(outbox.c.sent_at)).where(outbox.c.recipient == recipient)
    ).scalar()


def tried_since(connection: Connection, recipient: str, since: datetime) -> bool:
    """Whether a message to a recipient of the messenger has been put, and not given up before it was sent, since then."""
    put = select(outbox.c.id).where(
        outbox.c.recipient == recipient, outbox.c.kind == "post", outbox.c.created_at >= since,
        outbox.c.state != "dropped",
    )  # fmt: skip
    return connection.execute(put.limit(1)).first() is not None


def refused_by(connection: Connection, recipient: str, since: datetime) -> str:
    """Why the newest message to a recipient of the messenger could not be delivered for good; empty if it could."""
    to_them = (outbox.c.recipient == recipient, outbox.c.kind == "post", outbox.c.created_at >= since)
    # First by the few that are dead: else each look goes through all that was ever sent to anybody.
    refused = (
        select(outbox.c.seq, outbox.c.fault)
        .where(*to_them, outbox.c.state == DEAD)
        .order_by(outbox.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(refused).first()
    if row is None:
        return ""
    arrived = select(outbox.c.seq).where(*to_them, outbox.c.state == "sent", outbox.c.seq > row.seq).limit(1)
    return "" if connection.execute(arrived).first() is not None else str(row.fault or "refused")


def addresses(connection: Connection) -> dict[str, str] | None:
    """Which paths have an address in the settings of the running probot, and how; None: it has not run yet."""
    known = pulses.last(connection, ADDRESSES)
    return None if known is None else dict(known[1] or {})
