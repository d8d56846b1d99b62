"""How does what arrived get handled? Claimed in order, read, and done, many chats in one commit.

The rule: a batch that works is one commit; in one that fails each update stands alone, and the one that keeps
failing is put aside, visible, while its chat goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.ports import ButtonTapped, Channel, Incoming
from probot.services import fetch, receive
from probot.services.handle import handle
from probot.services.turn import Turn
from probot.store import inbox
from probot.store.engine import is_the_worlds
from probot.store.records import Arrived
from probot.store.together import together

log = logging.getLogger(__name__)

BATCH = 200
SMALLEST_SHARE = 20
"""Below this a batch costs more than it leaves for others."""
ENOUGH = 2
"""After this many updates that failed for the database's own reasons, the others need not be tried."""

Read = Callable[[Arrived], Incoming]


class Worker:
    """Handles what the inbox holds. `read` makes an `Incoming` of a raw update and never raises."""

    def __init__(self, office: Office, channel: Channel, read: Read, token: Callable[[], str]) -> None:
        self._office = office
        self._channel = channel
        self._read = read
        self._token = token
        self._taps: set[asyncio.Task[None]] = set()
        self._in_hand: list[Arrived] = []
        self.parked = 0
        self.workers: Callable[[], int] = _alone
        """How many share the work: one that takes all that waits leaves the others nothing to do."""

    async def keep(self, bot: int, updates: list[dict[str, Any]]) -> None:
        """Keep a batch of raw updates; returns once it is committed."""
        await self._office.look(receive.keep, bot, updates, self._office.clock.now())

    async def work(self) -> int:
        """Handle one batch; how many updates it had. Raises SQLAlchemyError when the database itself fails."""
        await self._give_back()
        claimed = await self._office.look(inbox.claim, self._office.clock.now(), self._token(), self._share())
        if not claimed:
            return 0
        self._in_hand = list(claimed)
        read = [(arrived, self._read(arrived)) for arrived in claimed]
        try:
            toasts = await self._office.act(_handle_all, "inbox", read)
        except Exception:  # noqa: BLE001 -- whichever update it was, the others must not suffer: one by one, then
            toasts = await self._one_by_one(read)
        self._in_hand = []
        for query, words in toasts:
            task = asyncio.create_task(self._channel.acknowledge_tap(query, words))
            self._taps.add(task)
            task.add_done_callback(self._taps.discard)
        return len(claimed)

    def _share(self) -> int:
        return max(BATCH // self.workers(), SMALLEST_SHARE)

    async def _give_back(self) -> None:
        """What was claimed and could not be tried (the database failed, or there was no time) is free at once."""
        if self._in_hand:
            await self._office.look(inbox.give_back, self._in_hand)
            self._in_hand = []

    async def _one_by_one(self, read: Sequence[tuple[Arrived, Incoming]]) -> list[tuple[str, str]]:
        """Each update by itself. Only if nothing at all works is it the database's fault and nobody's attempt.

        Whatever is behind one that could not be handled waits for it, untried.
        """
        toasts: list[tuple[str, str]] = []
        failed: list[tuple[Arrived, Exception]] = []
        held_up: set[str] = set()
        behind: list[Arrived] = []
        worked = False
        for arrived, incoming in read:
            if arrived.lane in held_up:
                behind.append(arrived)
                continue
            try:
                toasts += await self._office.act(_handle_all, "inbox", [(arrived, incoming)])
                worked = True
            except LostClaim:
                held_up.add(arrived.lane)
                log.info("update was handled elsewhere", extra={"seq": arrived.seq})
            except Exception as error:
                if is_the_worlds(error) and not worked and len(failed) >= ENOUGH:
                    raise
                held_up.add(arrived.lane)
                failed.append((arrived, error))
        if failed and not worked and all(is_the_worlds(error) for _, error in failed):
            raise failed[0][1]
        if behind:
            await self._office.look(inbox.give_back, behind)
        for arrived, fault in failed:
            await self._failed(arrived, fault)
        return toasts

    async def _failed(self, arrived: Arrived, error: Exception) -> None:
        fault = type(error).__name__
        log.error("update failed", extra={"seq": arrived.seq, "attempt": arrived.attempts}, exc_info=error)
        if arrived.attempts < inbox.TRIES:
            await self._office.look(inbox.release, arrived, fault)
        else:
            self.parked += 1
            await self._office.act(_park, f"inbox:{arrived.seq}", arrived, fault)

    async def finish(self) -> None:
        """Wait until every tapped button has been answered, and let go of what was only claimed."""
        with suppress(SQLAlchemyError):
            await self._give_back()
        if self._taps:
            await asyncio.gather(*self._taps, return_exceptions=True)


def _alone() -> int:
    return 1


class LostClaim(Exception):
    """Somebody else has the update by now; this transaction must not be committed."""


def _handle_all(turn: Turn, read: Sequence[tuple[Arrived, Incoming]]) -> list[tuple[str, str]]:
    toasts = []
    with together(turn.connection):
        fetch.for_updates(turn, [incoming for _, incoming in read])
        for arrived, incoming in read:
            own = turn.on_behalf_of(f"update:{arrived.bot}:{arrived.update_id}")
            handle(own, incoming)
            if isinstance(incoming.content, ButtonTapped):
                toasts.append((incoming.content.query, own.toast))
        if not inbox.all_done(turn.connection, [arrived for arrived, _ in read], turn.now):
            raise LostClaim
    return toasts


def _park(turn: Turn, arrived: Arrived, fault: str) -> None:
    if inbox.park(turn.connection, arrived, turn.now, fault):
        turn.note("update parked", "update", f"{arrived.bot}:{arrived.update_id}", reason=fault)
