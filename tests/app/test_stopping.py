"""Does a running probot end when it is told to, at whatever moment that comes?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from probot.app.runtime import STOP_SECONDS
from probot.app.stopping import STOP_WITHIN
from tests.world import a_clinic

ROOT = Path(__file__).parents[2]


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


def test_a_stop_that_hangs_is_left_behind_after_a_while() -> None:
    hangs = "import threading; from probot.app.stopping import end_within; end_within(0.1, 7); threading.Event().wait()"
    done = subprocess.run(
        [sys.executable, "-c", hangs], check=False, capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 7
    assert "goes on at the next start" in done.stderr


def test_a_stop_takes_less_time_than_those_give_who_use_force() -> None:
    assert STOP_SECONDS < STOP_WITHIN < 30
    assert "TimeoutStopSec=30" in (ROOT / "docs" / "operators-guide.md").read_text(encoding="utf-8")
    assert "stop_grace_period: 30s" in (ROOT / "compose.yaml").read_text(encoding="utf-8")


FIRST_MOMENTS = {
    "while its parts are being read": ("import", "typer", 130),
    "while the database is opened": ("sqlite3.connect", "probot.db", 0),
}


@pytest.mark.parametrize("when", FIRST_MOMENTS)
def test_a_stop_in_the_first_moments_of_a_start_is_quiet(tmp_path: Path, when: str) -> None:
    event, about, code = FIRST_MOMENTS[when]
    told = f"""
import os, signal, sys
def stop(event, arguments, done=[]):
    if event == {event!r} and {about!r} in str(arguments[0]) and not done:
        done.append(1)
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(stop)
sys.argv = ["probot", "run"]
from probot.__main__ import main
main()
"""
    settings = {"PROBOT_DATABASE_URL": f"sqlite:///{tmp_path / 'probot.db'}", "PROBOT_LISTEN": "127.0.0.1:0"}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PROBOT_")
    } | settings
    done = subprocess.run(
        [sys.executable, "-c", told], check=False, capture_output=True, text=True, timeout=60, cwd=ROOT,
        env=environment,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code
    assert ("probot has stopped" in done.stderr) == (code == 0)
