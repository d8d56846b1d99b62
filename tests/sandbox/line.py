"""What do the sandbox's tests share? A clock that stands still, one bot, and small words for what it hears.

Rule: nothing here knows the study.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from telegram import Bot
from telegram.request import HTTPXRequest

from probot.sandbox.botapi import BotApi

TOKEN = "7001:secret-of-the-test"
BOT = 7001


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.at = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **much: float) -> None:
        self.at += timedelta(**much)


def drain(api: BotApi) -> list[dict]:
    """What getUpdates gives now, confirmed at once."""
    found = api.call(TOKEN, "getUpdates", {})
    if found:
        api.call(TOKEN, "getUpdates", {"offset": found[-1]["update_id"] + 1, "limit": 1})
    return found


def http_bot(root: str, *, read_timeout: float = 60) -> Bot:
    return Bot(
        TOKEN,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=HTTPXRequest(read_timeout=read_timeout),
        get_updates_request=HTTPXRequest(read_timeout=read_timeout),
    )


async def polled(api: BotApi) -> None:
    """Comes back once a long poll waits at the server's door."""
    doors = [each.__self__ for each in api._listeners if hasattr(each.__self__, "polls_waiting")]
    async with asyncio.timeout(60):
        while not any(door.polls_waiting for door in doors):  # noqa: ASYNC110  the door has no bell for tests
            await asyncio.sleep(0)
