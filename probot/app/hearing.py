"""How do those who work learn that Telegram is heard, where another process receives? It writes that down.

The rule: what is written is when Telegram was last heard to the end, so a process that only stands by writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.services import receive

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class Hearing:
    """Notes when Telegram was heard. `heard` tells it (None: not lately, or not to the end)."""

    def __init__(self, office: Office, heard: Callable[[], datetime | None]) -> None:
        self._office = office
        self._heard = heard
        self._noted: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.note()
            except SQLAlchemyError as error:
                log.warning("the database does not answer", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_SECONDS)

    async def note(self) -> None:
        """Write it down, if it was heard since the last time."""
        heard = self._heard()
        if heard is not None and heard != self._noted:
            await self._office.look(receive.heard, heard)
            self._noted = heard
