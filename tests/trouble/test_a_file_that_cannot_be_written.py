"""Is anything lost or doubled while SQLite is locked by another program, or the disk is full? A real `probot run`.

Rule: people go on answering all the while; health says no and the log says why; at the end phones and records agree.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.app.running import free_port
from tests.kills.campaign import Figures, Orders, Scene, a_scene
from tests.kills.lives import Nursery
from tests.trouble.disks import small_disk
from tests.trouble.doors import well, well_again

pytestmark = pytest.mark.slow
SOME = Orders(kills=0, patients=8, seed="trouble")


async def says(scene: Scene, words: str) -> None:
    """Wait until the log has these words."""
    async with asyncio.timeout(90):
        while words not in scene.said:  # noqa: ASYNC110 -- another process writes it, and nothing tells us when
            await asyncio.sleep(0.05)


async def counted(scene: Scene) -> None:
    figures = await scene.count(Figures("probot on SQLite"))
    assert figures.broken == {}, figures.examples
    assert figures.answers
    assert "Traceback" not in scene.said


async def test_a_lock_that_another_program_holds_for_longer_than_anybody_waits_costs_no_answer(
    nest: Nursery, tmp_path: Path
) -> None:
    file, door = tmp_path / "probot.sqlite3", f"127.0.0.1:{free_port()}"
    impatient = {"PROBOT_DATABASE_URL": f"sqlite:///{file}?timeout=0.5", "PROBOT_LISTEN": door}
    async with a_scene(nest, f"sqlite:///{file}", tmp_path, SOME, **impatient) as scene:
        assert await scene.ward.more(30, 60), scene.said
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await says(scene, "database is locked")
        assert not await well(door)
        other.execute("ROLLBACK")
        other.close()
        assert await scene.ward.more(30, 60), scene.said
        assert await well_again(door)
        await counted(scene)


async def test_a_full_disk_costs_no_answer_and_probot_goes_on_once_there_is_room(
    nest: Nursery, tmp_path: Path
) -> None:
    door = f"127.0.0.1:{free_port()}"
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk.folder}/probot.sqlite3"
        async with a_scene(nest, url, tmp_path, SOME, PROBOT_LISTEN=door) as scene:
            assert await scene.ward.more(30, 60), scene.said
            disk.fill(scene.life.pid)
            await says(scene, "the database does not answer")
            assert "disk is full" in scene.said if disk.mounted else "disk I/O error" in scene.said
            assert not await well(door)
            assert not scene.life.over
            disk.free(scene.life.pid)
            assert await scene.ward.more(30, 60), scene.said
            assert await well_again(door)
            await counted(scene)
