"""What goes wrong, how often, and when? Seeded dice at every port: the database, the channel, the line, the process.

The rule: the product is not touched; each fault is one that the real port has, and each is noted in the server's
transcript as an act of nobody (person 0), so that the checker knows when the world was broken.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from probot.sandbox.botapi import BotApi
from probot.sandbox.inprocess import InProcessRequest
from probot.store.engine import Store
from tests.simulation.virtual_time import VirtualLoop

NOBODY = 0
READ_TIMEOUT = 20.0
COMMIT_SECONDS = 0.001
CALL_SECONDS = 0.04


@dataclass(frozen=True)
class Rates:
    """How often each thing goes wrong: shares of operations, and numbers for each simulated day."""

    channel_error: float = 0.05
    deliver_then_timeout: float = 0.05
    throttled: float = 0.02
    latency: float = 0.05
    store_error: float = 0.02
    commit_then_error: float = 0.02
    duplicate: float = 0.05
    reorder: float = 0.05
    crashes_a_day: float = 2.0
    short_outages: float = 0.5
    middle_outages: float = 0.15
    long_outages: float = 0.03
    full_disks: float = 0.15


CALM = Rates(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""A world in which nothing goes wrong."""


class Crashed(BaseException):
    """The process is gone. Nothing of it does anything any more."""


class Broken(Exception):
    """What a driver says when its database went away."""


class Trouble:
    """The dice of one run, and what they have broken."""

    def __init__(self, rates: Rates, seed: str, api: BotApi, loop: VirtualLoop) -> None:
        self.rates = rates
        self.on = True
        self._seed = seed
        self._dice = random.Random(f"{seed}/trouble")
        self._api = api
        self._loop = loop
        self._countdown: int | None = None
        self.died: asyncio.Future[None] = loop.create_future()
        self.offline = False
        self.full = False
        """Whether the disk is: nothing can be committed."""

    # -------------------------------------------------------------------- the process

    def plan_crash(self, within: int) -> None:
        """The process dies at one of its next `within` operations."""
        self._countdown = self._dice.randrange(within)

    def reborn(self) -> None:
        """A new process."""
        self._countdown = None
        self.died = self._loop.create_future()

    def token(self) -> str:
        """What proves a claim."""
        return f"{self._dice.getrandbits(128):032x}"

    @property
    def dead(self) -> bool:
        """Whether the process is gone."""
        return self.died.done()

    def _dies_here(self, what: str) -> bool:
        if self._countdown is None:
            return False
        self._countdown -= 1
        if self._countdown >= 0:
            return False
        self._countdown = None
        self.note("crash", what)
        self.died.set_result(None)
        return True

    # -------------------------------------------------------------------- dice

    def note(self, kind: str, what: str = "") -> None:
        """Write into the transcript that the world was broken just now."""
        self._api.transcript.act(
            at=self._api.now(), person=NOBODY, kind=kind, chat=None, details={"what": what}
        )

    def _one_of(self, *chances: tuple[str, float]) -> str:
        """At most one of the named things happens."""
        roll = self._dice.random()
        for name, share in chances:
            if roll < share:
                return name if self.on else ""
            roll -= share
        return ""

    def of_store(self) -> str:
        """What happens to the next transaction: error, commit then error, crash before, crash after, or nothing."""
        if self.dead:
            raise Crashed
        if self._dies_here("store"):
            return self._dice.choice(("crash before", "crash after"))
        if self.full:
            return "full"
        found = self._one_of(
            ("error", self.rates.store_error), ("commit error", self.rates.commit_then_error)
        )
        if found:
            self.note("store", found)
        return found

    def of_call(self, method: str) -> tuple[str, float]:
        """What happens to the next call of the Bot API, and how many seconds its answer takes longer."""
        if self._dies_here(method):
            return self._dice.choice(("crash before", "crash after")), 0.0
        found = self._one_of(
            ("refused", self.rates.channel_error / 2),
            ("dropped", self.rates.channel_error / 4),
            ("broken", self.rates.channel_error / 4),
            ("lost", self.rates.deliver_then_timeout),
            ("flood", self.rates.throttled),
            ("slow", self.rates.latency),
        )
        seconds = self._dice.uniform(0, 30) if found in {"slow", "flood"} else 0.0
        return found, seconds

    def of_updates(self) -> None:
        """Double or reverse the next batch of updates, if the dice say so."""
        for kind, share in (("duplicate", self.rates.duplicate), ("reorder", self.rates.reorder)):
            if self._one_of((kind, share)):
                self._api.faults.set(kind, times=1)  # type: ignore[arg-type]

    # -------------------------------------------------------------------- outages

    def outages(self, days: int) -> list[tuple[float, float]]:
        """Seconds at which the line fails, and for how long, over so many days."""
        found = []
        for share, length in (
            (self.rates.short_outages, timedelta(minutes=3)),
            (self.rates.middle_outages, timedelta(hours=3)),
            (self.rates.long_outages, timedelta(hours=30)),
        ):
            found += [
                (self._dice.uniform(0, days * 86_400), length.total_seconds())
                for _ in range(days)
                if self._dice.random() < share
            ]
        return sorted(found)

    def full_disks(self, days: int) -> list[tuple[float, float]]:
        """Seconds at which the disk is full, and for how long, over so many days."""
        dice = random.Random(f"{self._seed}/disks")  # of its own: kept seeds go on meaning what they meant
        return [
            (dice.uniform(0, days * 86_400), dice.uniform(60, 400))
            for _ in range(days)
            if dice.random() < self.rates.full_disks
        ]

    def crashes(self, days: int) -> list[float]:
        """Seconds after which the process dies at one of its next operations."""
        count = int(self.rates.crashes_a_day * days)
        return sorted(self._dice.uniform(0, days * 86_400) for _ in range(count))


class UnsteadyStore(Store):
    """A database that sometimes fails: before the commit, after it, or together with the process."""

    def __init__(self, url: str, trouble: Trouble, loop: VirtualLoop) -> None:
        super().__init__(url)
        self._trouble = trouble
        self._loop = loop

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction, with whatever the dice have for it."""
        fault = self._trouble.of_store()
        with super().begin() as connection:
            yield connection
            if fault == "error":
                raise _gone()
            if fault == "full":
                raise OperationalError("", {}, Broken("database or disk is full"))
            if fault == "crash before":
                raise Crashed
        self._loop.advance(COMMIT_SECONDS)
        if fault == "commit error":
            raise _gone()
        if fault == "crash after":
            raise Crashed


def _gone() -> OperationalError:
    return OperationalError("", {}, Broken("the connection to the database is gone"))


class UnsteadyLine(InProcessRequest):
    """The way to the server, with the faults that a real one has."""

    def __init__(self, api: BotApi, trouble: Trouble, loop: VirtualLoop) -> None:
        super().__init__(api, read_timeout=READ_TIMEOUT)
        self._trouble = trouble
        self._server = api
        self._loop = loop

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE, write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE, pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:  # fmt: skip
        """One call."""
        del write_timeout, connect_timeout, pool_timeout
        if self._trouble.dead:
            await self._hang()
        name = url.rsplit("/", 1)[-1].lower()
        await asyncio.sleep(CALL_SECONDS)
        if self._trouble.offline:
            raise NetworkError("no connection") from httpx.ConnectError("no route to host")
        if name == "getupdates":
            self._trouble.of_updates()
        fault, seconds = self._trouble.of_call(name)
        self._break(name, fault, seconds)
        if fault == "crash before":
            await self._hang()
        answer = await super().do_request(url, method, request_data, read_timeout)
        if fault == "crash after":
            await self._hang()
        if fault == "slow":
            await asyncio.sleep(min(seconds, READ_TIMEOUT))
            if seconds > READ_TIMEOUT:
                self._trouble.note("answer too late", name)
                raise TimedOut from httpx.ReadTimeout("")
        if self._trouble.dead:
            await self._hang()
        return answer

    def _break(self, method: str, fault: str, seconds: float) -> None:
        faults = self._server.faults
        if fault in {"refused", "dropped"}:
            faults.set("offline", times=1, methods=(method,), how=fault)  # type: ignore[arg-type]
        elif fault == "broken":
            faults.set("broken", times=1, methods=(method,))
        elif fault == "lost":
            faults.set("lost", times=1, methods=(method,), how="hangs")
        elif fault == "flood":
            faults.set("flood", times=1, seconds=seconds, methods=(method,))

    async def _hang(self) -> None:
        """Whoever waits here belongs to a process that is gone."""
        await self._loop.create_future()
