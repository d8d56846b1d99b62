"""How is probot tied to Telegram? One bot, one receiver, and somebody who looks whether it still hears.

The rule: the receiver is restarted when it has not heard for 90 seconds, whatever its task says of itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route
from telegram.error import InvalidToken, TelegramError

from probot.app.build import Reader, build_runtime
from probot.app.lease import HeldElsewhere, Lease
from probot.app.roles import Role, receives
from probot.app.roll_call import RollCall
from probot.app.runtime import Runtime
from probot.app.settings import Settings
from probot.app.watchman import Watchman
from probot.app.webhook_watch import WebhookWatch
from probot.flows.commands import menus, staff_menus
from probot.outside.channel import Addresses, OutsideChannel
from probot.ports import Clock, Menu
from probot.services import menus as menus_of_staff
from probot.services.invite import NotPossible
from probot.services.pace import Pace
from probot.services.receive import rivalled
from probot.store import pulses
from probot.store.engine import Store
from probot.store.room import USUAL, Least, Room, room_of
from probot.telegram.bot import TELEGRAM, QuietBot, build_bot
from probot.telegram.channel import TelegramChannel
from probot.telegram.decode import Myself
from probot.telegram.polling import Poller, loop_seconds
from probot.telegram.webhook import Webhook

log = logging.getLogger(__name__)

DEAF_SECONDS = 90
LOOK_SECONDS = 15


class TokenRejected(Exception):
    """Telegram does not know the token; the text says which settings to look at."""


REJECTED = (
    "Telegram does not know this token. Check PROBOT_TELEGRAM_TOKEN (BotFather shows it), and PROBOT_TELEGRAM_API "
    "if you set one."
)


@dataclass(slots=True)
class World:
    """The bot, how it receives, and the running parts behind it."""

    bot: QuietBot
    channel: TelegramChannel
    reader: Reader
    runtime: Runtime
    clock: Clock
    poller: Poller | None
    webhook: Webhook | None
    beside: OutsideChannel
    watchman: Watchman
    roll_call: RollCall
    role: Role = "all"
    lease: Lease | None = None
    """Of one who stands by until nobody else receives."""
    passed: Callable[[], float] = loop_seconds
    """Seconds that only ever grow: a clock that is set back must not hide that the receiver hangs."""
    _conflicts: int = 0

    def room(self) -> Room | None:
        """The disk under the database, now; None where that is another machine's."""
        return self.watchman.room()

    def routes(self) -> list[Route]:
        """What has to be reachable from outside."""
        return [self.webhook.route()] if self.webhook and receives(self.role) else []

    async def introduce(self) -> None:
        """Learn who the bot is, remember it, and set its menus. Keeps trying; nothing is lost meanwhile.

        Raises `TokenRejected`: then there is nothing to wait for.
        """
        wait = 1.0
        while True:
            try:
                account, username = await self.channel.who_am_i()
            except InvalidToken:
                raise TokenRejected(REJECTED) from None
            except TelegramError as error:
                log.warning("Telegram does not tell who we are yet", extra={"error": type(error).__name__})
                await asyncio.sleep(wait)
                wait = min(60.0, wait * 2)
                continue
            self.reader.myself = Myself(account, username)
            await self.runtime.office.look(
                pulses.beat, "bot", self.clock.now(), {"id": account, "username": username}
            )
            if not receives(self.role):
                return
            study = await self.runtime.office.act(lambda turn: turn.study, "menus")
            private = [Menu(language, commands) for language, commands in menus(study).items()]
            groups = [Menu(language, commands) for language, commands in staff_menus().items()]
            await self.channel.set_menus(private, groups)
            await self.runtime.office.act(menus_of_staff.show_all, "menus")
            return

    async def receive(self) -> None:
        """Receive until cancelled, if that is our part."""
        if not receives(self.role):
            await asyncio.Event().wait()
        elif self.poller is not None and self.lease is not None:
            await self._take_turns(self.poller, self.lease)
        elif self.poller is not None:
            await self._watch_poller(self.poller)
        elif self.webhook is not None:
            await WebhookWatch(self.webhook, self.bot, self.runtime.office).run()

    async def _take_turns(self, poller: Poller, lease: Lease) -> None:
        """Receive while the lease is ours, and stand by while it is not."""
        while True:
            log.info("standing by, in case another process receives")
            await lease.wait()
            log.info("it is this process that receives")
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._watch_poller(poller))
                    both.create_task(lease.keep())
            except* HeldElsewhere as lost:
                log.warning("another process receives now", extra={"who": str(lost.exceptions[0])})

    async def _watch_poller(self, poller: Poller) -> None:
        while True:
            task = asyncio.create_task(poller.run())
            began = self.passed()
            try:
                while not task.done() and not self._is_deaf(poller.answered, began):
                    await asyncio.wait({task}, timeout=LOOK_SECONDS)
                    await self.look_for_rivals()
            finally:
                task.cancel()
                (died,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(died, Exception):
                log.error("the receiver died and is started again", exc_info=died)
                await asyncio.sleep(1)
            else:
                log.error("the receiver was started again: Telegram was not heard for 90 seconds")

    async def look_for_rivals(self) -> None:
        """Put on record if Telegram has told of another program with this token since the last look."""
        if self.poller is None or self.poller.conflicts == self._conflicts:
            return
        try:
            await self.runtime.office.look(rivalled, self.clock.now())
        except SQLAlchemyError as error:
            log.warning("the database does not answer", extra={"error": type(error).__name__})
        else:
            self._conflicts = self.poller.conflicts

    def _is_deaf(self, answered: float | None, began: float) -> bool:
        last = began if answered is None else max(began, answered)
        return self.passed() - last > DEAF_SECONDS

    def at_a_loss(self) -> bool:
        """Whether nothing can be written at this moment, which no look at what is written could tell."""
        keeps = self.poller is None or self.poller.reception.state != "not_keeping"
        return bool(self.runtime.failing) or not keeps

    async def close(self) -> None:
        """Finish what is under way and let the connections go."""
        await self.runtime.stop()
        await self.beside.close()
        await self.bot.shutdown()


def build_world(
    store: Store, clock: Clock, token: str, api_root: str, *, webhook: tuple[str, str] | None = None,
    pace: Pace | None = None, beside: OutsideChannel | None = None, poll_seconds: int = 25, request: Any = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep, role: Role = "all", process: str = "", lease: Lease | None = None,
    least: Least = USUAL, passed: Callable[[], float] | None = None,
) -> World:  # fmt: skip
    """Put everything around one bot together. `webhook`: public address and secret; None: long polling.

    `beside`: how paths beside Telegram are reached. `pause`: how to wait. `role`: what this process does of it all;
    `process`: its name among others on this database; `lease`: what a receiver waits for that may have to stand by. `least`: how much
    should be free on the disk; `passed`: seconds that only ever grow, by which a clock that jumps is noticed; None where it
    is moved by hand.
    """
    bot = build_bot(token, api_root, request)
    channel = TelegramChannel(bot)
    number = int(token.split(":", 1)[0])
    reader = Reader(Myself(number, ""))
    ears = Ears()
    outside = beside or OutsideChannel(Addresses())
    runtime = build_runtime(
        store, clock, channel, reader, ears.heard, pace, outside, role=role, process=process
    )

    async def keep(updates: list[dict[str, Any]]) -> None:
        await runtime.keep(number, updates)

    poller = None
    if not webhook:
        poller = Poller(bot, keep, clock, poll_seconds=poll_seconds, pause=pause, passed=passed)
    hook = Webhook(*webhook, keep, clock, plain_http=api_root != TELEGRAM) if webhook else None
    ears.receiver = poller or hook
    return World(
        bot,
        channel,
        reader,
        runtime,
        clock,
        poller,
        hook,
        outside,
        Watchman(runtime.office, outside, lambda: room_of(store.url, least), passed),
        RollCall(runtime.office, channel),
        role,
        lease,
        passed or loop_seconds,
    )


@dataclass(slots=True)
class Ears:
    """Whoever receives, once there is one."""

    receiver: Poller | Webhook | None = None

    def heard(self) -> datetime | None:
        """When Telegram was last heard to the end; None while more is known to wait there than was kept."""
        if self.receiver is None or (isinstance(self.receiver, Poller) and self.receiver.behind):
            return None
        return self.receiver.heard


def ask_name(settings: Settings) -> str:
    """The bot's username, asked of Telegram now; a placeholder when it does not answer."""

    async def ask() -> str:
        token = settings.telegram_token
        assert token is not None
        bot = build_bot(token.get_secret_value(), settings.telegram_api)
        try:
            return (await TelegramChannel(bot).who_am_i())[1]
        finally:
            await bot.shutdown()

    try:
        return asyncio.run(ask())
    except InvalidToken:
        raise NotPossible(REJECTED) from None
    except TelegramError as error:
        raise NotPossible(
            f"Telegram did not tell the bot's name ({type(error).__name__}), which the link needs. "
            f"Is {settings.telegram_api} reachable from here? Once `probot run` has reached it, the name is known."
        ) from None
