"""What do processes on one PostgreSQL know of each other? The time, who is dead, and when to look."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Connection, text

from probot.app.bell import Bell
from probot.app.clocks import DatabaseClock
from probot.app.lease import HeldElsewhere, Lease, this_process
from probot.app.office import Office
from probot.app.presence import LIFE, Presence
from probot.app.worker import SMALLEST_SHARE, Worker
from probot.ports import Outcome, Sending
from probot.services import receive
from probot.store import inbox, outbox, pulses
from probot.store.engine import Store
from probot.telegram.decode import Myself, decode

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


class Quiet:
    """A channel that is not needed: nobody is answered here and nothing was tapped."""

    async def deliver(self, sending: Sending) -> Outcome:
        raise AssertionError(sending)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        raise AssertionError(query, words)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = Store(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def office(store: Store) -> Iterator[Office]:
    opened = Office(store, Clock())
    yield opened
    opened.close()


# ------------------------------------------------------------------------------ the time


def test_two_whose_own_clocks_differ_by_hours_agree_on_the_time(store: Store) -> None:
    passed = iter(range(100, 200))
    one, other = DatabaseClock(lambda: 5000.0), DatabaseClock(lambda: 0.001 * next(passed))
    store.look(one.look)
    store.look(other.look)
    told = store.look(lambda connection: connection.execute(text("SELECT clock_timestamp()")).scalar_one())
    assert abs(one.now() - told) < timedelta(seconds=5)
    assert abs(one.now() - other.now()) < timedelta(seconds=5)


def test_the_time_goes_on_between_two_looks_and_never_a_little_back(store: Store) -> None:
    at = [10.0]
    clock = DatabaseClock(lambda: at[0])
    store.look(clock.look)
    before = clock.now()
    at[0] += 60
    assert clock.now() - before == timedelta(seconds=60)
    at[0] -= 0.5
    assert clock.now() - before == timedelta(seconds=60)


# ------------------------------------------------------------------------------ the dead


def claimed(connection: Connection, name: str, number: int) -> None:
    """One update and one message in the hands of a process."""
    receive.keep(connection, 7, [{"update_id": number, "message": {"chat": {"id": number}}}], NOON)
    (mine,) = inbox.claim(connection, NOON, name + "a" * 24, 5)
    assert mine.update_id == number
    outbox.put(
        connection, message_id=f"m{number}", lane="reply", recipient=f"chat:{number}", purpose="neutral",
        content={"text": ""}, now=NOON,
    )  # fmt: skip
    assert [one.id for one in outbox.claim(connection, NOON, name + "b" * 24, 5)] == [f"m{number}"]


def free(connection: Connection, now: datetime = NOON) -> tuple[list[int], list[str]]:
    """What somebody new could claim at this moment."""
    updates = [one.update_id for one in inbox.claim(connection, now, "f" * 32, 5)]
    return updates, [one.id for one in outbox.claim(connection, now, "e" * 32, 5)]


def test_what_a_dead_process_had_in_hand_is_free_and_what_the_living_have_is_not(office: Office) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    machine = this_process().split("/", maxsplit=1)[0]
    for name, holder, number in (("dead0000", f"{machine}/{gone.pid}/1", 1), ("alive000", this_process(), 2)):
        office.store.transact(pulses.take_lease, f"process:{name}", holder, name, NOON, LIFE)
        office.store.transact(claimed, name, number)
    Presence(office, "mine0000").come()
    assert office.store.transact(free) == ([1], ["m1"])


async def test_one_elsewhere_that_is_no_longer_heard_of_is_dead(office: Office) -> None:
    clock = office.clock
    assert isinstance(clock, Clock)
    office.store.transact(pulses.take_lease, "process:far00000", "another+1+2/77/1", "far00000", NOON, LIFE)
    office.store.transact(claimed, "far00000", 1)
    mine = Presence(office, "mine0000")
    mine.come()
    assert office.store.transact(free) == ([], [])
    clock.at += LIFE
    mine.come()
    assert office.store.transact(free, clock.at) == ([1], ["m1"])


def test_whoever_leaves_leaves_nothing_in_hand(office: Office) -> None:
    mine = Presence(office, "mine0000")
    mine.come()
    office.store.transact(claimed, "mine0000", 1)
    mine.go()
    assert office.store.transact(free) == ([1], ["m1"])
    assert office.store.look(pulses.leases, "process:") == []


async def test_who_stands_by_follows_as_soon_as_the_holder_has_left(office: Office) -> None:
    first, second = Lease(office, "first"), Lease(office, "second")
    first.take(pytest.fail)
    standing_by = asyncio.create_task(second.wait())
    await asyncio.sleep(0.1)
    assert not standing_by.done()
    first.drop()
    async with asyncio.timeout(30):
        await standing_by
    with pytest.raises(HeldElsewhere, match=str(os.getpid())):
        await first.keep(every=0)


# ------------------------------------------------------------------------------ the work is shared


def test_those_who_work_are_counted_and_those_who_only_receive_or_are_gone_are_not(office: Office) -> None:
    others = [Presence(office, name, works=works) for name, works in (("b", True), ("c", False), ("d", True))]
    for other in others:
        other.come()
    mine = Presence(office, "a")
    mine.come()
    assert mine.workers == 3
    others[0].go()
    mine.come()
    assert mine.workers == 2


@pytest.mark.parametrize(("workers", "taken"), [(1, 100), (2, 100), (4, 50), (100, SMALLEST_SHARE)])
async def test_one_of_several_takes_its_share_of_what_waits(office: Office, workers: int, taken: int) -> None:
    updates = [{"update_id": chat, "message": {"chat": {"id": chat}}} for chat in range(1, 101)]
    office.store.transact(receive.keep, 7, updates, NOON)
    worker = Worker(
        office, Quiet(), lambda arrived: decode(arrived.raw, NOON, Myself(7, "b")), lambda: "t" * 32
    )
    worker.workers = lambda: workers
    assert await worker.work() == taken


# ------------------------------------------------------------------------------ the bell


@asynccontextmanager
async def bells(store: Store) -> AsyncIterator[tuple[Bell, Bell, asyncio.Queue[str]]]:
    """Two that hear themselves, and what the second one was woken for since."""
    one, other = Bell(store.connect_arguments(), "one"), Bell(store.connect_arguments(), "other")
    woken: asyncio.Queue[str] = asyncio.Queue()
    other.woken = woken.put_nowait
    tasks = [asyncio.create_task(bell.run()) for bell in (one, other)]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(one.heard.wait(), other.heard.wait())
        yield one, other, woken
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_ring_is_heard_by_the_others_and_again_after_the_database_cut_them_off(store: Store) -> None:
    async with bells(store) as (one, other, woken):
        one.ring("in")
        async with asyncio.timeout(30):
            assert await woken.get() == "in"
        with psycopg.connect(**store.connect_arguments(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
            )
        async with asyncio.timeout(60):
            assert {await woken.get(), await woken.get()} == {"in", "out"}, (
                "what was missed meanwhile is looked for"
            )
            assert not other.up
            await asyncio.gather(one.heard.wait(), other.heard.wait())
            one.ring("out")
            assert await woken.get() == "out"


async def test_a_command_wakes_those_who_wait(store: Store, office: Office) -> None:
    async with bells(store) as (_, _, woken):
        office.act_now(lambda _: None, "test")
        async with asyncio.timeout(30):
            assert {await woken.get(), await woken.get()} == {"in", "out"}
