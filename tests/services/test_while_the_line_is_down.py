"""How often is it tried while nobody can be reached, and what happens when somebody can be again?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from probot.ports import Later
from probot.services.deliver import wait_for_the_line
from probot.services.pace import Pace
from probot.store.outbox import OUTSIDE
from probot.store.tables import outbox
from tests.world import Clinic, a_clinic

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def waits(clinic: Clinic) -> dict[str, float]:
    """Seconds until each waiting message of the messenger is tried again, by purpose."""
    waiting = select(outbox).where(outbox.c.state == "waiting", outbox.c.lane != OUTSIDE)
    rows = clinic.store.transact(lambda connection: connection.execute(waiting).all())
    return {row.purpose: (row.not_before - clinic.clock.now()).total_seconds() for row in rows}


def test_the_waits_grow_and_an_alert_never_waits_long() -> None:
    assert [wait_for_the_line(2, attempt, alert=False) for attempt in range(1, 7)] == [2, 4, 8, 16, 30, 30]
    assert [wait_for_the_line(2, attempt, alert=True) for attempt in range(1, 5)] == [2, 4, 5, 5]
    assert wait_for_the_line(60, 1, alert=False) == 60, "somebody has to mend something first"
    assert wait_for_the_line(60, 9, alert=True) == 5


def test_a_time_that_was_asked_for_is_no_line_that_is_down() -> None:
    assert not Later(7, "throttled", wide=True).line_is_down
    assert not Later(7, "throttled").line_is_down
    assert Later(2, "no connection", wide=True).line_is_down


def test_everybody_rests_longer_each_time_and_those_who_fail_together_count_once() -> None:
    pace = Pace()
    now, rests = NOON, []
    for _ in range(6):
        for _ in range(10):
            pace.line_down(now, 2)
        free = pace.next_free(now)
        assert free is not None
        assert pace.room(now) == 0
        rests.append((free - now).total_seconds())
        now = free
    assert rests == [2, 4, 8, 16, 30, 30]
    pace.line_down(now, 2)
    pace.line_back()
    assert pace.room(now) == 30
    pace.line_down(now, 2)
    assert pace.next_free(now) == now + timedelta(seconds=2)


def test_a_channel_that_asked_for_patience_gets_it_although_somebody_was_reached() -> None:
    pace = Pace()
    pace.rest_all(after(60))
    pace.line_back()
    assert pace.room(after(59)) == 0


async def test_the_first_that_gets_through_wakes_the_others(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        other = await clinic.patient("P-002")
        clinic.api.people.say(other.person, other.chat, "/help")
        clinic.api.people.say(patient.person, patient.chat, "chest pain")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        clinic.api.faults.set("offline", how="refused")
        for _ in range(6):
            await clinic.world.runtime.settle()
            clinic.clock.at += timedelta(seconds=max(waits(clinic).values()))
        await clinic.world.runtime.settle()
        standing = waits(clinic)
        assert standing["alert"] <= 5
        assert max(standing.values()) == 30
        clinic.api.faults.clear()
        clinic.clock.at += timedelta(seconds=5)
        await clinic.world.runtime.settle()
        assert waits(clinic) == {}
        assert "P-001" in nurse.texts[-1]
        assert "/open" in other.texts[-1] or "/help" in other.texts[-1]
