"""In which thread does a transaction run? In one of the store's, unless time is simulated and nobody else waits."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from probot.app import office as office_module
from probot.app.build import open_store, system_clock
from probot.app.office import Office
from probot.store import pulses


def _thread(_: Connection) -> int:
    return threading.get_ident()


def _opened(folder: Path, *, in_threads: bool) -> Office:
    return Office(open_store(f"sqlite:///{folder}/probot.db"), system_clock(), in_threads=in_threads)


async def test_the_event_loop_goes_on_while_a_transaction_runs(tmp_path: Path) -> None:
    going_on = threading.Event()

    def wait(_: Connection) -> bool:
        return going_on.wait(20)

    with closing(_opened(tmp_path, in_threads=True)) as there:
        asyncio.get_running_loop().call_soon(going_on.set)
        assert await there.look(wait)
        assert await there.look(_thread) != threading.get_ident()


async def test_nothing_that_writes_waits_for_a_look_that_only_reads(tmp_path: Path) -> None:
    begun, written = threading.Event(), threading.Event()

    def takes_long(connection: Connection) -> bool:
        begun.set()
        pulses.last(connection, "bot")
        return written.wait(60)

    with closing(_opened(tmp_path, in_threads=True)) as there:
        reading = asyncio.create_task(there.read(takes_long))
        await asyncio.to_thread(begun.wait, 60)
        async with asyncio.timeout(60):
            await there.look(pulses.beat, "bot", there.clock.now())
        written.set()
        assert await reading


@pytest.mark.parametrize("in_threads", [True, False])
async def test_a_look_that_only_reads_cannot_write(tmp_path: Path, in_threads: bool) -> None:
    with closing(_opened(tmp_path, in_threads=in_threads)) as there:
        with pytest.raises(OperationalError, match="readonly"):
            await there.read(pulses.beat, "bot", there.clock.now())
        assert await there.read(pulses.last, "bot") is None


async def test_where_nobody_waits_it_is_done_right_there(tmp_path: Path) -> None:
    with closing(_opened(tmp_path, in_threads=False)) as there:
        assert await there.look(_thread) == threading.get_ident()
        assert await there.act(lambda turn: turn.cause, "here") == "here"


@pytest.mark.parametrize("in_threads", [True, False])
async def test_in_both_it_is_run_again_while_the_database_fails(tmp_path: Path, in_threads: bool) -> None:
    tries = []

    def fails_at_first(_: Connection) -> int:
        tries.append(1)
        if len(tries) < office_module.PATIENCE:
            raise OperationalError("SELECT 1", {}, Exception("database is locked"))
        return len(tries)

    with closing(_opened(tmp_path, in_threads=in_threads)) as there:
        assert await there.look(fails_at_first) == office_module.PATIENCE
