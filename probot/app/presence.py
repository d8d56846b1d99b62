"""Which processes work on this database, and what becomes of the claims of one that died?

The rule: every claim begins with the name of its process, and every process renews a lease under that name; when the
lease is over, or its holder is certainly dead, its claims are free at once and wait for no deadline. Those who only
receive say so in the name of their lease, so that the others know among how many the work is shared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.clocks import DatabaseClock
from probot.app.lease import is_dead, this_process
from probot.app.office import Office
from probot.store import claims, pulses

log = logging.getLogger(__name__)

LIFE = timedelta(seconds=12)
RENEW_SECONDS = 2.0
_KIND = "process:"
_RECEIVES = ":receives"


class Presence:
    """This process among the others. `name`: 8 letters or digits with which its claims begin; `works`: it handles updates."""

    def __init__(self, office: Office, name: str, *, works: bool = True) -> None:
        self._office = office
        self._name = name
        self._lease = _KIND + name + ("" if works else _RECEIVES)
        self.workers = 1
        """How many share the work, as last seen."""

    def come(self) -> None:
        """Be there, and free what the dead have left."""
        self._office.store.transact(self._renew)

    async def keep(self, freed: Callable[[], None]) -> None:
        """Stay there, and look after the others; `freed` is called whenever claims of a dead one were ended."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                ended = await self._office.look(self._renew)
                if isinstance(self._office.clock, DatabaseClock):
                    await self._office.look(self._office.clock.look)
            except SQLAlchemyError as error:
                log.warning("the database does not answer", extra={"error": type(error).__name__})
                continue
            if ended:
                freed()

    def go(self) -> None:
        """Be gone. What was still in hand is free for the others."""
        self._office.store.transact(self._end)

    def _end(self, connection: Connection) -> None:
        pulses.drop_lease(connection, self._lease, self._name)
        claims.end_of(connection, self._office.clock.now(), self._name)

    def _renew(self, connection: Connection) -> int:
        """Renew our lease; how many claims of the dead were ended."""
        now = self._office.clock.now()
        pulses.take_lease(connection, self._lease, this_process(), self._name, now, LIFE)
        ended = workers = 0
        for held in pulses.leases(connection, _KIND):
            if held.token != self._name and (held.until <= now or is_dead(held.holder)):
                pulses.drop_lease(connection, held.name, held.token)
                ended += claims.end_of(connection, now, held.token)
            elif not held.name.endswith(_RECEIVES):
                workers += 1
        self.workers = max(1, workers)
        return ended
