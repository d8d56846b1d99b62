"""What does every test of the sandbox find ready? A clock, a server, one person and one real bot.

Rule: the bot is python-telegram-bot's own, over HTTP and without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from probot.sandbox.botapi import BotApi
from probot.sandbox.inprocess import BASE_FILE_URL, BASE_URL, InProcessRequest
from probot.sandbox.server import serving
from tests.sandbox.line import TOKEN, Clock, drain, http_bot


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns on every 429 unless it is told that a wait is a timedelta."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> BotApi:
    api = BotApi(now=clock)
    api.add_bot(TOKEN, "probot_bot", first_name="probot")
    return api


@pytest.fixture
def lin(api: BotApi) -> int:
    person = api.people.new_person("Lin", language_code="zh-hans")
    api.people.start_link(person)
    drain(api)
    return person


@pytest.fixture
async def root(api: BotApi) -> AsyncIterator[str]:
    async with serving(api) as url:
        yield url


@pytest.fixture(params=["http", "in process"])
async def bot(request: pytest.FixtureRequest, api: BotApi) -> AsyncIterator[Bot]:
    """The same real bot through both doors."""
    if request.param == "http":
        async with serving(api) as url, http_bot(url) as bot:
            yield bot
        return
    line = InProcessRequest(api)
    async with Bot(
        TOKEN, base_url=BASE_URL, base_file_url=BASE_FILE_URL, request=line, get_updates_request=line
    ) as bot:
        yield bot
