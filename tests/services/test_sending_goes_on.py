from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from probot.messages import Message
from probot.ports import Channel, Later, Moved, Outcome, Sending
from probot.services import refused
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.store import outbox as letters
from probot.store import people
from probot.store.engine import Store
from probot.store.tables import outbox
from tests.world import Clinic, a_clinic

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Between:
    """Stands before the real channel and does something else with some messages."""

    real: Channel
    instead: Callable[[Sending], Outcome | None]

    async def deliver(self, sending: Sending) -> Outcome:
        return self.instead(sending) or await self.real.deliver(sending)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        await self.real.acknowledge_tap(query, words)


def stand_between(clinic: Clinic, instead: Callable[[Sending], Outcome | None]) -> None:
    sender = clinic.world.runtime.sender
    sender._channel = Between(sender._channel, instead)


def rows(clinic: Clinic, **where: Any) -> list[Any]:
    wanted = select(outbox).where(*(outbox.c[name] == value for name, value in where.items()))
    return clinic.store.transact(lambda connection: connection.execute(wanted.order_by(outbox.c.seq)).all())


def say(turn: Turn, code: str, text: str) -> str:
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    return turn.say(enrolment.principal, Message(text), lane="reply", purpose="welcome")


async def test_a_message_that_breaks_the_channel_is_put_aside_and_the_others_arrive(
    database_url: str,
) -> None:
    def breaks(sending: Sending) -> Outcome | None:
        if "poison" in getattr(getattr(sending, "message", None), "text", ""):
            raise ValueError("a defect of ours")
        return None

    async with a_clinic(database_url, migrated=True) as clinic:
        first, second = await clinic.patient("P-001"), await clinic.patient("P-002")
        stand_between(clinic, breaks)
        await clinic.act(say, "P-001", "poison")
        await clinic.act(say, "P-002", "to the second")
        await clinic.act(say, "P-001", "after it")
        await clinic.settle()
        assert "to the second" in second.texts
        await clinic.pass_time(minutes=5)
        assert "after it" in first.texts
        (poison,) = [row for row in rows(clinic, purpose="welcome") if row.content.text == "poison"]
        assert (poison.state, poison.fault) == ("dead", "ValueError")
        assert clinic.world.runtime.sender.failures == refused.TRIES


async def test_the_loops_outlive_a_defect(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        runtime = clinic.world.runtime
        turns: list[str] = []
        broke = asyncio.Event()

        async def breaks() -> int:
            turns.append("broke")
            broke.set()
            raise ValueError("a defect of ours")

        async def rest() -> float:
            return 1.0

        task = asyncio.create_task(runtime._keep_on("sender", breaks, asyncio.Event(), rest))
        await asyncio.wait_for(broke.wait(), 20)
        assert runtime.failures == 1
        assert not task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert turns == ["broke"]


class Flaky(Store):
    """A database that fails whenever `down` says so."""

    def __init__(self, url: str, down: Callable[[], bool]) -> None:
        super().__init__(url)
        self._down = down

    def transact(self, act: Any, *arguments: Any) -> Any:
        if self._down():
            raise OperationalError("BEGIN", {}, RuntimeError("the server closed the connection unexpectedly"))
        return super().transact(act, *arguments)


async def test_what_was_sent_while_the_database_failed_is_noted_when_it_is_back_and_not_sent_twice(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        failures = [4]

        def down() -> bool:
            if any("only once" in text for text in patient.texts) and failures[0]:
                failures[0] -= 1
                return True
            return False

        clinic.world.runtime.office.store = Flaky(sqlite_url, down)
        await clinic.act(say, "P-001", "only once")
        await clinic.settle()
        await clinic.pass_time(minutes=2)
        assert failures == [0]
        assert patient.texts.count("only once") == 1
        assert [row.state for row in rows(clinic, recipient=rows(clinic)[-1].recipient)][-1] == "sent"


async def test_claims_that_came_to_nothing_because_the_database_failed_are_no_attempts(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        key = await clinic.act(say, "P-001", "only once")
        answers = iter([False, *[True] * 20])
        clinic.world.runtime.office.store = Flaky(sqlite_url, lambda: next(answers))
        with pytest.raises(OperationalError):
            await clinic.world.runtime.send()
        clinic.world.runtime.office.store = clinic.store
        await clinic.settle()
        (row,) = rows(clinic, id=key)
        assert (row.state, row.attempts, row.repeat) == ("sent", 1, False)
        assert patient.texts.count("only once") == 1


async def test_a_message_to_a_chat_nobody_stands_for_that_moved_away_is_dropped(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        moves: list[int] = []

        def moved(sending: Sending) -> Outcome | None:
            moves.append(sending.chat)
            return Moved(-100999)

        stand_between(clinic, moved)
        await clinic.act(
            lambda turn: turn.say("chat:-5", Message("", ()), lane="reply", purpose="neutral", kind="leave")
        )
        await clinic.settle()
        assert moves == [-5]
        assert [row.state for row in rows(clinic, recipient="chat:-5")] == ["dropped"]


async def test_an_outcome_of_a_lost_claim_changes_nothing(database_url: str) -> None:
    store = Store(database_url)

    def put(connection: Any) -> None:
        letters.put(
            connection, message_id="m1", lane="reply", recipient="staff:x", purpose="notice",
            content=Message("hello"), now=NOON,
        )  # fmt: skip

    store.transact(put)
    (first,) = store.transact(letters.claim, NOON, "first", 5)
    assert store.transact(letters.claim, NOON, "first", 5)[0].seq == first.seq, (
        "asked again after a lost commit"
    )
    (second,) = store.transact(letters.claim, NOON + timedelta(seconds=31), "second", 5)
    assert second.repeat
    assert not store.transact(letters.sent, first, NOON, None, 7)
    assert store.transact(letters.sent, second, NOON, None, 8)
    store.close()


async def test_a_sending_that_takes_long_keeps_its_claim(database_url: str) -> None:
    store = Store(database_url)
    store.transact(
        lambda connection: letters.put(
            connection, message_id="m1", lane="reply", recipient="staff:x", purpose="notice",
            content=Message("hello"), now=NOON,
        )
    )  # fmt: skip
    (slow,) = store.transact(letters.claim, NOON, "slow", 5)
    store.transact(letters.extend, [slow], NOON + timedelta(seconds=20))
    assert store.transact(letters.claim, NOON + timedelta(seconds=40), "impatient", 5) == []
    assert store.transact(letters.sent, slow, NOON, None, 8)
    store.close()


async def test_messages_that_hang_leave_room_for_alerts(sqlite_url: str) -> None:
    hanging, told = asyncio.Event(), asyncio.Event()

    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        runtime = clinic.world.runtime
        real = runtime.sender._channel

        @dataclass
        class Hangs:
            async def deliver(self, sending: Sending) -> Outcome:
                if sending.chat > 9_000_000_000:
                    await hanging.wait()
                    return Later(60, "hung")
                outcome = await real.deliver(sending)
                if sending.chat == nurse.person:
                    told.set()
                return outcome

            async def acknowledge_tap(self, query: str, words: str = "") -> None:
                await real.acknowledge_tap(query, words)

        runtime.sender._channel = Hangs()

        def crowd(turn: Turn) -> None:
            for number in range(100):
                turn.say(f"chat:{9_000_000_001 + number}", Message("x"), lane="reply", purpose="neutral")

        await clinic.act(crowd)
        await runtime.send()
        await asyncio.sleep(0)
        clinic.api.people.say(patient.person, patient.chat, "chest pain")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await runtime.work()
        await runtime.send()
        await asyncio.wait_for(told.wait(), 20)
        assert any("P-001" in text for text in nurse.texts)
        assert len(runtime.sender._under_way) >= 40, "the others hang still"
        hanging.set()
        await runtime.sender.finish()


def test_a_clock_that_is_set_back_stops_nobody() -> None:
    pace = Pace()
    later = NOON + timedelta(hours=2)
    for number in range(30):
        pace.sent(f"p{number}", later, group=False)
    pace.sent("team", later, group=True)
    pace.rest_all(later + timedelta(seconds=30))
    assert pace.room(later) == 0
    assert pace.room(NOON) == 30
    assert pace.resting(NOON) == []


def test_while_everybody_has_to_rest_one_alert_is_tried_from_time_to_time() -> None:
    pace = Pace()
    pace.rest_all(NOON + timedelta(minutes=5))
    assert pace.room(NOON) == 0
    assert pace.room_for_alerts(NOON) == 1
    assert pace.room_for_alerts(NOON + timedelta(seconds=1)) == 0
    assert pace.room_for_alerts(NOON + timedelta(seconds=6)) == 1


async def test_an_alert_that_its_group_will_not_take_for_long_is_told_directly_meanwhile(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        clinic.api.faults.set("flood", chat=team.chat, seconds=300)
        seen = len(nurse.texts)
        clinic.api.people.say(patient.person, patient.chat, "chest pain")
        assert clinic.world.poller is not None
        await clinic.world.runtime.settle(receive=clinic.world.poller.turn)
        assert [text for text in nurse.texts[seen:] if "P-001" in text] != []
