from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from probot.services import open_due, receive
from probot.services.retry import retry
from probot.store import inbox
from probot.store.engine import Store
from probot.store.tables import assessment as assessments
from probot.store.tables import inbox as table
from tests.world import Clinic, Phone, a_clinic


class Flaky(Store):
    """A database that fails as a database does, whenever `down` says so."""

    def __init__(self, url: str, down: Callable[[], bool]) -> None:
        super().__init__(url)
        self._down = down

    def transact(self, act: Any, *arguments: Any) -> Any:
        if self._down():
            raise OperationalError("BEGIN", {}, RuntimeError("the server closed the connection unexpectedly"))
        return super().transact(act, *arguments)


def updates(clinic: Clinic) -> list[Any]:
    return clinic.store.transact(
        lambda connection: connection.execute(select(table).order_by(table.c.seq)).all()
    )


async def until_asked(clinic: Clinic) -> Phone:
    patient = await clinic.patient("P-001")
    await clinic.pass_time(hours=1)
    await patient.tap("None of these")  # the next one is a number
    return patient


def numbers(clinic: Clinic) -> list[Any]:
    return [row["value"] for row in clinic.rows("responses") if row["item"] == "temperature"]


async def test_a_database_that_fails_again_and_again_costs_no_answer_and_counts_as_no_attempt(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await until_asked(clinic)
        office, runtime = clinic.world.runtime.office, clinic.world.runtime
        fails = [False]
        flaky = Flaky(sqlite_url, lambda: fails[0])
        claimed_again = 0
        for _ in range(4):
            clinic.api.people.say(patient.person, patient.chat, "36.6")
            assert clinic.world.poller is not None
            await clinic.world.poller.turn()
            calls = iter([False, *[True] * 100])  # the claim is committed, what follows fails
            office.store = Flaky(sqlite_url, partial(next, calls))
            with pytest.raises(OperationalError):
                await runtime.work()
            claimed_again += 1
            office.store = clinic.store
        office.store = flaky
        await clinic.settle()
        assert {row.state for row in updates(clinic)} == {"done"}
        assert numbers(clinic) == [36.6]
        assert claimed_again == 4


async def test_an_update_that_cannot_be_handled_is_put_aside_and_its_chat_goes_on(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await until_asked(clinic)
        other = await clinic.patient("P-002")
        worker = clinic.world.runtime.worker
        read = worker._read

        def poisonous(arrived: Any) -> Any:
            incoming = read(arrived)
            text = getattr(incoming.content, "text", "")
            return replace(incoming, received_at=None) if text == "poison" else incoming  # type: ignore[arg-type]

        worker._read = poisonous
        clinic.api.people.say(patient.person, patient.chat, "poison")
        clinic.api.people.say(patient.person, patient.chat, "36.4")
        clinic.api.people.say(other.person, other.chat, "hello")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await worker.work()
        waiting = [row.attempts for row in updates(clinic) if row.state == "new"]
        assert waiting == [1, 0], "what is behind it waits for it, untried"
        await clinic.settle()
        by_state: dict[str, int] = {}
        for row in updates(clinic):
            by_state[row.state] = by_state.get(row.state, 0) + 1
        assert by_state["parked"] == 1
        assert "new" not in by_state
        assert numbers(clinic) == [36.4]
        worker._read = read
        (again,) = await clinic.act(retry)
        await clinic.settle()
        assert {row.state for row in updates(clinic)} == {"done"}
        assert again.fault in [
            row["reason"] for row in clinic.rows("audit") if row["action"] == "update tried again"
        ]


async def test_an_update_that_kills_whoever_handles_it_is_put_aside_in_the_end(database_url: str) -> None:
    store = Store(database_url)
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    raw = {"update_id": 1, "message": {"chat": {"id": 5}}}
    store.transact(receive.keep, 7, [raw, {"update_id": 2, "message": {"chat": {"id": 5}}}], now)
    for death in range(inbox.DEADLY):
        claimed, *behind = store.transact(inbox.claim, now, f"life {death}", 10)
        assert claimed.update_id == 1
        assert [one.update_id for one in behind] == ([] if death else [2]), "what was tried is tried alone"
        assert store.transact(inbox.claim, now, "somebody else", 10) == [], "its chat waits for it"
        now += timedelta(seconds=61)
    (claimed,) = store.transact(inbox.claim, now, "the next", 10)
    assert claimed.update_id == 2
    assert store.transact(inbox.counts) == {"new": 1, "parked": 1}
    store.close()


async def test_a_claim_whose_commit_was_not_confirmed_is_given_again_to_the_same_token(
    database_url: str,
) -> None:
    store = Store(database_url)
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    store.transact(receive.keep, 7, [{"update_id": 1, "message": {"chat": {"id": 5}}}], now)
    first = store.transact(inbox.claim, now, "mine", 10)
    second = store.transact(inbox.claim, now, "mine", 10)
    assert [one.update_id for one in first] == [one.update_id for one in second] == [1]
    assert store.transact(inbox.claim, now, "theirs", 10) == []
    assert store.transact(inbox.all_done, first[:1], now)
    assert not store.transact(inbox.all_done, second[:1], now)
    store.close()


async def test_a_claim_written_by_a_clock_that_was_hours_ahead_does_not_hold_a_chat_up_for_hours(
    database_url: str,
) -> None:
    store = Store(database_url)
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    store.transact(receive.keep, 7, [{"update_id": 1, "message": {"chat": {"id": 5}}}], now)
    store.transact(inbox.claim, now + timedelta(hours=2), "ahead", 10)
    assert len(store.transact(inbox.claim, now, "right", 10)) == 1
    store.close()


async def test_nothing_is_closed_over_an_answer_that_lies_in_the_inbox(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await until_asked(clinic)
        (diary,) = [row for row in clinic.rows("assessments") if row["status"] == "open"]
        clinic.api.people.say(patient.person, patient.chat, "36.6")
        poller = clinic.world.poller
        assert poller is not None
        await poller.turn()
        clinic.clock.at = diary["grace_until"] + timedelta(seconds=1)
        poller.heard = clinic.clock.at
        await clinic.world.runtime.tick()
        still = [row for row in clinic.rows("assessments") if row["assessment_id"] == diary["assessment_id"]]
        assert [row["status"] for row in still] == ["open"]
        await clinic.settle()
        await clinic.pass_time(minutes=1)
        ended = [row for row in clinic.rows("assessments") if row["assessment_id"] == diary["assessment_id"]]
        assert [row["status"] for row in ended] == ["partial"]
        assert numbers(clinic)[0] == 36.6


async def test_nothing_is_closed_before_telegram_was_heard_after_the_end(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await until_asked(clinic)
        (diary,) = [row for row in clinic.rows("assessments") if row["status"] == "open"]
        poller = clinic.world.poller
        assert poller is not None
        poller.heard = diary["grace_until"] - timedelta(seconds=30)
        clinic.clock.at = diary["grace_until"] + timedelta(seconds=5)
        await clinic.world.runtime.tick()
        states = {row["assessment_id"]: row["status"] for row in clinic.rows("assessments")}
        assert states[diary["assessment_id"]] == "open"
        poller.heard = clinic.clock.at + timedelta(seconds=3)
        clinic.clock.at += timedelta(seconds=3)
        await clinic.world.runtime.tick()
        states = {row["assessment_id"]: row["status"] for row in clinic.rows("assessments")}
        assert states[diary["assessment_id"]] == "partial"


async def test_one_row_that_cannot_be_advanced_keeps_neither_the_others_nor_the_ladder_waiting(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await until_asked(clinic)
        await patient.say("I have chest pain, now")
        other = await clinic.patient("P-002")
        seen = len(nurse.texts)
        (diary,) = [
            row for row in clinic.rows("assessments") if row["status"] == "open" and row["code"] == "P-001"
        ]

        def spoil(connection: Any) -> None:
            connection.execute(
                update(assessments)
                .where(assessments.c.id == diary["assessment_id"])
                .values(reminders=["not a moment"], next_at=clinic.clock.at)
            )

        clinic.store.transact(spoil)
        await clinic.world.runtime.tick()
        clinic.clock.at += timedelta(minutes=11)
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await clinic.world.runtime.tick()
        await clinic.world.runtime.send()
        await clinic.world.runtime.sender.finish()
        assert len(nurse.texts) > seen, "the ladder climbed"
        assert clinic.world.runtime.ticker.failures >= 1
        assert other.texts


async def test_a_parked_row_is_tried_again_later_because_no_ladder_may_end_in_silence(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await until_asked(clinic)
        (diary,) = [row for row in clinic.rows("assessments") if row["status"] == "open"]
        at = diary["grace_until"] + timedelta(seconds=1)
        clinic.clock.at = at
        for attempt in range(5):
            keys = await clinic.act(open_due.claim, f"died {attempt}", 10)
            assert diary["assessment_id"] in keys
            clinic.clock.at += timedelta(seconds=61)
        assert await clinic.act(open_due.claim, "too soon", 10) == []
        clinic.clock.at += timedelta(minutes=10)
        assert diary["assessment_id"] in await clinic.act(open_due.claim, "later", 10)
