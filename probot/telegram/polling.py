"""How are updates fetched so that none is lost? A long poll whose offset moves only after the batch was kept.

The rule: nothing but cancellation ends the loop. Whatever goes wrong is reported, waited out and tried again, and a
stop confirms nothing that was not kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from probot.ports import Clock
from probot.telegram.outcomes import seconds_asked
from probot.telegram.reception import ALLOWED_UPDATES, Keep, why_not_kept
from probot.telegram.transport import raw_result
from probot.values import fraction_of

_LOG: Final = logging.getLogger(__name__)

State = Literal[
    "starting", "listening", "unreachable", "conflict", "unauthorised", "throttled", "not_keeping"
]

_FIRST_WAIT: Final[dict[State, float]] = {
    "unreachable": 1,
    "throttled": 1,
    "not_keeping": 1,
    "conflict": 5,
    "unauthorised": 30,
}
"""Seconds before the second try; doubled at each further failure of the same kind."""
_LONGEST_WAIT: Final = 60.0
_LONGEST_WAIT_FOR_OURSELVES: Final = 10.0
"""While it is our own database that fails, nobody is spared by waiting, and a tap lives 150 seconds at Telegram."""
_MARGIN: Final = 10.0
"""Seconds that an answer may take beyond the time the server was asked to wait for updates."""
_NO_LONG_POLL: Final = 0.2
"""A server that answers "nothing" within this many seconds is asked no more often than that."""
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Reception:
    """How receiving goes: the state, since when, how often it failed in a row, and what was said."""

    state: State
    since: datetime
    failures: int = 0
    detail: str = ""


class Poller:
    """The one who asks Telegram for updates. One per token: Telegram refuses a second (state `conflict`).

    `report` is called at every change of state, from inside the loop: it must be quick and must not raise.
    `pause` waits for some seconds; tests give one that does not. `passed` gives seconds that only ever grow.
    """

    def __init__(
        self,
        bot: Bot,
        keep: Keep,
        clock: Clock,
        *,
        poll_seconds: int = 25,
        report: Callable[[Reception], None] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        passed: Callable[[], float] | None = None,
    ) -> None:
        self._bot = bot
        self._keep = keep
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._report = report
        self._pause = pause
        self._passed = passed or loop_seconds
        self._offset: int | None = None
        self._webhook_gone = False
        self._reception = Reception("starting", clock.now())
        self.heard: datetime | None = None
        """When Telegram last answered a poll."""
        self.answered: float | None = None
        """The same in seconds that only ever grow. A watchdog asks this, never the clock, nor whether the task is alive."""
        self.behind = False
        """Whether updates are known to be there that were not kept yet: nobody should act as if all had been heard."""
        self.kept: datetime | None = None
        """When updates were last kept."""
        self.conflicts = 0
        """How often Telegram said that another program receives with this token."""

    @property
    def reception(self) -> Reception:
        """How receiving goes at this moment."""
        return self._reception

    async def run(self) -> None:
        """Fetch for ever. Cancel it at any moment: what was not kept stays unconfirmed and comes again."""
        while True:
            await self.turn()

    async def turn(self) -> None:
        """One poll and what follows from it: keeping, or waiting after a failure. Raises nothing."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            updates = await self._fetch()
        except TelegramError as error:
            await self._failed(_state_of(error), error.message, least=_asked_wait(error))
            return
        self.heard, self.answered = self._clock.now(), self._passed()
        self.behind = bool(updates)
        if not updates:
            self._listening()
            if loop.time() - asked < _NO_LONG_POLL:
                await self._pause(_NO_LONG_POLL)
            return
        problem = await why_not_kept(self._keep, updates)
        if problem is not None:
            await self._failed("not_keeping", problem)
            return
        self.kept = self._clock.now()
        self.behind = len(updates) >= _BATCH
        # The greatest of this batch, not the greatest ever: after a quiet week Telegram may start anywhere.
        self._offset = max(update["update_id"] for update in updates) + 1
        self._listening()

    async def _fetch(self) -> list[dict[str, Any]]:
        if not self._webhook_gone:
            # Without drop_pending_updates: what waits at Telegram are patients' answers.
            await self._bot.delete_webhook()
            self._webhook_gone = True
        # Whoever has not heard anything yet does not wait: that Telegram answers is news, and updates may be there.
        listening = self._reception.state == "listening"
        parameters = {
            "timeout": str(self._poll_seconds if listening else 0),
            "limit": str(_BATCH),
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if self._offset is not None:
            parameters["offset"] = str(self._offset)
        answer = await raw_result(
            self._bot.request,
            f"{self._bot.base_url}/getUpdates",
            parameters,
            read_timeout=self._poll_seconds + _MARGIN,
        )
        if not isinstance(answer, list) or not all(_is_update(update) for update in answer):
            raise TelegramError("the server's list of updates is none")
        return answer

    async def _failed(self, state: State, detail: str, *, least: float = 0) -> None:
        failures = self._reception.failures + 1 if self._reception.state == state else 1
        if state == "conflict":
            self.conflicts += 1
            # Somebody may have set a webhook meanwhile.
            self._webhook_gone = False
        self._change(state, detail, failures)
        await self._pause(max(least, wait_after(state, failures)))

    def _listening(self) -> None:
        if self._reception.state != "listening":
            self._change("listening", "", 0)

    def _change(self, state: State, detail: str, failures: int) -> None:
        before = self._reception
        same = before.state == state
        self._reception = Reception(state, before.since if same else self._clock.now(), failures, detail)
        if not same:
            _LOG.log(
                logging.INFO if state == "listening" else logging.WARNING, "receiving: %s %s", state, detail
            )
            if self._report is not None:
                self._report(self._reception)


def loop_seconds() -> float:
    """Seconds that only ever grow, whatever is done to the clock."""
    return asyncio.get_running_loop().time()


def wait_after(state: State, failures: int) -> float:
    """Seconds to wait after the `failures`-th failure in a row: doubling up to a minute, spread by a hash."""
    longest = _LONGEST_WAIT_FOR_OURSELVES if state == "not_keeping" else _LONGEST_WAIT
    full = min(longest, _FIRST_WAIT.get(state, 1.0) * 2.0 ** min(failures - 1, 10))
    return full * (0.5 + 0.5 * fraction_of(f"{state}/{failures}"))


def _state_of(error: TelegramError) -> State:
    match error:
        case Conflict():
            return "conflict"
        case InvalidToken():
            return "unauthorised"
        case RetryAfter():
            return "throttled"
        case _:
            return "unreachable"


def _asked_wait(error: TelegramError) -> float:
    return seconds_asked(error) if isinstance(error, RetryAfter) else 0.0


def _is_update(update: object) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)
