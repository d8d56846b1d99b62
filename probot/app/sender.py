"""How do messages leave? Claimed, addressed, sent and noted; alerts first, each chat in its own order.

The rule: what was claimed is sent by itself, so that a slow answer holds up its own chat and nobody else's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from probot.app.noting import Noting, Went, note_all
from probot.app.office import Office
from probot.app.shared_pace import SharedPace
from probot.messages import ALERT_LANES, MESSENGER_LANES, Lane
from probot.ports import Call, Channel, Later, Outcome, Unknown
from probot.services import deliver, fetch
from probot.services.deliver import Addressed
from probot.services.pace import Pace, ahead_of
from probot.services.turn import Turn
from probot.store import outbox, waiting
from probot.store.engine import is_the_worlds
from probot.store.records import Outgoing
from probot.store.sending import Happened
from probot.store.together import together

log = logging.getLogger(__name__)

AT_ONCE = 256
"""Messages under way at the same time."""
FOR_ALERTS = 32
"""So many of these are for alerts alone, however many other messages hang."""
Alone = tuple[list[str], list[str]]
"""Whom to send nothing, and whom only what is urgent."""
KEEP_EVERY = outbox.LEASE / 3
"""How often the claims of messages under way are renewed."""
STOOD_STILL = timedelta(seconds=8)
"""Whoever takes longer from a claim to the sending may count as dead: shorter than the lease of a process."""


class Sender:
    """Empties the outbox at the channel's pace."""

    def __init__(
        self, office: Office, channel: Channel, token: Callable[[], str], pace: Pace | None,
        lanes: tuple[Lane, ...] = MESSENGER_LANES, shared: SharedPace | None = None,
    ) -> None:  # fmt: skip
        self._lanes = lanes
        self._office = office
        self._channel = channel
        self._token = token
        self._pace = pace
        self._shared = shared
        self._under_way: dict[asyncio.Task[None], Outgoing] = {}
        self._in_hand: list[Outgoing] = []
        self._turning = False
        self._preparing: asyncio.Task[list[tuple[Outgoing, Addressed | None]]] | None = None
        self._to_note: list[tuple[Went, asyncio.Future[bool]]] = []
        self._taking_turns = False
        self._noting_waits = False
        self._noting = asyncio.Lock()
        self.book = Noting(office)
        self._news = asyncio.Event()
        self._kept: datetime | None = None
        self._line_down = False
        self._took = timedelta()
        self.outcomes: Counter[str] = Counter()
        """How sendings ended, counted since this process began."""
        self.freed: Callable[[], None] = _nobody_waits
        """Called when a sending has ended, so that the next message of that chat need not wait for a look."""

    @property
    def failures(self) -> int:
        """Defects of ours that were met in sending."""
        return self.book.failures

    async def send(self) -> int:
        """Claim and start what may go now; how many messages that were. Raises SQLAlchemyError when the database fails."""
        now = self._office.clock.now()
        self._turning = True
        try:
            await self._keep_claims(now)
            # If whoever waits for it is cancelled it goes on: what it has claimed by then has to be given back.
            self._preparing = asyncio.create_task(self._prepared(now))
            addressed = await asyncio.shield(self._preparing)
        finally:
            self._turning = False
        claimed = len(self._in_hand)
        if not claimed:
            return 0
        self._took = self._office.clock.now() - now
        if self._took >= STOOD_STILL:
            log.warning("this process stood still; what it was about to send it looks at again")
            return claimed
        for row, to in addressed:
            if to is not None:
                task = asyncio.create_task(self._send(row, to, self._count(row, to)))
                self._under_way[task] = row
                task.add_done_callback(self._ended)
        self._in_hand = []
        return claimed

    async def _prepared(self, now: datetime) -> list[tuple[Outgoing, Addressed | None]]:
        """Claim what may go now, and find out where it goes. It is in hand until it is begun."""
        self._in_hand = await self._note_and_claim(now)
        return await self._addressed(self._in_hand) if self._in_hand else []

    def _claim_among_others(
        self, connection: Connection, now: datetime, token: str, ended: int
    ) -> list[Outgoing]:
        """Claim where other processes send as well; runs in a thread of the store."""
        assert self._shared is not None
        self._shared.listen(connection)
        room, lanes, alone = self._shared.counting(lambda: self._room(now, ended))
        claimed = _claim(connection, now, token, room, lanes, alone)
        self._shared.tell(connection, claimed, now, tried=lanes != self._lanes)
        return claimed

    def seconds_to_room(self) -> float | None:
        """How long it is worth resting although messages wait: until the channel's limit leaves room again."""
        if self._pace is None:
            return None
        now, ahead = self._office.clock.now(), self._ahead()
        return self._pace.seconds_to_turn(now, ahead) if ahead else self._pace.seconds_to_room(now)

    def _ahead(self) -> timedelta:
        """How long before they may leave messages are got ready. Senders that share a limit count what leaves at once."""
        return ahead_of(self._took) if self._taking_turns and self._shared is None else timedelta()

    async def _note_and_claim(self, now: datetime) -> list[Outgoing]:
        """One transaction: how the last ones went, and what may go next, which may be the next of the same chats."""
        ended, self._to_note = self._to_note, []
        if self._shared is not None:
            claim = partial(self._claim_among_others, now=now, token=self._token(), ended=len(ended))
        else:
            room, lanes, alone = self._room(now, len(ended))
            if room <= 0 and not ended:
                return []
            claim = partial(_claim, now=now, token=self._token(), room=room, lanes=lanes, alone=alone)
        try:
            claimed = await self._office.act(_note_all_and_claim, "sent", [went for went, _ in ended], claim)
        except Exception as error:
            _say_whether_noted(ended, noted=False)
            if is_the_worlds(error) or not ended:
                raise
            log.info("noted one by one", extra={"error": type(error).__name__})
            # The transaction may be there after all and only its confirmation be lost: then these are the same ones.
            claimed = await self._office.act(_note_all_and_claim, "sent", [], claim)
        except BaseException:
            _say_whether_noted(ended, noted=False)
            raise
        _say_whether_noted(ended, noted=True)
        if self._shared is not None:
            self._shared.committed()
        return claimed

    def _room(self, now: datetime, ended: int) -> tuple[int, tuple[Lane, ...], Alone]:
        """How many messages may start, of which lanes, and whom to leave alone. Alerts have room of their own."""
        left = AT_ONCE - len(self._under_way) + ended
        free = left - FOR_ALERTS
        if self._pace is None:
            return (free, self._lanes, ([], [])) if free > 0 else (left, ALERT_LANES, ([], []))
        alone = self._pace.resting(now), self._pace.saving(now)
        room = min(free, self._pace.room(now, self._ahead()))
        if room > 0:
            return room, self._lanes, alone
        return min(left, self._pace.room_for_alerts(now)), ALERT_LANES, alone

    async def _keep_claims(self, now: datetime) -> None:
        """Claims of what is still under way are kept; what was claimed and not begun (the database failed) is free."""
        await self._give_back()
        sending = len(self._under_way) > len(self._to_note)  # the others are about to be noted
        if sending and (self._kept is None or abs(now - self._kept) >= KEEP_EVERY):
            await self._office.look(outbox.extend, list(self._under_way.values()), now)
            self._kept = now

    async def _give_back(self, seconds: float | None = None) -> None:
        """What was claimed and not begun is free at once, also what a turn that was cancelled is still claiming."""
        if self._preparing is not None and not self._preparing.done():
            await asyncio.wait({self._preparing}, timeout=seconds)
        if self._in_hand:
            await self._office.look(outbox.give_back, self._in_hand)
            self._in_hand = []

    async def _addressed(self, claimed: list[Outgoing]) -> list[tuple[Outgoing, Addressed | None]]:
        """Where each goes. One that cannot be addressed is put back, and after some tries aside."""
        try:
            return await self._office.act(_address_all, "sender", claimed)
        except Exception as error:
            if is_the_worlds(error):
                raise
        addressed: list[tuple[Outgoing, Addressed | None]] = []
        for row in claimed:
            try:
                addressed += await self._office.act(_address_all, f"sender:{row.id}:{row.attempts}", [row])
            except Exception as error:
                if is_the_worlds(error):
                    raise
                await self.book.failed(row, error)
        return addressed

    def _count(self, row: Outgoing, to: Addressed) -> datetime:
        """Counted before it starts: the next look must not find room that is taken already. When it may leave."""
        now = self._office.clock.now()
        if self._pace is None:
            return now
        leaves = self._pace.turn(now) if self._ahead() else now
        group = not isinstance(to.sending, Call) and to.sending.chat < 0
        self._counting(partial(self._pace.sent, row.recipient, leaves, group=group, edit=row.kind == "edit"))
        return leaves

    def _counting(self, count: Callable[[], None], *news: Happened) -> None:
        """Count something, and let other processes know."""
        if self._shared is None:
            count()
            return
        self._shared.counting(count)
        for happened in news:
            self._shared.say(happened)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._news.set()
        if not self._taking_turns:
            self.freed()

    async def _deliver(self, to: Addressed, leaves: datetime) -> Outcome:
        """Send it when its time has come. What may be stale by then is looked at again."""
        wait = (leaves - self._office.clock.now()).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)
            if self._office.clock.now() - leaves >= STOOD_STILL:
                return Later(0, "this process stood still")
        return await self._channel.deliver(to.sending)

    async def _send(self, row: Outgoing, to: Addressed, leaves: datetime) -> None:
        try:
            outcome = await self._deliver(to, leaves)
        except Exception as error:  # noqa: BLE001 -- a defect of ours; this message must not take the others along
            await self.book.failed(row, error)
            return
        self.outcomes[type(outcome).__name__.lower()] += 1
        if self._pace is not None and row.kind != "edit":
            at = self._office.clock.now()
            self._counting(
                partial(self._pace.arrived, row.recipient, at), Happened("arrived", row.recipient, at)
            )
        if isinstance(outcome, Later):
            self._rest(row, outcome)
        await self._settled(row, to, outcome)
        if self._line_down and not isinstance(outcome, Later | Unknown):
            await self._line_is_back()

    def _rest(self, row: Outgoing, asked: Later) -> None:
        """Leave the chat, or everybody, alone for a while."""
        now = self._office.clock.now()
        self._line_down |= asked.line_is_down
        if self._pace is None:
            return
        until = now + timedelta(seconds=asked.seconds)
        if asked.line_is_down:  # ours; the others' may be up
            self._counting(partial(self._pace.line_down, now, asked.seconds))
        elif asked.wide:
            self._counting(partial(self._pace.rest_all, until), Happened("rest all", "", now, until))
        else:
            rest = Happened("rest", row.recipient, now, until)
            self._counting(partial(self._pace.rest, row.recipient, until), rest)

    async def _line_is_back(self) -> None:
        """The first that gets through wakes what has waited for the line."""
        self._line_down = False
        if self._pace is not None:
            self._counting(self._pace.line_back)
        try:
            await self._office.look(waiting.line_is_back, self._office.clock.now())
        except SQLAlchemyError as error:
            self._line_down = True  # the next one wakes them
            log.warning("the database does not answer", extra={"error": type(error).__name__})

    async def _settled(self, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
        """See to it that it is written down how it went: together with others, or if that fails by itself."""
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._to_note.append(((row, to, outcome), mine))
        self._news.set()
        self.freed()
        if not self._noting_waits:
            await self._note_what_waits()
        if not await mine:
            await self.book.noted(row, to, outcome)
            self.freed()

    async def _note_what_waits(self) -> None:
        """Write down how those went that have ended by now, in one commit. What fails in that is noted by itself."""
        async with self._noting:
            ended, self._to_note = self._to_note, []
            if not ended:
                return
            noted = False
            try:
                await self._office.act(note_all, "sent", [went for went, _ in ended])
                noted = True
            except Exception as error:  # noqa: BLE001 -- whichever it was: each by itself, then
                log.info("noted one by one", extra={"error": type(error).__name__})
            finally:
                _say_whether_noted(ended, noted=noted)

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """While somebody calls `send` again and again, for as long as this process runs."""
        self._taking_turns = True
        try:
            with self.noting_waits():
                yield
        finally:
            self._taking_turns = False

    @contextmanager
    def noting_waits(self) -> Iterator[None]:
        """Whoever is in here calls `send` once more: what went is noted by that turn, not by a commit of its own."""
        self._noting_waits = True
        try:
            yield
        finally:
            self._noting_waits = False

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way, or its outcome is still to be noted."""
        return bool(self._under_way)

    async def landed(self) -> None:
        """Wait until all that is under way has an outcome, which the next turn notes. Raises what a sending raised."""
        started = set(self._under_way)
        while len(self._to_note) < len(self._under_way):
            self._news.clear()
            await self._news.wait()
        for task in started:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def finish(self, seconds: float | None = None) -> None:
        """Wait for everything that is under way, at most so long; what has not ended then is sent again by whoever follows.

        What was only claimed is free at once, and no attempt is counted. Raises what a sending raised.
        """
        deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
        if not self._turning:  # else somebody is about to begin it
            with suppress(SQLAlchemyError):
                await self._give_back(seconds)
        await self._note_what_waits()
        while self._under_way:
            left = None if deadline is None else deadline - asyncio.get_running_loop().time()
            done, pending = await asyncio.wait(set(self._under_way), timeout=left)
            if not done:
                for task in pending:
                    task.cancel()
                await asyncio.gather(*pending, return_exceptions=True)
                return
            for task in done:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error


def _nobody_waits() -> None:
    pass


def _address_all(turn: Turn, rows: list[Outgoing]) -> list[tuple[Outgoing, Addressed | None]]:
    with together(turn.connection):
        fetch.for_addressing(turn.connection, rows)
        return [(row, deliver.address(turn, row)) for row in rows]


def _say_whether_noted(waiting: list[tuple[Went, asyncio.Future[bool]]], *, noted: bool) -> None:
    for _, whose in waiting:
        if not whose.done():
            whose.set_result(noted)


def _claim(
    connection: Connection, now: datetime, token: str, room: int, lanes: tuple[Lane, ...], alone: Alone
) -> list[Outgoing]:
    if room <= 0:
        return []
    resting, saving = alone
    return outbox.claim(connection, now, token, room, resting=resting, saving=saving, lanes=lanes)


def _note_all_and_claim(
    turn: Turn, went: list[Went], claim: Callable[[Connection], list[Outgoing]]
) -> list[Outgoing]:
    if went:
        note_all(turn, went)
    return claim(turn.connection)
