"""Does a running probot end when it is told to, at whatever moment that comes?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.world import a_clinic


@pytest.mark.parametrize("steps", range(8))
async def test_a_stop_that_comes_as_the_worker_is_woken_is_not_lost(tmp_path: Path, steps: int) -> None:
    async with a_clinic(f"sqlite:///{tmp_path / 'probot.db'}") as clinic:
        runtime = clinic.world.runtime
        running = asyncio.create_task(runtime.run())
        await asyncio.sleep(0.1)
        await runtime.keep(1, [])
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        _, still = await asyncio.wait({running}, timeout=20)
        assert not still, "it goes on as if nobody had asked it to stop"
        assert running.cancelled()
