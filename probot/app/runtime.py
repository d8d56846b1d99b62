"""What runs while probot runs? A receiver, a worker, two senders and a tick, and somebody who watches them.

The rule: each loop can be turned once by hand (`settle`), which is how the clock of the sandbox and the tests
move on without waiting; whatever dies is started again, and being alive means that Telegram was heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.bell import Bell
from probot.app.hearing import Hearing
from probot.app.office import Office
from probot.app.sender import Sender
from probot.app.ticker import Ticker
from probot.app.worker import Worker
from probot.services import tick
from probot.store import outbox
from probot.store.engine import in_words
from probot.store.wake import What

log = logging.getLogger(__name__)

TICK_SECONDS = 1
STOP_SECONDS = 15
"""How long a stop waits for messages under way; whatever has no outcome then is sent again at the next start."""
CALL_LOOK_SECONDS = 2.0
"""How long it is at most until a due call beside the messenger is found."""
LOOK_SECONDS = 0.5
"""How long the worker and the sender wait for a wake-up before they look all the same."""
SLOW_LOOK_SECONDS = 5.0
"""The same, while other processes' rings are heard."""


class Runtime:
    """The running parts, already put together (see `build`)."""

    def __init__(
        self, office: Office, worker: Worker, sender: Sender, ticker: Ticker, outside: Sender,
        hearing: Hearing | None = None, bell: Bell | None = None,
    ) -> None:  # fmt: skip
        self.office = office
        self.hearing = hearing
        """Of a process that only receives."""
        self.bell = bell
        self.worker = worker
        self.sender = sender
        self.ticker = ticker
        self.outside = outside
        """Sends what goes beside the messenger: neither waits for the other."""
        self.failures = 0
        """Turns of a loop that failed through a defect of ours."""
        self.failing: set[str] = set()
        """The loops whose last turn failed because the database did."""
        self._arrived = asyncio.Event()
        self._to_send, self._to_call = asyncio.Event(), asyncio.Event()
        self.sender.freed = self._to_send.set
        if bell is not None:
            bell.woken = self._wake
        self._working, self._sending, self._ticking = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._calling = asyncio.Lock()

    # ------------------------------------------------------------------------------ one turn each

    async def keep(self, bot: int, updates: list[dict[str, Any]]) -> None:
        """Keep a batch of raw updates and wake the worker."""
        await self.worker.keep(bot, updates)
        self._arrived.set()
        if updates and self.bell is not None:
            self.bell.ring("in")

    async def work(self) -> int:
        """Handle one batch of updates."""
        async with self._working:
            done = await self.worker.work()
        if done:
            self._to_send.set()
        return done

    async def send(self) -> int:
        """Start sending what may go now."""
        async with self._sending:
            return await self.sender.send()

    async def call(self) -> int:
        """Start calling beside the messenger whom it is time to call."""
        async with self._calling:
            return await self.outside.send()

    async def tick(self) -> int:
        """Look at what is due."""
        async with self._ticking:
            done = await self.ticker.tick()
        if done:
            self._to_send.set()
        return done

    async def settle(
        self,
        *,
        receive: Callable[[], Awaitable[object]] | None = None,
        wait: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Do everything that can be done at this moment, until nothing is left.

        `receive`: fetch updates first. `wait`: what to do while messages are due but must not go yet; it says
        whether to look again.
        """
        while True:
            if receive is not None:
                await receive()
            done = await self.work() + await self.tick() + await self._send_all()
            if done and (receive is not None or await self.office.act(tick.is_left, "tick")):
                continue
            await self.worker.finish()
            if done or not await self.office.look(self._due_to_go):
                return
            if await self.call():
                await self.outside.finish()
            elif wait is None or not await wait():
                return

    async def _send_all(self) -> int:
        """Send all that may go now, one message a chat at a time, before anybody looks at anything else again."""
        done, started = 0, 1
        with self.sender.noting_waits():
            while started:
                try:
                    started = await self.send()
                except SQLAlchemyError:
                    if not self.sender.is_busy:
                        raise
                    await self.sender.finish()  # how those went is noted first, once the database is back
                    continue
                done += started
                await self.sender.landed()
        await self.sender.finish()
        return done

    def _due_to_go(self, connection: Connection) -> bool:
        due = outbox.next_due(connection)
        return due is not None and due <= self.office.clock.now()

    async def next_event(self) -> datetime | None:
        """When something is due next."""
        return await self.office.look(tick.next_moment)

    # ------------------------------------------------------------------------------ for as long as it runs

    def look_at_everything(self) -> None:
        """Wake all: something may be free that was not."""
        self._arrived.set()
        self._to_send.set()

    def _wake(self, what: What) -> None:
        (self._arrived if what == "in" else self._to_send).set()

    async def run(self) -> None:
        """Play this process's part until cancelled."""
        async with asyncio.TaskGroup() as group:
            if self.bell is not None:
                group.create_task(self.bell.run())
            group.create_task(self._work_on() if self.hearing is None else self.hearing.run())

    async def _work_on(self) -> None:
        """Work, send and tick."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        # A late look finds the same rows, so no run is ever too late, and one at a time is enough.
        scheduler.add_job(
            self._tick_quietly, "interval", seconds=TICK_SECONDS, misfire_grace_time=None, coalesce=True,
            max_instances=1,
        )  # fmt: skip
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler.start()
        try:
            with self.sender.taking_turns():
                async with asyncio.TaskGroup() as group:
                    group.create_task(
                        self._keep_on("worker", self.work, self._arrived, self._until_an_update)
                    )
                    group.create_task(
                        self._keep_on("sender", self.send, self._to_send, self._until_a_message)
                    )
                    group.create_task(self._keep_on("outside", self.call, self._to_call, self._until_a_call))
        finally:
            scheduler.shutdown(wait=False)

    async def _tick_quietly(self) -> None:
        try:
            await self.tick()
        except SQLAlchemyError as error:
            self._database_failed("tick", error)
        except Exception:
            self.failures += 1
            log.exception("a look at what is due failed")
        else:
            self.failing.discard("tick")

    def _database_failed(self, loop: str, error: SQLAlchemyError) -> None:
        self.failing.add(loop)
        log.warning("the database does not answer", extra={"loop": loop, "error": in_words(error)})

    async def _until_an_update(self) -> float:
        return SLOW_LOOK_SECONDS if self.bell is not None and self.bell.up else LOOK_SECONDS

    async def _until_a_message(self) -> float:
        """Nobody rings when the moment of a delayed message has come, or a chat or the channel has rested enough."""
        room = self.sender.seconds_to_room()
        if room is not None:
            return min(LOOK_SECONDS, room + 0.001)
        if self.bell is None or not self.bell.up:
            return LOOK_SECONDS
        due = await self.office.look(outbox.next_due)
        if due is None:
            return SLOW_LOOK_SECONDS
        left = (due - self.office.clock.now()).total_seconds()
        return min(SLOW_LOOK_SECONDS, left) if left > 0 else LOOK_SECONDS

    async def _until_a_call(self) -> float:
        return CALL_LOOK_SECONDS

    async def _keep_on(
        self, name: str, once: Callable[[], Awaitable[int]], wake: asyncio.Event,
        rest: Callable[[], Awaitable[float]],
    ) -> None:  # fmt: skip
        while True:
            wake.clear()
            try:
                done = await once()
                longest = 0 if done else await rest()
            except SQLAlchemyError as error:
                self._database_failed(name, error)
                await asyncio.sleep(1)
                continue
            except Exception:
                # A defect of ours. The loop goes on: a process that ends helps nobody whose alert waits.
                self.failures += 1
                log.exception("a turn failed", extra={"loop": name})
                await asyncio.sleep(1)
                continue
            self.failing.discard(name)
            if not done:
                with suppress(TimeoutError):
                    # Not `wait_for`: Python 3.11's loses a cancellation that comes in the moment it is done.
                    async with asyncio.timeout(longest):
                        await wake.wait()

    async def stop(self) -> None:
        """Finish what is under way, but wait for nobody for ever."""
        await self.sender.finish(STOP_SECONDS)
        await self.outside.finish(STOP_SECONDS)
        await self.worker.finish()
