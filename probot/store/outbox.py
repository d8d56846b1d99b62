"""What is to be sent, to whom, and what became of it?

The rule: a row names a principal, never a chat; it stays waiting until its sending is known; what is unknown
is sent again if losing it could harm (alerts, questions) and dropped if it is mere courtesy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Insert,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from probot.messages import MESSENGER_LANES, PLACE, Lane, Message, lane_at
from probot.store import asked, counting, together
from probot.store.among import among
from probot.store.asked import SENDING, TO_GO, WAITING
from probot.store.claims import SKEW
from probot.store.prepared import FINDS_EACH
from probot.store.records import Outgoing, Purpose
from probot.store.tables import outbox
from probot.values import derived_id

LEASE = timedelta(seconds=30)
OUTSIDE = PLACE["outside"]
URGENT = PLACE["urgent"]
NOBODY = "nobody is there to be told"
"""Why a message to the care team waits: neither its chat nor anybody able is bound. It goes when somebody is."""

# Statements of the hot path are built once: building one anew costs several times what running it does.
_PUT: dict[str, Insert] = {
    "sqlite": sqlite_insert(outbox).on_conflict_do_nothing(index_elements=["id"]),
    "postgresql": postgresql_insert(outbox).on_conflict_do_nothing(index_elements=["id"]),
}
_SETTLE = (
    update(outbox)
    .where(
        outbox.c.seq == bindparam("which"),
        outbox.c.claim_token == bindparam("by"),
        outbox.c.state == SENDING,
    )
    .execution_options(**{FINDS_EACH: True})
)
_SAID_LATELY = (
    select(outbox.c.id)
    .where(
        outbox.c.recipient == bindparam("told"), outbox.c.purpose == bindparam("what_for"),
        outbox.c.item == bindparam("about"), outbox.c.assessment_id.is_(None), outbox.c.created_at >= bindparam("since"),
        outbox.c.state.in_(("waiting", "sending", "sent")),
    )
    .limit(1)
)  # fmt: skip
_ITEMS_SAID = select(outbox.c.item).where(
    outbox.c.recipient == bindparam("told"), outbox.c.purpose == bindparam("what_for"),
    outbox.c.assessment_id.is_(None), outbox.c.created_at >= bindparam("since"),
    outbox.c.state.in_(("waiting", "sending", "sent")),
)  # fmt: skip


def put(
    connection: Connection,
    *,
    message_id: str,
    lane: Lane,
    recipient: str,
    purpose: Purpose,
    content: Message | Mapping[str, Any],
    now: datetime,
    kind: Literal["post", "edit", "photo", "file", "leave", "menu", "topic"] = "post",
    assessment_id: str | None = None,
    item: str | None = None,
    alert_id: str | None = None,
    edits: str | None = None,
    edits_number: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Have something sent. The same `message_id` twice is one message."""
    message = {
        "id": message_id, "lane": PLACE[lane], "recipient": recipient, "purpose": purpose, "kind": kind,
        "content": content, "assessment_id": assessment_id, "item": item, "alert_id": alert_id, "edits": edits,
        "edits_number": edits_number, "created_at": now, "not_before": not_before or now, "expires_at": expires_at,
    }  # fmt: skip
    together.write(connection, _PUT[connection.dialect.name], ("message", message_id), message)
    asked.is_put(connection, message)


_AHEAD = outbox.alias("ahead")
_OVERTAKEN = (
    select(_AHEAD.c.seq)
    .where(
        _AHEAD.c.recipient == outbox.c.recipient,
        _AHEAD.c.state.in_(TO_GO),
        or_(
            _AHEAD.c.state == SENDING,
            and_(
                _AHEAD.c.state == WAITING,
                _AHEAD.c.not_before <= bindparam("now"),
                or_(
                    _AHEAD.c.lane < outbox.c.lane,
                    and_(_AHEAD.c.lane == outbox.c.lane, _AHEAD.c.seq < outbox.c.seq),
                ),
            ),
        ),
    )
    .exists()
)


@cache
def _waiting(lanes: tuple[Lane, ...]) -> Select[tuple[int]]:
    """What may go now, of these lanes only."""
    return (
        select(outbox.c.seq)
        .where(
            outbox.c.state == WAITING,
            outbox.c.not_before <= bindparam("now"),
            ~among(outbox.c.recipient, "resting"),
            or_(outbox.c.lane == URGENT, ~among(outbox.c.recipient, "saving")),
            # Written out: a list that is a parameter would be put into the statement anew for each claim.
            outbox.c.lane.in_([literal_column(str(PLACE[lane])) for lane in lanes]),
            ~_OVERTAKEN,
        )
        .order_by(outbox.c.lane, outbox.c.not_before, outbox.c.seq)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


# A deadline further away than any claim lasts was written by a clock that was wrong.
_OVER = or_(outbox.c.claimed_until <= bindparam("now"), outbox.c.claimed_until > bindparam("never"))
_IN_HAND = select(outbox.c.seq, _OVER.label("over")).where(
    outbox.c.state == SENDING, or_(_OVER, outbox.c.claim_token == bindparam("by"))
)
# The columns that Outgoing has, in its order, without the token, which is its last.
_COLUMNS = [outbox.c[name] for name in Outgoing._fields if name != "token"]
_THESE = select(*_COLUMNS).where(among(outbox.c.seq, "numbers"))
_CLAIM = (
    update(outbox)
    .where(among(outbox.c.seq, "numbers"))
    .values(
        state="sending", claimed_until=bindparam("until"), claim_token=bindparam("by"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(*_COLUMNS)
)  # fmt: skip
_RECLAIM = (
    update(outbox)
    .where(outbox.c.state == SENDING, _OVER)
    .values(state="waiting", claim_token=None, claimed_until=None, repeat=True, fault="unknown")
)


def claim(
    connection: Connection, now: datetime, token: str, limit: int, *, resting: Iterable[str] = (),
    saving: Iterable[str] = (), lanes: Sequence[Lane] = MESSENGER_LANES,
) -> list[Outgoing]:  # fmt: skip
    """Claim up to `limit` messages that may go now: higher lanes first, one a recipient.

    `resting`: recipients that must be left alone for the moment (their chat's limit is used up). `saving`: those to
    whom only what is urgent may go. What was
    being sent when its sender died is claimed again, once its lease is over, marked `repeat`. `lanes`: only these.
    Asked again with the same token (nobody knows whether the first commit worked) it gives the same ones again.
    """
    never = now + LEASE + SKEW
    in_hand = together.ask(connection, _IN_HAND, {"now": now, "never": never, "by": token})
    if any(row.over for row in in_hand):
        _reclaim(connection, now, never)
    if mine := [row.seq for row in in_hand if not row.over]:
        return _outgoing(together.ask(connection, _THESE, {"numbers": mine}), token)
    which = {"resting": list(resting), "saving": list(saving), "most": limit}
    numbers = [
        number for (number,) in together.ask(connection, _waiting(tuple(lanes)), {"now": now, **which})
    ]
    if not numbers:
        return []
    claimed = together.ask(connection, _CLAIM, {"numbers": numbers, "until": now + LEASE, "by": token})
    return _outgoing(claimed, token)


def _outgoing(claimed: Sequence[Any], token: str) -> list[Outgoing]:
    found = [Outgoing._make((*row, token)) for row in claimed]
    return sorted(found, key=lambda each: (each.lane, each.seq))


def _reclaim(connection: Connection, now: datetime, never: datetime) -> None:
    """Whose sender died in mid-sending: it may have gone out or not."""
    together.change(connection, _RECLAIM, {"now": now, "never": never})


def extend(connection: Connection, messages: Sequence[Outgoing], now: datetime) -> None:
    """Keep the claims of messages that are still being sent."""
    mine = [{"which": each.seq, "by": each.token, "claimed_until": now + LEASE} for each in messages]
    if mine:
        connection.execute(_SETTLE, mine)


def give_back(connection: Connection, messages: Sequence[Outgoing]) -> None:
    """Give claims up on messages whose sending was certainly not begun."""
    for message in messages:
        _settle(connection, message, state="waiting", attempts=message.attempts - 1)


def sent(
    connection: Connection, message: Outgoing, now: datetime, contact_id: str | None, number: int | None
) -> bool:
    """It arrived, as the channel's message `number`. False if the claim is no longer ours."""
    return _settle(
        connection, message, state="sent", sent_at=now, contact_id=contact_id, number=number, fault=""
    )


def again(
    connection: Connection, message: Outgoing, not_before: datetime, fault: str, *, repeat: bool = False
) -> bool:
    """It goes back into the queue. `repeat`: it may have arrived already, so the next one is a marked copy."""
    return _settle(
        connection,
        message,
        state="waiting",
        not_before=not_before,
        fault=fault,
        repeat=message.repeat or repeat,
    )


def drop(connection: Connection, message: Outgoing, fault: str) -> bool:
    """It shall not be sent any more (expired, not entitled, mere courtesy); kept with the reason."""
    return _settle(connection, message, state="dropped", fault=fault)


def bury(connection: Connection, message: Outgoing, fault: str) -> bool:
    """It can never be sent: a dead letter, kept and counted."""
    return _settle(connection, message, state="dead", fault=fault)


def count_on(connection: Connection, messages: Sequence[Outgoing]) -> None:
    """Take the claims on these for still ours, for whatever settles them; if one is not, nothing is committed."""
    together.learn_all(connection, "outbox", {("held", message.seq): True for message in messages})


def _settle(connection: Connection, message: Outgoing, **changes: Any) -> bool:
    mine = {"which": message.seq, "by": message.token}
    values = {**mine, "claimed_until": None, "claim_token": None, **changes}
    held = together.known(connection, "outbox", ("held", message.seq))
    if held is together.UNKNOWN:
        return bool(together.change(connection, _SETTLE, values))
    if held:
        together.write(connection, _SETTLE, ("message", message.id), values)
        together.learn(connection, "outbox", ("held", message.seq), False)
        state = (changes.get("number"), changes.get("contact_id"), changes["state"])
        together.learn(connection, "outbox", message.id, state)
    return bool(held)


def cancel(connection: Connection, recipient: str, purposes: tuple[Purpose, ...], fault: str) -> int:
    """Drop what waits for a recipient with one of these purposes; how many there were."""
    return int(
        connection.execute(
            update(outbox)
            .where(
                outbox.c.recipient == recipient,
                outbox.c.state.in_(TO_GO),
                outbox.c.state == WAITING,
                outbox.c.purpose.in_(purposes),
            )
            .values(state="dropped", fault=fault)
        ).rowcount
    )


def drop_all(connection: Connection, until: datetime, fault: str) -> int:
    """Drop whatever was put by that moment and waits to be sent, to anybody; how many messages that were."""
    old = update(outbox).where(outbox.c.state.in_(TO_GO), outbox.c.created_at <= until)
    values = {"state": "dropped", "fault": fault, "claim_token": None, "claimed_until": None}
    return int(connection.execute(old.values(**values)).rowcount)


def copy_to(
    connection: Connection,
    message: Outgoing,
    recipient: str,
    now: datetime,
    *,
    content: Message | None = None,
) -> None:
    """Send the same to somebody else, or `content` to the same. Once for each recipient, however often asked for."""
    put(
        connection, message_id=derived_id("message", message.id, recipient), lane=lane_at(message.lane),
        recipient=recipient, purpose=message.purpose, content=message.content if content is None else content,
        now=now, alert_id=message.alert_id,
    )  # fmt: skip


def hold(connection: Connection, message: Outgoing, recipient: str, now: datetime, until: datetime) -> None:
    """Keep a claimed message for a recipient whom nobody stands for yet; it is looked at again at `until`."""
    if message.recipient == recipient and again(connection, message, until, NOBODY):
        return
    key = derived_id("message", message.id, recipient, "held")
    put(
        connection, message_id=key, lane=lane_at(message.lane), recipient=recipient, purpose=message.purpose,
        content=message.content, now=now, alert_id=message.alert_id, not_before=until,
    )  # fmt: skip
    connection.execute(update(outbox).where(outbox.c.id == key).values(fault=NOBODY))


def let_go(
    connection: Connection, now: datetime, fault: str = NOBODY, recipients: Sequence[str] | None = None
) -> int:
    """What waited for this reason (for want of anybody, or of an address) may go now; how many messages that were."""
    held = update(outbox).where(outbox.c.state == WAITING, outbox.c.fault == fault)
    if recipients is not None:
        held = held.where(outbox.c.recipient.in_(recipients))
    return int(connection.execute(held.values(not_before=now, fault="")).rowcount)


def others_told(connection: Connection, message: Outgoing) -> tuple[set[str], set[str]]:
    """Who else was sent the same, or the same alert since then: whom it reached or will, and at whom it failed for good."""
    same = select(outbox.c.recipient, outbox.c.state).where(
        outbox.c.kind == "post", outbox.c.seq != message.seq, outbox.c.created_at >= message.created_at,
        outbox.c.lane != OUTSIDE,
    )  # fmt: skip
    if message.alert_id is None:
        same = same.where(outbox.c.content == message.content)
    else:
        same = same.where(outbox.c.alert_id == message.alert_id)
    rows = connection.execute(same).all()
    vain = {row.recipient for row in rows if row.state == "dead"}
    return {row.recipient for row in rows if row.state in {"waiting", "sending", "sent"}} - vain, vain


def said_lately(connection: Connection, recipient: str, purpose: Purpose, item: str, since: datetime) -> bool:
    """Whether a recipient was sent this (by purpose and item) since then."""
    wanted = {"told": recipient, "what_for": purpose, "about": item, "since": since}
    return together.ask_first(connection, _SAID_LATELY, wanted) is not None


def items_said(connection: Connection, recipient: str, purpose: Purpose, since: datetime) -> set[str]:
    """What a recipient was sent for a purpose since then, by item."""
    wanted = {"told": recipient, "what_for": purpose, "since": since}
    return {row.item for row in together.ask(connection, _ITEMS_SAID, wanted) if row.item is not None}


def standing(connection: Connection, key: str) -> tuple[str, int | None]:
    """The state of a message by its id (`missing` if there is none), and the channel's number of it."""
    row = connection.execute(select(outbox.c.state, outbox.c.number).where(outbox.c.id == key)).first()
    return ("missing", None) if row is None else (row.state, row.number)


def outlived(connection: Connection, key: str, fault: str) -> None:
    """What was made by a message that went out is there no more."""
    connection.execute(update(outbox).where(outbox.c.id == key).values(state="dead", fault=fault))


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting message may go."""
    return connection.execute(select(func.min(outbox.c.not_before)).where(outbox.c.state == WAITING)).scalar()


def counts(connection: Connection) -> dict[str, int]:
    """How many messages are waiting, sending, dead. What was sent or dropped is never counted: it is years of messages."""
    return counting.by_state(connection, outbox, ("waiting", "sending", "dead"))


def newest(connection: Connection) -> int:
    """The number of the last message that was put."""
    return counting.newest(connection, outbox)


def oldest_due(connection: Connection, lane: Lane, now: datetime) -> datetime | None:
    """Since when the longest-waiting due message of a lane has been due."""
    oldest = select(func.min(outbox.c.not_before)).where(
        outbox.c.state.in_(TO_GO),
        outbox.c.lane == PLACE[lane],
        outbox.c.not_before <= now,
    )
    return connection.execute(oldest).scalar()
