"""How is a process made to die? Every call to the database and to the channel passes one counter, which may kill it.

The rule: nothing of the product is replaced but what it is handed from outside: its store and its line to the
channel. Whatever a dead process still tries to do fails as well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine

from probot.outside.channel import Addresses, OutsideChannel
from probot.ports import Call, Outcome, Sending, Sent
from probot.sandbox.inprocess import InProcessRequest
from probot.store.engine import Store
from probot.store.prepared import driver

Result = TypeVar("Result")


class Crash(BaseException):
    """The process is gone. No `except Exception` can catch it, as nothing catches a kill."""


class Life:
    """One process from start to end. `dies_at`: the number of the call that kills it; None: it lives on.

    `after`: it dies when the call has taken effect, but before it has heard so.
    """

    def __init__(self, dies_at: int | None = None, *, after: bool = False) -> None:
        self._dies_at = dies_at
        self._after = after
        self._lock = threading.Lock()
        self.dead = False
        self.calls = 0
        self.telling: list[int] = []
        """The numbers of the calls that changed something: a write, a message."""

    def enter(self) -> int:
        """A call begins; its number. Raises `Crash` if the process is dead or dies before the call."""
        with self._lock:
            if self.dead:
                raise Crash
            self.calls += 1
            if self.calls == self._dies_at:
                self.dead = True
                if not self._after:
                    raise Crash
            return self.calls

    def leave(self, number: int, *, telling: bool) -> None:
        """The call has taken effect. Raises `Crash` if the process dies before it hears so."""
        if telling:
            self.telling.append(number)
        if number == self._dies_at:
            raise Crash


_ENGINES: dict[str, Engine] = {}


class LastingStore(Store):
    """A store on SQLite whose engine outlives it, without its connections.

    A life in a test is short, and putting all statements together anew would be most of its work.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self.is_sqlite:
            self._engine = _ENGINES.setdefault(self.url, self._engine)


class MortalStore(LastingStore):
    """The database of a process that may die."""

    def __init__(self, url: str, life: Life) -> None:
        super().__init__(url)
        self._life = life

    def transact(self, act: Callable[..., Result], *arguments: Any) -> Result:
        """One transaction; the process may die before or after it."""
        number = self._life.enter()
        wrote = False

        def watched(connection: Any) -> Result:
            nonlocal wrote
            if not self.is_sqlite:
                return act(connection, *arguments)
            told = driver(connection)
            before = told.total_changes
            result = act(connection, *arguments)
            wrote = told.total_changes > before
            return result

        result = super().transact(watched)
        self._life.leave(number, telling=wrote)
        return result


class MortalPaths(OutsideChannel):
    """The mail server and the pager's gateway, as a process that may die reaches them: they take everything."""

    def __init__(self, life: Life, took: list[Call]) -> None:
        super().__init__(Addresses())
        self._life = life
        self._took = took

    async def deliver(self, sending: Sending) -> Outcome:
        """One call; the process may die before or after it is taken."""
        assert isinstance(sending, Call)
        number = self._life.enter()
        self._took.append(sending)
        self._life.leave(number, telling=True)
        return Sent(None)


class MortalRequest(InProcessRequest):
    """The line of a process that may die."""

    def __init__(self, api: Any, life: Life) -> None:
        super().__init__(api)
        self._life = life

    async def do_request(self, url: str, *arguments: Any, **named: Any) -> tuple[int, bytes]:
        """One call to the channel; the process may die before or after it."""
        number = self._life.enter()
        answer = await super().do_request(url, *arguments, **named)
        self._life.leave(number, telling=not url.endswith("/getUpdates"))
        return answer
