"""How does an update come to be kept? As it arrived, under its number, before anybody is told that it did.

The rule: nothing is read here but the number and the chat; what cannot be understood is kept all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from probot.store import inbox, pulses

HEARD = "telegram_heard"
"""The pulse that says when Telegram last answered a poll or called the webhook."""
ASK_AGAIN = "ask_again"
"""The pulse that stands while open questions are still to be asked again; its detail names the gap."""
DEAF = timedelta(seconds=120)
"""A gap in hearing after which taps may have been lost (Telegram keeps them 150 s)."""
RIVAL = "rival"
"""The pulse that says when Telegram told of another program with this token; its detail is the last few times."""
RIVAL_FOR, RIVAL_AGAIN = timedelta(minutes=10), timedelta(seconds=30)
"""How long it is remembered, and how far apart two times are that are no mere change of hands."""
WEBHOOK = "webhook"
"""The pulse that says how the webhook was found at Telegram; its detail is what was wrong with it."""
WEBHOOK_FOR = timedelta(minutes=3)
"""How long that holds; while anything is wrong it is said anew at each look."""
_CONTENTS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "my_chat_member",
    "chat_member",
)


def keep(connection: Connection, bot: int, updates: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Keep raw updates (JSON objects as Telegram sent them); how many were new."""
    return inbox.keep(connection, bot, [(int(raw["update_id"]), lane_of(raw), raw) for raw in updates], now)


def lane_of(raw: Mapping[str, Any]) -> str:
    """The chat an update belongs to; within it nothing overtakes."""
    for name in _CONTENTS:
        match raw.get(name):
            case {"chat": {"id": int(chat)}}:
                return f"chat:{chat}"
    match raw.get("callback_query"):
        case {"message": {"chat": {"id": int(chat)}}} | {"from": {"id": int(chat)}}:
            return f"chat:{chat}"
    return f"update:{raw.get('update_id')}"


def heard(connection: Connection, now: datetime) -> bool:
    """Note that Telegram was heard just now. True if it had not been for longer than `DEAF`.

    Then the gap is kept as an outage, and every open question must be asked again: `to_ask_again` says so until
    `asked_again` is called.
    """
    before = pulses.last(connection, HEARD)
    if before is not None and now < before[0] < now + DEAF:
        return False  # another receiver heard it later
    pulses.beat(connection, HEARD, now)
    if before is None or now - before[0] <= DEAF:
        return False
    pulses.note_outage(connection, began_at=before[0], ended_at=now, kind="not heard")
    ask_again(connection, now, before[0])
    return True


def ask_again(connection: Connection, now: datetime, since: datetime) -> None:
    """Every open question is to be asked again, because of a gap that began at `since`."""
    pulses.beat(connection, ASK_AGAIN, now, since.isoformat())


def rivalled(connection: Connection, now: datetime) -> None:
    """Telegram has just said that another program receives with this token."""
    pulses.beat(connection, RIVAL, now, [at.isoformat() for at in (*_rivalled(connection, now), now)][-10:])


def has_rival(connection: Connection, now: datetime) -> bool:
    """Whether another program receives with this token as well: each takes away what the other should have heard."""
    times = _rivalled(connection, now)
    return bool(times) and times[-1] - times[0] >= RIVAL_AGAIN


def _rivalled(connection: Connection, now: datetime) -> list[datetime]:
    known = pulses.last(connection, RIVAL)
    times = [datetime.fromisoformat(each) for each in known[1] or ()] if known is not None else []
    return [at for at in times if timedelta() <= now - at <= RIVAL_FOR]


def webhook_found(connection: Connection, now: datetime, wrong: Sequence[str], *, taken_away: bool) -> None:
    """Put down what is wrong with the webhook at Telegram. `taken_away`: it was ours, and only a rival can have done it."""
    if taken_away:
        rivalled(connection, now)
    pulses.beat(connection, WEBHOOK, now, list(wrong))


def wrong_with_webhook(connection: Connection, now: datetime) -> list[str]:
    """What was wrong with the webhook when it was last looked at; nothing where nobody looks any more."""
    known = pulses.last(connection, WEBHOOK)
    return list(known[1]) if known is not None and abs(now - known[0]) < WEBHOOK_FOR else []


def standing(connection: Connection) -> tuple[datetime | None, bool]:
    """For those who do not receive themselves: when Telegram was last heard, and whether a gap is still to be mended."""
    before = pulses.last(connection, HEARD)
    return (None if before is None else before[0]), to_ask_again(connection) is not None


def to_ask_again(connection: Connection) -> str | None:
    """The gap after which open questions are still to be asked again, if there is one."""
    standing = pulses.last(connection, ASK_AGAIN)
    return None if standing is None or standing[1] is None else str(standing[1])


def asked_again(connection: Connection, now: datetime) -> None:
    """Every open question has been asked again."""
    pulses.beat(connection, ASK_AGAIN, now, None)
