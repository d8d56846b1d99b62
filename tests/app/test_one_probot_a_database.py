"""Can two run on one database? Never; and one that is dead keeps nobody waiting who can know it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from probot.app import lease
from probot.app.lease import LIFE, HeldElsewhere, Lease
from probot.app.office import Office
from probot.store import pulses
from probot.store.engine import Store


@dataclass
class Clock:
    at: datetime = datetime(2026, 3, 2, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(database_url: str, clock: Clock) -> Iterator[Office]:
    opened = Office(Store(database_url), clock)
    yield opened
    opened.close()


def held_by(office: Office, holder: str, token: str = "other") -> None:
    assert office.store.transact(pulses.take_lease, "run", holder, token, office.clock.now(), LIFE) is None


def no_waiting(_: float) -> None:
    pytest.fail("nothing had to be waited for")


def test_the_first_one_runs_and_a_second_in_the_same_machine_is_refused_at_once(office: Office) -> None:
    Lease(office, "first").take(pytest.fail, no_waiting)
    with pytest.raises(HeldElsewhere, match=f"process {os.getpid()} on"):
        Lease(office, "second").take(pytest.fail, no_waiting)


def test_a_dead_one_on_this_machine_is_followed_at_once(office: Office) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    held_by(office, f"{lease.this_process().split('/')[0]}/{gone.pid}/12345")
    Lease(office, "next").take(pytest.fail, no_waiting)


def test_a_number_that_another_process_bears_now_is_not_the_one_that_died(office: Office) -> None:
    held_by(office, f"{lease.this_process().split('/')[0]}/{os.getpid()}/1")
    Lease(office, "next").take(pytest.fail, no_waiting)


def test_one_elsewhere_that_has_died_is_followed_when_its_time_is_over(office: Office, clock: Clock) -> None:
    held_by(office, "another+1+2/77/1")
    told: list[str] = []

    def a_second(_: float) -> None:
        clock.at += timedelta(seconds=1)

    began = clock.at
    Lease(office, "next").take(told.append, a_second)
    assert told == ["process 77 on another"]
    assert clock.at - began <= LIFE + timedelta(seconds=2)


def test_one_elsewhere_that_lives_is_left_alone_as_soon_as_it_shows(office: Office, clock: Clock) -> None:
    held_by(office, "another+1+2/77/1")

    def it_renews(_: float) -> None:
        clock.at += timedelta(seconds=15)
        held_by(office, "another+1+2/77/1")

    with pytest.raises(HeldElsewhere, match="process 77 on another"):
        Lease(office, "next").take(lambda _: None, it_renews)


def test_what_was_given_back_is_free(office: Office) -> None:
    first = Lease(office, "first")
    first.take(pytest.fail, no_waiting)
    first.drop()
    Lease(office, "second").take(pytest.fail, no_waiting)


async def test_whoever_has_lost_the_lease_stops(office: Office, clock: Clock) -> None:
    mine = Lease(office, "mine")
    mine.take(pytest.fail, no_waiting)
    clock.at += LIFE + timedelta(seconds=1)
    held_by(office, "another+1+2/77/1")
    with pytest.raises(HeldElsewhere, match="another"):
        await mine.keep(every=0)
