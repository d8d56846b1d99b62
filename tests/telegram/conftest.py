from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from probot.telegram.bot import QuietBot, build_bot
from probot.telegram.transport import AiohttpRequest
from tests.telegram.loopback import TOKEN, HandClock, Server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    standing = Server()
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/{{method}}", standing.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    standing.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield standing
    standing.speak.set()
    await runner.cleanup()


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[QuietBot]:
    made = build_bot(TOKEN, server.root)
    yield made
    await made.shutdown()


@pytest.fixture
async def hasty(server: Server) -> AsyncIterator[QuietBot]:
    """Waits 0.3 s for an answer: for servers that are told to keep silent, and for nothing else."""
    made = build_bot(TOKEN, server.root, AiohttpRequest(read_timeout=0.3))
    yield made
    await made.shutdown()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
