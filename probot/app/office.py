"""How does the async world get something done in the database? It hands a whole transaction to a thread.

The rule: nothing awaits between begin and commit; SQLite has one writing thread, PostgreSQL a few, and who only wants
to know how things stand has another and keeps nobody waiting. Where time is
simulated nobody else waits meanwhile, so it can be done right where it is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from probot.ports import Clock
from probot.services.turn import Studies, Turn
from probot.store import wake
from probot.store.engine import Store

Given = ParamSpec("Given")
Result = TypeVar("Result")

PATIENCE = 3
"""How often a transaction is run when the database itself fails under it; keys make running it again harmless."""


class Office:
    """The database, the study's versions and the clock, for whoever is async."""

    def __init__(
        self, store: Store, clock: Clock, studies: Studies | None = None, *, in_threads: bool = True
    ) -> None:
        """`in_threads`: others go on meanwhile. Without, the whole event loop stands still during a transaction, which
        is quicker (two threads do not wait for each other) and right only where there is nothing else to be done.
        """
        self.store = store
        self.clock = clock
        self.studies = studies or Studies()
        self._threads = (
            ThreadPoolExecutor(1 if store.is_sqlite else 4, thread_name_prefix="store")
            if in_threads
            else None
        )
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader") if in_threads else None

    async def act(
        self,
        act: Callable[Concatenate[Turn, Given], Result],
        cause: str,
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Result:
        """Run `act(turn, …)` as one transaction on behalf of `cause`."""

        def run(connection: Connection) -> Result:
            return act(Turn(connection, self.studies, self.clock.now(), cause), *args, **kwargs)

        return await self._run(run)

    async def look(
        self,
        look: Callable[Concatenate[Connection, Given], Result],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Result:
        """Run `look(connection, …)` as one transaction."""
        return await self._run(lambda connection: look(connection, *args, **kwargs))

    async def read(
        self,
        look: Callable[Concatenate[Connection, Given], Result],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Result:
        """Run `look(connection, …)` where nothing can be written, in a thread of its own: no answer waits for it."""
        return await self._run(lambda connection: look(connection, *args, **kwargs), writes=False)

    async def _run(self, run: Callable[[Connection], Result], *, writes: bool = True) -> Result:
        loop = asyncio.get_running_loop()
        threads, once = (self._threads, self.store.transact) if writes else (self._reader, self.store.look)
        for attempt in range(1, PATIENCE + 1):
            try:
                if threads is None:
                    return once(run)
                return await loop.run_in_executor(threads, once, run)
            except DBAPIError:
                if attempt == PATIENCE:
                    raise
                await asyncio.sleep(0.2 * attempt)
        raise AssertionError  # the loop above returns or raises

    def act_now(
        self,
        act: Callable[Concatenate[Turn, Given], Result],
        cause: str,
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Result:
        """The same in this very thread, for the command line; a command given twice is two causes."""
        now = self.clock.now()
        once = f"{cause[:80]}:{now.isoformat()}"

        def run(connection: Connection) -> Result:
            turn = Turn(connection, self.studies, now, once, actor="operator", role="operator")
            result = act(turn, *args, **kwargs)
            for what in ("in", "out"):
                wake.ring(connection, what)
            return result

        return self.store.transact(run)

    def close(self) -> None:
        """Finish what the threads have in hand and let the database go."""
        for threads in (self._threads, self._reader):
            if threads is not None:
                threads.shutdown(wait=True)
        with contextlib.suppress(DBAPIError):
            self.store.close()
