"""Is anything lost or doubled while PostgreSQL is restarted, or cut off in the middle of a commit? A real `probot run`.

Rule: people go on answering all the while; at the end phones and records are compared, as after the kills.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import databases
from tests.app.running import free_port
from tests.kills.campaign import Figures, Orders, a_scene
from tests.kills.lives import Nursery
from tests.trouble.doors import well, well_again
from tests.trouble.proxy import Cut, Line, proxied

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
SOME = Orders(kills=0, patients=8, seed="trouble")


async def test_postgresql_that_is_restarted_again_and_again_loses_and_doubles_nothing(
    nest: Nursery, own_server: databases.PostgresServer, tmp_path: Path
) -> None:
    door = f"127.0.0.1:{free_port()}"
    url = own_server.empty()
    assert own_server.down is not None
    assert own_server.up is not None
    async with a_scene(nest, url, tmp_path, SOME, PROBOT_LISTEN=door) as scene:
        for mode in ("immediate", "fast", "immediate"):
            assert await scene.ward.more(15, 180), scene.said
            await asyncio.to_thread(own_server.down, mode)
            assert not await well(door)
            await asyncio.to_thread(own_server.up)
        assert await scene.ward.more(15, 180), scene.said
        assert await well_again(door)
        figures = await scene.count(Figures("probot on PostgreSQL"))
        assert figures.broken == {}, figures.examples
        assert figures.answers
        assert "the database does not answer" in scene.said
        assert "connection to server" in scene.said or "server closed the connection" in scene.said
        assert "Traceback" not in scene.said


@pytest.mark.parametrize("where", ["before", "after"])
async def test_a_commit_of_which_nobody_knows_whether_it_happened_is_done_once(
    nest: Nursery, own_server: databases.PostgresServer, tmp_path: Path, where: Cut
) -> None:
    url = own_server.empty()
    parts = urlsplit(url)
    socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
    line = Line(where, random.Random(where))
    async with proxied(socket, line) as port:
        through = (
            f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable&gssencmode=disable"
        )
        async with a_scene(nest, url, tmp_path, SOME, PROBOT_DATABASE_URL=through) as scene:
            line.share = 0.2
            while line.cuts < 8:
                assert await scene.ward.more(20, 180), scene.said
            line.share = 0.0
            figures = await scene.count(Figures("probot on PostgreSQL"))
            assert figures.broken == {}, figures.examples
            assert figures.answers
            assert "Traceback" not in scene.said
