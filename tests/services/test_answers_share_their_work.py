"""Do many answers cost one transaction's statements, and does an answer typed ahead mark its question all the same?"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select

from probot.store.tables import alert, assessment, outbox, response, session
from probot.values import day_mark
from probot.wording import say
from tests.statements import statements_of
from tests.world import Clinic, Phone, a_clinic


async def asked(clinic: Clinic, count: int) -> list[Phone]:
    patients = [await clinic.patient(f"P-{number:03d}") for number in range(count)]
    await clinic.pass_time(hours=1)
    return patients


async def cost_of(clinic: Clinic, patients: list[Phone], text: str, first: str = "") -> int:
    """How many statements it takes to handle an answer of each of these, all waiting. `first`: what the first says."""
    for number, phone in enumerate(patients):
        clinic.api.people.say(phone.person, phone.chat, first if first and number == 0 else text)
    assert clinic.world.poller is not None
    await clinic.world.poller.turn()
    with statements_of(clinic.store) as found:
        assert await clinic.world.runtime.work() == len(patients)
    await clinic.settle()
    return len(found)


async def test_ten_answers_take_hardly_more_statements_than_two(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patients = await asked(clinic, 12)
        few = await cost_of(clinic, patients[:2], "none of these")
        many = await cost_of(clinic, patients[2:], "none of these")
        assert many < few + 8
        assert all("36" in phone.last["text"] or "°" in phone.last["text"] for phone in patients)


async def opening_costs(database_url: str, count: int) -> int:
    """How many statements it takes to open the diaries of so many patients, all due at one moment."""
    async with a_clinic(database_url, migrated=True) as clinic:
        for number in range(count):
            await clinic.patient(f"P-{number:03d}")
        clinic.clock.at += timedelta(hours=1)
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        with statements_of(clinic.store) as found:
            await clinic.world.runtime.tick()
        with clinic.store.begin() as connection:
            opened = connection.execute(select(func.count()).select_from(session)).scalar()
        assert opened == count
        return len(found)


async def test_ten_diaries_are_opened_with_hardly_more_statements_than_two(
    sqlite_url: str, tmp_path: Path
) -> None:
    another = shutil.copy(make_url(sqlite_url).database or "", tmp_path / "another.sqlite3")
    few, many = await opening_costs(sqlite_url, 2), await opening_costs(f"sqlite:///{another}", 10)
    assert many < few + 8


async def test_an_alert_among_the_answers_makes_the_others_cost_no_more(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patients = await asked(clinic, 12)
        await cost_of(clinic, patients, "none of these")
        few = await cost_of(clinic, patients[:2], "36.8", first="39.5")
        many = await cost_of(clinic, patients[2:], "36.8", first="39.5")
        with clinic.store.begin() as connection:
            assert connection.execute(select(func.count()).select_from(alert)).scalar() == 2
        assert many < few + 8


async def test_neither_a_claim_nor_an_answer_goes_through_all_there_ever_was(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patients = await asked(clinic, 3)
        for phone in patients:
            clinic.api.people.say(phone.person, phone.chat, "none of these")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        with statements_of(clinic.store) as found:
            await clinic.world.runtime.work()
            await clinic.world.runtime.tick()
        with clinic.store.begin() as connection:
            for statement in {each for each in found if each.startswith(("SELECT", "UPDATE"))}:
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", tuple(None for _ in range(statement.count("?")))
                )
                steps = [str(row[3]) for row in plan]
                assert not {"SCAN inbox", "SCAN outbox", "SCAN assessment", "SCAN response"} & set(steps), (
                    statement,
                    steps,
                )


async def test_a_question_answered_before_it_went_out_goes_out_as_answered(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        (her,) = await asked(clinic, 1)
        for text in ("none of these", "36.8"):
            clinic.api.people.say(her.person, her.chat, text)
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        assert await clinic.world.runtime.work() == 2
        await clinic.settle()
        (answered,) = [one for one in her.shown if "36.8" in one["text"]]
        assert list(her.buttons(answered)) == [say("en", "button.change")]
        assert sum(len(her.buttons(one)) > 1 for one in her.shown) == 1, (
            "only the open question has its buttons"
        )
        with clinic.store.begin() as connection:
            faults = connection.execute(select(outbox.c.fault).where(outbox.c.state == "dropped")).scalars()
            assert list(faults) == []


async def test_what_belongs_to_a_day_lies_together_in_every_index(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patients = await asked(clinic, 3)
        await cost_of(clinic, patients, "none of these")
        with clinic.store.begin() as connection:
            days = {row.id: row.day for row in connection.execute(select(assessment.c.id, assessment.c.day))}
            answers = connection.execute(select(response.c.id, response.c.assessment_id)).all()
            about = connection.execute(select(outbox.c.id, outbox.c.assessment_id)).all()
        questions = [row for row in about if row.assessment_id is not None]
        assert len(answers) >= 3
        assert len(questions) >= 6
        for row in (*answers, *questions):
            assert row.id.startswith(day_mark(days[row.assessment_id])), "or each touches a page of its own"


async def taps_cost(clinic: Clinic, nurse: Phone, messages: list[dict[str, Any]]) -> int:
    """How many statements it takes to take all of these alerts, tapped one after the other in one chat."""
    for shown in messages:
        taken = nurse.buttons(shown)[say("en", "alert.button.ack")]
        clinic.api.people.tap(nurse.person, nurse.chat, shown["message_id"], taken)
    assert clinic.world.poller is not None
    await clinic.world.poller.turn()
    with statements_of(clinic.store) as found:
        assert await clinic.world.runtime.work() == len(messages)
    await clinic.settle()
    return len(found)


async def test_a_nurses_six_taps_take_hardly_more_statements_than_two(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff()
        patients = await asked(clinic, 8)
        await cost_of(clinic, patients, "none of these")
        await cost_of(clinic, patients, "39.5")
        label = say("en", "alert.button.ack")
        shown = [one for one in nurse.shown if label in nurse.buttons(one)]
        assert len(shown) == len(patients)
        few = await taps_cost(clinic, nurse, shown[:2])
        many = await taps_cost(clinic, nurse, shown[2:])
        with clinic.store.begin() as connection:
            states = connection.execute(select(alert.c.state)).scalars()
            assert set(states) == {"acknowledged"}
        assert many < few + 8
