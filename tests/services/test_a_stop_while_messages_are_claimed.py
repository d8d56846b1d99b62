"""Is what a stop interrupts before it is sent as if it had never been claimed? No attempt is counted, nothing is a repeat."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from probot.app import sender as senders
from probot.messages import Message
from probot.ports import Channel, Outcome, Sending, Unknown
from probot.services.turn import Turn
from probot.store import claims, people
from probot.store.tables import outbox
from tests.world import Clinic, a_clinic

ALERT, QUESTION = "an alert", "a question"


def say(turn: Turn) -> None:
    patient = people.by_code(turn.connection, "P-001")
    assert patient is not None
    turn.say(people.TEAM, Message(ALERT), lane="urgent", purpose="alert")
    turn.say(patient.principal, Message(QUESTION), lane="reply", purpose="welcome")


def standing(clinic: Clinic) -> list[tuple[str, int, bool]]:
    wanted = select(outbox).order_by(outbox.c.seq)
    rows = clinic.store.transact(lambda connection: connection.execute(wanted).all())
    mine = [row for row in rows if getattr(row.content, "text", "") in {ALERT, QUESTION}]
    return [(row.state, row.attempts, row.repeat) for row in mine]


class Held:
    """A step of the sender's that stands still in its thread, with its work done, until it is let go."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._real = real

    def __call__(self, *given: Any, **named: Any) -> Any:
        done = self._real(*given, **named)
        if done and not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(20)
        return done


class LosesOneAnswer:
    """The first sending of the question gets no answer, and did not arrive."""

    def __init__(self, real: Channel) -> None:
        self._real = real
        self.lost = False

    async def deliver(self, sending: Sending) -> Outcome:
        if not self.lost and getattr(getattr(sending, "message", None), "text", "") == QUESTION:
            self.lost = True
            return Unknown("no answer in time")
        return await self._real.deliver(sending)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        await self._real.acknowledge_tap(query, words)


@pytest.mark.parametrize("step", ["_claim", "_address_all"])
async def test_what_a_stop_interrupts_before_it_is_sent_was_never_claimed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        patient = await clinic.patient("P-001")
        runtime = clinic.world.runtime
        held = Held(getattr(senders, step))
        monkeypatch.setattr(senders, step, held)
        await clinic.act(say)
        running = asyncio.create_task(runtime.run())
        assert await asyncio.to_thread(held.reached.wait, 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        stopping = asyncio.create_task(runtime.stop())
        await asyncio.sleep(0.05)
        held.go.set()
        await stopping
        assert standing(clinic) == [("waiting", 0, False)] * 2
        monkeypatch.undo()

        clinic.store.transact(claims.end_all, clinic.clock.at)  # as the next start does
        runtime.sender._channel = LosesOneAnswer(runtime.sender._channel)
        await clinic.settle()
        assert [words for words in team.texts if ALERT in words] == [ALERT], "no word of a repeat"
        await clinic.pass_time(minutes=2)
        assert QUESTION in patient.texts, "one answer that got lost is not two"


async def test_whoever_finishes_beside_a_turn_takes_nothing_out_of_its_hand(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await clinic.team(await clinic.staff("Mei"))
        await clinic.patient("P-001")
        sender = clinic.world.runtime.sender
        held = Held(senders._address_all)
        monkeypatch.setattr(senders, "_address_all", held)
        await clinic.act(say)
        turn = asyncio.create_task(sender.send())
        assert await asyncio.to_thread(held.reached.wait, 20)
        finishing = asyncio.create_task(sender.finish(0.01))
        await asyncio.sleep(0.05)
        held.go.set()
        await asyncio.gather(turn, finishing)
        await sender.finish()
        assert standing(clinic) == [("sent", 1, False)] * 2
