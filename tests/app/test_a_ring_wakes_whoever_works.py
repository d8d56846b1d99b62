"""Does a process that works hear at once what another one received? By a ring; its own look may be an hour away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from probot.app.roles import Role
from probot.app.world import World, build_world
from probot.messages import Message
from probot.sandbox.inprocess import ROOT, InProcessRequest
from probot.services.turn import Turn
from probot.store import people
from probot.store.engine import Store
from tests.world import TOKEN, Clinic, a_clinic, close

pytestmark = pytest.mark.postgres
SECONDS = 20.0


@asynccontextmanager
async def running(
    clinic: Clinic, role: Role, *, look: Callable[[], Any] | None = None
) -> AsyncIterator[World]:
    """One more process's parts on the clinic's database, once its bell is heard. `look`: how long until its own look."""
    world = build_world(
        Store(clinic.store.url), clinic.clock, TOKEN, ROOT,
        request=InProcessRequest(clinic.api), poll_seconds=0, role=role, process=role,
    )  # fmt: skip
    await world.introduce()
    if look is not None:
        runtime: Any = world.runtime
        runtime._until_an_update = runtime._until_a_message = look
    going = asyncio.create_task(world.runtime.run())
    bell = world.runtime.bell
    assert bell is not None
    async with asyncio.timeout(SECONDS):
        await bell.heard.wait()
    try:
        yield world
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        await close(world)


class Resting:
    """Says that the next look is an hour away, and lets know that it was asked: nothing was left to be done."""

    def __init__(self) -> None:
        self.times = 0
        self.asked = asyncio.Event()

    async def __call__(self) -> float:
        self.times += 1
        self.asked.set()
        return 3600.0

    async def all_rest(self) -> None:
        """Worker and sender have looked, found nothing, and wait."""
        async with asyncio.timeout(SECONDS):
            while self.times < 2:
                self.asked.clear()
                await self.asked.wait()


async def shows(clinic: Clinic, holds: Callable[[], bool]) -> None:
    """Comes back once a phone shows it; looked at whenever something changes at the server."""
    changed = asyncio.Event()
    off = clinic.api.on_change(changed.set)
    async with asyncio.timeout(SECONDS):
        while not holds():
            changed.clear()
            await changed.wait()
    off()


async def test_an_answer_that_another_process_received_is_handled_though_the_next_look_is_an_hour_away(
    postgres_url: str,
) -> None:
    async with a_clinic(postgres_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        look = Resting()
        async with running(clinic, "work", look=look), running(clinic, "receive") as receiving:
            await look.all_rest()
            before = len(patient.texts)
            clinic.api.people.say(patient.person, patient.chat, "/help")
            assert receiving.poller is not None
            await receiving.poller.turn()
            await shows(clinic, lambda: len(patient.texts) > before)


async def test_what_a_command_says_is_sent_though_the_next_look_is_an_hour_away(postgres_url: str) -> None:
    async with a_clinic(postgres_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        look = Resting()
        async with running(clinic, "work", look=look):
            await look.all_rest()

            def say(turn: Turn) -> None:
                known = people.by_code(turn.connection, "P-001")
                assert known is not None
                turn.say(known.principal, Message("hello"), lane="reply", purpose="welcome")

            await asyncio.to_thread(clinic.world.runtime.office.act_now, say, "command")
            await shows(clinic, lambda: "hello" in patient.texts)
