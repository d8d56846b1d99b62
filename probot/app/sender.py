"""How do messages leave? Claimed, addressed, sent and noted; alerts first, each chat in its own order.

The rule: what was claimed is sent by itself, so that a slow answer holds up its own chat and nobody else's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from probot.app.office import Office
from probot.ports import Channel, Later, Outcome
from probot.services import deliver
from probot.services.deliver import Addressed
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.store import outbox
from probot.store.records import Outgoing

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Messages under way at the same time."""


class Sender:
    """Empties the outbox at the channel's pace."""

    def __init__(self, office: Office, channel: Channel, token: Callable[[], str], pace: Pace | None) -> None:
        self._office = office
        self._channel = channel
        self._token = token
        self._pace = pace
        self._under_way: set[asyncio.Task[None]] = set()
        self.freed: Callable[[], None] = _nobody_waits
        """Called when a sending has ended, so that the next message of that chat need not wait for a look."""

    async def send(self) -> int:
        """Claim and start what may go now; how many messages that were."""
        now = self._office.clock.now()
        room = AT_ONCE - len(self._under_way)
        resting: list[str] = []
        if self._pace is not None:
            room, resting = min(room, self._pace.room(now)), self._pace.resting(now)
        if room <= 0:
            return 0
        claimed = await self._office.look(outbox.claim, now, self._token(), room, resting=resting)
        if not claimed:
            return 0
        addressed = await self._office.act(_address_all, "sender", claimed)
        for row, to in addressed:
            if to is not None:
                task = asyncio.create_task(self._send(row, to))
                self._under_way.add(task)
                task.add_done_callback(self._ended)
        return len(claimed)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.freed()

    async def _send(self, row: Outgoing, to: Addressed) -> None:
        if self._pace is not None:
            now = self._office.clock.now()
            self._pace.sent(row.recipient, now, group=to.sending.chat < 0, edit=row.kind == "edit")
        outcome = await self._channel.deliver(to.sending)
        if self._pace is not None and row.kind != "edit":
            self._pace.arrived(row.recipient, self._office.clock.now())
        if self._pace is not None and isinstance(outcome, Later):
            until = self._office.clock.now() + timedelta(seconds=outcome.seconds)
            if outcome.wide:
                self._pace.rest_all(until)
            else:
                self._pace.rest(row.recipient, until)
        await self._office.act(_note, f"sent:{row.id}:{row.attempts}", row, to, outcome)

    async def finish(self) -> None:
        """Wait for everything that is under way. Raises what a sending raised: that is a defect of ours."""
        while self._under_way:
            done, _ = await asyncio.wait(set(self._under_way))
            for task in done:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error


def _nobody_waits() -> None:
    pass


def _address_all(turn: Turn, rows: list[Outgoing]) -> list[tuple[Outgoing, Addressed | None]]:
    return [(row, deliver.address(turn, row)) for row in rows]


def _note(turn: Turn, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
    deliver.note_outcome(turn, row, to.contact, outcome)
