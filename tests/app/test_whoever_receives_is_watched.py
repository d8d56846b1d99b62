"""Is it noticed when Telegram is not heard any more? A receiver that hangs, and a webhook that others take away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from probot.app import webhook_watch
from probot.app import world as worlds
from probot.app.front_door import front_door
from probot.app.webhook_watch import WebhookWatch
from probot.services import receive
from probot.services.tick import LOOKED
from probot.services.watch import Status, status
from probot.store import pulses
from probot.telegram.webhook import Webhook
from tests.app.running import free_port
from tests.world import Clinic, a_clinic

PATIENCE = 30


@dataclass
class Hanging:
    """A poller that is answered once and then never returns, as on a connection that nobody ends."""

    passed: Any
    conflicts: int = 0
    heard: datetime | None = None
    answered: float | None = None
    began: list[float] = field(default_factory=list)
    running: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until cancelled."""
        self.began.append(self.passed())
        self.running.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("set_back", [timedelta(), timedelta(hours=2), timedelta(hours=-2)])
async def test_a_receiver_that_hangs_is_started_again_whatever_is_done_to_the_clock(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, set_back: timedelta
) -> None:
    monkeypatch.setattr(worlds, "LOOK_SECONDS", 0.001)
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        seconds = 0.0

        def passed() -> float:
            return seconds

        poller: Any = Hanging(passed)
        clinic.world.poller, clinic.world.passed = poller, passed
        receiving = asyncio.create_task(clinic.world.receive())
        await poller.running.wait()
        poller.heard, poller.answered = clinic.clock.at, seconds
        clinic.clock.at -= set_back
        seconds = 30.0
        poller.heard, poller.answered = clinic.clock.at, seconds  # one poll more is answered, then it hangs
        clinic.clock.at += timedelta(seconds=89)
        seconds += 89
        await asyncio.sleep(0.05)
        assert poller.began == [0.0], "not before 90 seconds"
        clinic.clock.at += timedelta(seconds=2)
        seconds += 2
        poller.running.clear()
        async with asyncio.timeout(PATIENCE):
            await poller.running.wait()
        assert poller.began == [0.0, 121.0]
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


async def test_a_poll_that_is_answered_is_noted_in_seconds_that_only_grow(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        poller = clinic.world.poller
        assert poller is not None
        await poller.turn()
        first = poller.answered
        assert first is not None
        clinic.clock.at -= timedelta(hours=2)
        await poller.turn()
        assert poller.answered is not None
        assert poller.answered > first


async def test_what_was_heard_at_an_hour_that_is_yet_to_come_is_not_called_well(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        for pulse in (receive.HEARD, LOOKED):
            clinic.store.transact(pulses.beat, pulse, clinic.clock.at + timedelta(hours=2))
        said = clinic.store.look(status, clinic.clock.now()).problems
        ahead = "at an hour that is still 7200 s ahead: the clock was set back"
        assert f"Telegram was last heard {ahead}" in said
        assert f"what is due was last looked at {ahead}" in said


async def test_while_telegram_was_heard_only_at_an_hour_that_is_yet_to_come_nothing_is_closed(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await clinic.settle()
        assert clinic.world.runtime.ticker._hears()
        clinic.clock.at -= timedelta(hours=2)
        assert not clinic.world.runtime.ticker._hears()
        await clinic.settle()
        assert clinic.world.runtime.ticker._hears()


# ---------------------------------------------------------------------------------------------- webhook


@dataclass
class Hooked:
    """A clinic that Telegram calls, over real HTTP, and whoever looks after that."""

    clinic: Clinic
    webhook: Webhook
    watch: WebhookWatch
    keeps: bool = True
    """Whether what comes can be kept; if not, Telegram is told so."""

    async def go_on(self, minutes: float) -> None:
        """Look as often as it is asked for, and turn what runs each second meanwhile."""
        until = self.clinic.clock.at + timedelta(minutes=minutes)
        while self.clinic.clock.at < until:
            self.clinic.clock.at += timedelta(seconds=await self.watch.look())
            await self.clinic.world.runtime.tick()

    async def until(self, holds: Callable[[], Any]) -> None:
        """Comes back once it holds; looked at whenever something changes at the server."""
        changed = asyncio.Event()
        off = self.clinic.api.on_change(changed.set)
        async with asyncio.timeout(PATIENCE):
            while not holds():
                changed.clear()
                await changed.wait()
        off()

    async def url(self) -> str:
        return str((await self.clinic.world.bot.get_webhook_info()).url)


@asynccontextmanager
async def hooked(url: str, *, listens: bool = True) -> AsyncIterator[Hooked]:
    async with a_clinic(url, migrated=True, over_http=True) as clinic:
        world, door = clinic.world, f"127.0.0.1:{free_port()}"

        async def keep(updates: list[dict[str, Any]]) -> None:
            if not found.keeps:
                raise OSError("disk full")
            await world.runtime.keep(clinic.bot_id, updates)

        webhook = Webhook(f"http://{door}/from-telegram", "s" * 32, keep, clinic.clock, plain_http=True)
        world.webhook, world.poller = webhook, None
        world.runtime.ticker._heard = lambda: webhook.heard
        found = Hooked(clinic, webhook, WebhookWatch(webhook, world.bot, world.runtime.office))
        async with front_door(world, door):
            yield found


def wrong(clinic: Clinic) -> list[str]:
    found: Status = clinic.store.look(status, clinic.clock.now())
    return [each for each in found.problems if any(word in each for word in ("heard", "webhook", "token"))]


async def test_a_webhook_that_was_taken_away_is_noticed_said_and_set_again(database_url: str) -> None:
    async with hooked(database_url) as here:
        await here.go_on(2)
        ours = await here.url()
        assert ours.endswith("/from-telegram")
        assert wrong(here.clinic) == []
        await here.clinic.world.bot.delete_webhook()  # what any program that polls does first
        heard = here.webhook.heard
        soon = await here.watch.look()
        assert wrong(here.clinic) == ["webhook: no webhook is set"]
        assert await here.url() == ours, "set again at once"
        assert here.webhook.heard == heard, "that is not hearing yet"
        assert soon == webhook_watch.AGAIN_SECONDS
        here.clinic.clock.at += timedelta(seconds=soon)
        assert await here.watch.look() == webhook_watch.LOOK_SECONDS
        assert here.webhook.heard == here.clinic.clock.at
        await here.clinic.world.runtime.tick()
        assert wrong(here.clinic) == [], "one time is no rival"


async def test_who_takes_the_webhook_away_again_and_again_is_a_rival_and_is_given_time(
    sqlite_url: str,
) -> None:
    async with hooked(sqlite_url) as here:
        await here.go_on(1)
        waits = []
        for _ in range(6):
            await here.clinic.world.bot.set_webhook("https://elsewhere.example/hook")
            waits.append(await here.watch.look())
            here.clinic.clock.at += timedelta(seconds=waits[-1])
            await here.clinic.world.runtime.tick()
        assert waits == [5, 10, 20, 40, 45, 45]
        said = " ".join(wrong(here.clinic))
        assert "another program receives with this token" in said
        assert "webhook: Telegram brings updates to another address" in said
        assert "Telegram was last heard" in said
        await here.go_on(11)
        assert wrong(here.clinic) == []


async def test_what_telegram_cannot_bring_counts_as_deaf_after_the_usual_time(sqlite_url: str) -> None:
    async with hooked(sqlite_url) as here:
        await here.go_on(2)
        here.keeps = False
        phone = here.clinic.phone()
        here.clinic.api.people.say(phone.person, phone.chat, "/help")
        bot = here.clinic.api.state.bots[here.clinic.bot_id]
        await here.until(lambda: bot.webhook is not None and bot.webhook.last_error_message)
        await here.watch.look()
        assert wrong(here.clinic) == [], "it may pass"
        await here.go_on(2)
        said = wrong(here.clinic)
        assert any(each.startswith("Telegram was last heard 1") for each in said)
        assert any(each.startswith("webhook: last error at Telegram: Wrong response") for each in said)
        here.keeps = True
        here.clinic.clock.at += timedelta(minutes=5)
        await here.until(lambda: not bot.queue)
        await here.go_on(1)
        assert wrong(here.clinic) == []


@pytest.mark.parametrize("wrong_again", [True, False])
async def test_a_webhook_that_cannot_be_set_says_so_until_it_can(sqlite_url: str, wrong_again: bool) -> None:
    async with hooked(sqlite_url) as here:
        here.webhook._url = "ftp://probot.example/hook"
        await here.watch.look()
        assert any("webhook: it could not be set: " in each for each in wrong(here.clinic))
        if not wrong_again:
            here.webhook._url = "http://probot.example/hook"
        await here.watch.look()
        assert any("webhook:" in each for each in wrong(here.clinic)) is wrong_again
