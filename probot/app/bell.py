"""How does one process wake another? PostgreSQL's NOTIFY, on two connections of the bell's own.

The rule: a ring is a hint and carries nothing but what to look at. Whoever misses one looks all the same, a little
later; while the bell cannot hear itself, everybody looks as often as if there were none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from probot.store.wake import CHANNEL, What

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
"""How long it waits before it connects again."""
HELLO_SECONDS = 20.0
"""How often it makes sure that it hears itself. A pooler that passes no notifications on is found out by that."""


class Bell:
    """Rings, and hears others ring. `arguments`: how to connect; `name`: whose rings are our own."""

    def __init__(self, arguments: dict[str, Any], name: str) -> None:
        self._arguments = {"connect_timeout": 5, **arguments}
        self._name = name
        self._wanted: set[str] = set()
        self._rings = asyncio.Event()
        self._heard_itself = asyncio.Event()
        self.heard = asyncio.Event()
        """Set while it is certain that rings are heard."""
        self.woken: Callable[[What], None] = _nobody_waits

    def ring(self, what: What) -> None:
        """Wake the others, soon; many rings at once are one."""
        self._wanted.add(what)
        self._rings.set()

    @property
    def up(self) -> bool:
        """Whether nobody needs to look often."""
        return self.heard.is_set()

    async def run(self) -> None:
        """Until cancelled; a database that restarts is connected to again."""
        while True:
            try:
                await self._connected()
            except* (psycopg.Error, OSError, TimeoutError) as failed:
                log.warning("the bell is not heard", extra={"error": type(failed.exceptions[0]).__name__})
            finally:
                self.heard.clear()
            for what in _EVERYTHING.values():
                self.woken(what)  # from now on they look often, and what was missed is found
            await asyncio.sleep(AGAIN_SECONDS)

    async def _connected(self) -> None:
        async with await self._connect() as ears, await self._connect() as hand:
            await ears.execute(f"LISTEN {CHANNEL}")
            async with asyncio.TaskGroup() as both:
                both.create_task(self._listen(ears))
                both.create_task(self._ring(hand))

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(**self._arguments, autocommit=True)

    async def _listen(self, ears: psycopg.AsyncConnection[Any]) -> None:
        async for heard in ears.notifies():
            what, _, whose = heard.payload.partition(" ")
            if whose == self._name:
                self._heard_itself.set()
                self.heard.set()
            elif what in _EVERYTHING:
                self.woken(_EVERYTHING[what])
        raise ConnectionError("the connection has ended")

    async def _ring(self, hand: psycopg.AsyncConnection[Any]) -> None:
        while True:
            self._heard_itself.clear()
            await self._notify(hand, "hello")
            async with asyncio.timeout(HELLO_SECONDS):
                await self._heard_itself.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(HELLO_SECONDS):
                    while True:
                        await self._rings.wait()
                        self._rings.clear()
                        wanted, self._wanted = self._wanted, set()
                        for what in wanted:
                            await self._notify(hand, what)

    async def _notify(self, hand: psycopg.AsyncConnection[Any], what: str) -> None:
        await hand.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{what} {self._name}"))


_EVERYTHING: dict[str, What] = {"in": "in", "out": "out"}


def _nobody_waits(_: What) -> None:
    pass
