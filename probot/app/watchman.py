"""How does somebody far away learn that probot is dead? By a heartbeat that does not come.

The rule: the heart beats only after a look that found nothing wrong and was written down; whatever keeps the look
from happening keeps the heartbeat back as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.outside.channel import OutsideChannel
from probot.services import auditor
from probot.services.turn import NothingPublished
from probot.services.watch import HEARTBEAT
from probot.store import pulses
from probot.store.room import Room

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
AGAIN_SECONDS = 5.0
"""How soon it is looked again while something is wrong."""

Moment = tuple[datetime, float]
"""What the clock said, and how many seconds had passed by then."""


class Watchman:
    """Has the auditor look, and lets the heart beat when all is well."""

    def __init__(
        self, office: Office, beside: OutsideChannel, room: Callable[[], Room | None],
        passed: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        """`passed` gives seconds that only ever grow, whatever is done to the clock; None where it is moved by hand."""
        self._office = office
        self._passed = passed
        self._looked: Moment | None = None
        self._beside = beside
        self.room = room
        """The disk under the database, now; None where nobody here can know."""
        self.wrong: tuple[str, ...] | None = None
        """What the last look found, by key; None before the first, and when looking failed."""
        self.failures = 0

    async def look(self) -> bool:
        """One look, and one heartbeat if nothing is wrong. True if nothing was."""
        now = self._office.clock.now()
        moment = (now, self._passed()) if self._passed is not None else None
        before, self.wrong = self.wrong, None
        try:
            self.wrong = await self._office.act(
                auditor.look, f"auditor:{now.isoformat()}", self.room(), _ahead(self._looked, moment)
            )
        except NothingPublished:
            return False
        self._looked = moment
        if self.wrong != before and self.wrong:
            log.warning("not all is well", extra={"wrong": ", ".join(self.wrong)})
        if self.wrong:
            return False
        if self._beside.addresses.heartbeat:
            fault = await self._beside.beat()
            if fault:
                log.warning("heartbeat", extra={"fault": fault})
                return False
            await self._office.look(pulses.beat, HEARTBEAT, now)
        return True

    async def watch(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            well = False
            try:
                well = await self.look()
            except SQLAlchemyError as error:
                log.warning("the auditor could not look", extra={"error": type(error).__name__})
            except Exception:
                self.failures += 1
                log.exception("the auditor failed")
            await asyncio.sleep(EVERY_SECONDS if well else AGAIN_SECONDS)


def _ahead(before: Moment | None, after: Moment | None) -> timedelta:
    """How much further than time itself the clock has gone between the two."""
    if before is None or after is None:
        return timedelta()
    return after[0] - before[0] - timedelta(seconds=after[1] - before[1])
