"""How does this process join those on its database, and leave them? By its lease, and by being there.

The rule: on SQLite it is alone or it does not start; on PostgreSQL a second one that does everything does not start
either, one that only receives stands by, and one that only works is always welcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from probot.app import copies
from probot.app.lease import LIFE, QUICK_LIFE, Lease
from probot.app.office import Office
from probot.app.presence import Presence
from probot.app.roles import Role, works
from probot.store import claims


class Crew:
    """This process among those on its database. `name`: what its claims begin with; `stands_by`: it waits for its turn."""

    def __init__(self, office: Office, role: Role, name: str, *, stands_by: bool) -> None:
        self._office = office
        self.role = role
        self.name = name
        lease = Lease(office, name, LIFE if office.store.is_sqlite else QUICK_LIFE)
        self._alone = lease if role == "all" else None
        self.receiving = lease if stands_by else None
        """What it waits for before it receives."""
        self._presence = None if office.store.is_sqlite else Presence(office, name, works=works(role))
        self.freed: Callable[[], None] = _nobody_waits
        """Called when a dead process's claims were ended."""

    def join(self, waiting: Callable[[str], None]) -> None:
        """Be one of them. `waiting` is told whom there is to wait for. Raises `HeldElsewhere`."""
        if self._alone is not None:
            self._alone.take(waiting)
        if self._presence is not None:
            self._presence.come()
        else:
            self._office.store.transact(claims.end_all, self._office.clock.now())

    async def keep(self) -> None:
        """Stay one of them until cancelled. Raises `HeldElsewhere` when our place was taken."""
        parts = [self._alone.keep()] if self._alone is not None else []
        parts.append(copies.go_on(self._office))
        if self._presence is not None:
            parts.append(self._presence.keep(self._freed))
        await asyncio.gather(*parts)

    def _freed(self) -> None:
        self.freed()

    def workers(self) -> int:
        """How many share the work of handling updates."""
        return 1 if self._presence is None else self._presence.workers

    def leave(self) -> None:
        """Give back what is ours."""
        for lease in (self._alone, self.receiving):
            if lease is not None:
                lease.drop()
        if self._presence is not None:
            self._presence.go()


def _nobody_waits() -> None:
    pass
