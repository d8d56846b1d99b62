from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from probot.services import invite, plan_ahead, receive, start
from probot.services.turn import Turn
from probot.store import people
from probot.store.tables import note
from tests.world import Clinic, Phone, a_clinic


def statuses(clinic: Clinic, timepoint: str = "daily_diary") -> dict[str, tuple[str, Any]]:
    return {
        row["day"].isoformat(): (row["status"], row["opens_at"])
        for row in clinic.rows("assessments")
        if row["timepoint"] == timepoint
    }


def questions(phone: Phone) -> int:
    return sum("danger" in str(phone.buttons(message)) for message in phone.shown)


async def be_deaf(clinic: Clinic, **length: float) -> None:
    clinic.api.faults.set("offline")
    await clinic.settle()
    await clinic.sleep_through(**length)
    clinic.api.faults.clear()


async def test_an_hour_moved_to_one_that_has_passed_today_costs_no_day(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await clinic.patient("P-001")
        before = statuses(clinic)
        today = min(before)

        def earlier(turn: Turn) -> None:
            from datetime import time

            enrolment = people.by_code(turn.connection, "P-001")
            assert enrolment is not None
            start.set_hour(turn, enrolment, time(8, 0))

        await clinic.act(earlier)
        after = statuses(clinic)
        assert set(before) <= set(after)
        assert after[today][1] == before[today][1] - timedelta(hours=1), "moved on both databases"
        await clinic.settle()
        assert statuses(clinic)[today][0] == "open"


async def test_planning_anew_changes_nothing_that_was_opened_and_loses_nothing(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await clinic.patient("P-001")
        await clinic.pass_time(days=2)
        before = statuses(clinic)

        def anew(turn: Turn) -> None:
            enrolment = people.by_code(turn.connection, "P-001")
            assert enrolment is not None
            plan_ahead.replan(turn, enrolment.id)

        await clinic.act(anew)
        await clinic.act(anew)
        assert {day: found for day, found in statuses(clinic).items() if day in before} == before


async def test_what_is_written_under_a_picture_is_kept_and_alarms_like_any_words(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        clinic.api.people.send_media(patient.person, patient.chat, "photo", caption="I have chest pain")
        await clinic.settle()
        assert any("chest pain" in text for text in nurse.texts)
        kept = clinic.store.transact(lambda connection: connection.execute(select(note.c.words)).all())
        assert [row.words for row in kept] == ["[photo] I have chest pain"]


async def test_forwarded_words_are_no_answer_but_they_are_kept(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        clinic.api.people.forward(patient.person, patient.chat, "my neighbour says 8")
        await clinic.settle()
        kept = clinic.store.transact(lambda connection: connection.execute(select(note.c.words)).all())
        assert [row.words for row in kept] == ["[forwarded] my neighbour says 8"]
        assert clinic.rows("responses") == []


async def test_after_a_gap_in_reception_every_open_question_is_asked_again_exactly_once(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        first, second = await clinic.patient("P-001"), await clinic.patient("P-002")
        await clinic.pass_time(hours=1)
        before = [len(phone.texts) for phone in (first, second)]
        await be_deaf(clinic, minutes=4)
        await clinic.settle()
        await clinic.settle()
        assert [len(phone.texts) for phone in (first, second)] == [count + 1 for count in before]
        again = [row for row in clinic.rows("audit") if row["action"] == "asked again"]
        assert sorted(row["code"] for row in again) == ["P-001", "P-002"]


async def test_asking_again_that_a_crash_interrupted_is_gone_on_with_and_nobody_is_asked_twice(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        first, second = await clinic.patient("P-001"), await clinic.patient("P-002")
        await clinic.pass_time(hours=1)
        before = [len(phone.texts) for phone in (first, second)]
        await clinic.sleep_through(minutes=4)
        ticker, office = clinic.world.runtime.ticker, clinic.world.runtime.office
        assert await office.look(receive.heard, clinic.clock.now()), "committed, and then the process dies"
        gap = await office.look(receive.to_ask_again)
        assert gap is not None
        from probot.services import tick
        from probot.store import assessments

        (one, *_) = await office.look(assessments.asking_sessions)
        await office.act(tick.ask_again, f"heard:{gap}:{one[1]}", *one)
        ticker._asks_again = True  # as after a start
        await clinic.settle()
        assert [len(phone.texts) for phone in (first, second)] == [count + 1 for count in before]
        assert await office.look(receive.to_ask_again) is None


async def test_nobody_is_woken_by_a_question_that_is_asked_again_in_the_night(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=7)  # the weekly questions, open until Thursday, are asked at 15:00
        await clinic.travel(clinic.clock.at.replace(hour=18, minute=0))  # 02:00 in Shanghai
        before = len(patient.texts)
        await be_deaf(clinic, minutes=4)
        await clinic.pass_time(hours=4)
        assert len(patient.texts) == before
        await clinic.pass_time(hours=2)
        assert len(patient.texts) > before


async def test_a_paused_participant_is_not_asked_again_after_a_gap(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await patient.say("/pause 2026-03-04")
        before = len(patient.texts)
        await be_deaf(clinic, minutes=4)
        await clinic.settle()
        assert len(patient.texts) == before


async def test_a_question_still_on_its_way_is_not_said_twice_when_the_line_comes_back(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        before = len(patient.texts)
        clinic.api.faults.set("offline", methods=("sendMessage",))
        await clinic.pass_time(minutes=31)
        await be_deaf(clinic, minutes=4)
        await clinic.settle()
        await clinic.pass_time(minutes=1)
        assert len(patient.texts) == before + 1


async def test_whoever_travels_in_the_middle_of_a_day_is_asked_once_about_it_and_then_by_other_clocks(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        (today,) = [day for day, (status, _) in statuses(clinic).items() if status == "open"]
        await clinic.act(invite.set_zone, "P-001", "Europe/Berlin", "travels")
        await clinic.pass_time(
            hours=9
        )  # past nine in Berlin, on the day that she was asked about in Shanghai
        assert [day for day, (status, _) in statuses(clinic).items() if status != "planned"] == [today]
        following = {opens for day, (_, opens) in statuses(clinic).items() if day > today}
        assert {opens.astimezone(ZoneInfo("Europe/Berlin")).hour for opens in following} == {9}
