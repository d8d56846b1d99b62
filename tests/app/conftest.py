"""What do the tests of the running program find ready? A site: a study due now, a Bot API server, and settings.

Rule: probot itself runs as processes of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from probot.sandbox.botapi import BotApi
from probot.sandbox.limits import LimitSettings
from probot.sandbox.server import serving
from tests.app.running import BOT, TOKEN, Site, write_study
from tests.databases import PostgresServer


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[BotApi, str]]:
    """A Bot API server of our own with one bot, in real time, and its root address."""
    api = BotApi(now=lambda: datetime.now(UTC), limits=LimitSettings(on=False))
    api.add_bot(TOKEN, BOT)
    async with serving(api) as root:
        yield api, root


@pytest.fixture
async def site_on(telegram: tuple[BotApi, str], tmp_path: Path) -> AsyncIterator[Site]:
    """A site without a database setting: probot's own default, in a folder of the test."""
    api, root = telegram
    write_study(tmp_path / "config", datetime.now(UTC))
    settings = {
        "PROBOT_TELEGRAM_TOKEN": TOKEN,
        "PROBOT_TELEGRAM_API": f"{root}/",
        "PROBOT_SEND_LIMITS": "none",
    }
    opened = Site(tmp_path, api, settings)
    yield opened
    await opened.close()


@pytest.fixture
def site(site_on: Site, empty_database_url: str) -> Iterator[Site]:
    """A site on an empty database, once SQLite and once PostgreSQL."""
    site_on.settings["PROBOT_DATABASE_URL"] = empty_database_url
    if empty_database_url.startswith("sqlite"):
        yield site_on
        return
    with durable(empty_database_url):
        yield site_on


@pytest.fixture
def site_on_postgres(site_on: Site, postgres_server: PostgresServer) -> Iterator[Site]:
    """A site on an empty PostgreSQL database."""
    url = postgres_server.empty()
    site_on.settings["PROBOT_DATABASE_URL"] = url
    with durable(url):
        yield site_on
    postgres_server.drop(url)


SAFE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def durable(url: str) -> Iterator[None]:
    """The tests' PostgreSQL keeps nothing safe, for speed; probot refuses to run on such a one. So it is made safe."""
    changed = [name for name in SAFE if _shown(url, name) == "off"]
    for name in changed:
        _set(url, f"ALTER SYSTEM SET {name} = on")
    while [name for name in changed if _shown(url, name) == "off"]:
        pass
    yield
    for name in changed:
        _set(url, f"ALTER SYSTEM RESET {name}")


def _shown(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        (value,) = connection.execute(f"SHOW {name}").fetchone()
        return str(value)


def _set(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
        connection.execute("SELECT pg_reload_conf()")
