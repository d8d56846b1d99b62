"""Does an alert leave before whatever else waits, for whomever? And does what is being sent stay its sender's?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from probot.messages import MESSENGER_LANES, Lane, Message
from probot.ports import Outcome, Post, Sending, Sent
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.store import outbox
from probot.store.engine import Store
from probot.store.tables import outbox as table
from tests.world import a_clinic

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def wait_for(connection: Connection, lane: Lane, count: int, since: datetime) -> None:
    """So many messages of a lane, each to somebody else."""
    for number in range(count):
        name = f"{lane}{number}"
        outbox.put(
            connection, message_id=name, lane=lane, recipient=f"staff:{name}", purpose="notice",
            content=Message("x"), now=since,
        )  # fmt: skip


def test_one_alert_goes_before_a_hundred_older_questions_to_others(database_url: str) -> None:
    store = Store(database_url)
    store.transact(wait_for, "prompt", 100, NOON - timedelta(hours=1))
    store.transact(wait_for, "alert", 1, NOON)
    claimed = store.transact(outbox.claim, NOON, "sender", 30)
    assert len(claimed) == 30
    assert claimed[0].id == "alert0"
    store.close()


def test_a_higher_lane_goes_before_a_lower_one_however_long_that_waits(database_url: str) -> None:
    store = Store(database_url)
    for hours, lane in enumerate(MESSENGER_LANES):
        store.transact(wait_for, lane, 3, NOON - timedelta(hours=hours))
    turns = [
        store.transact(outbox.claim, NOON, f"sender{number}", 3) for number in range(len(MESSENGER_LANES))
    ]
    gone = [[row.id.rstrip("012") for row in turn] for turn in turns]
    assert gone == [[lane] * 3 for lane in MESSENGER_LANES]
    store.close()


class Slow:
    """Takes everything, and answers only when it is let go."""

    def __init__(self) -> None:
        self.chats: list[int] = []
        self.go = asyncio.Event()

    async def deliver(self, sending: Sending) -> Outcome:
        assert isinstance(sending, Post)
        self.chats.append(sending.chat)
        await self.go.wait()
        return Sent(len(self.chats))

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        raise AssertionError(query, words)


def crowd(turn: Turn) -> None:
    for number in range(100):
        turn.say(f"chat:{number + 1}", Message("x"), lane="prompt", purpose="neutral")


async def test_with_room_for_thirty_the_alert_is_among_them(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, pace=Pace()) as clinic:
        sender = clinic.world.runtime.sender
        slow: Any = Slow()
        sender._channel = slow
        await clinic.act(crowd)
        clinic.clock.at += timedelta(hours=1)
        await clinic.act(lambda turn: turn.say("chat:999", Message("x"), lane="alert", purpose="neutral"))
        assert await sender.send() == 30
        await asyncio.sleep(0)
        assert slow.chats[0] == 999
        slow.go.set()
        await sender.finish()


async def test_what_is_being_sent_for_long_is_sent_by_nobody_else_meanwhile(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        sender = clinic.world.runtime.sender
        slow: Any = Slow()
        sender._channel = slow
        await clinic.act(lambda turn: turn.say("chat:5", Message("x"), lane="alert", purpose="neutral"))
        assert await sender.send() == 1
        for number in range(6):
            clinic.clock.at += outbox.LEASE / 2.5
            assert await sender.send() == 0
            beside = clinic.store.transact(outbox.claim, clinic.clock.at, f"impatient{number}", 5)
            assert beside == [], f"after {(number + 1) * 12} s"
        slow.go.set()
        await sender.finish()
        assert slow.chats == [5]
        states = clinic.store.transact(lambda connection: connection.scalars(select(table.c.state)).all())
        assert states == ["sent"]
