"""What does the team see of many participants, and is it right, page by page?"""

from __future__ import annotations

from datetime import timedelta

from tests.services.test_pictures_follow_alerts import answers_pain
from tests.world import Clinic, Phone, a_clinic


async def a_week(clinic: Clinic) -> tuple[Phone, Phone, Phone]:
    """Emma answers every diary, Lin none; two days have passed and it is 10:00."""
    doctor = await clinic.staff("Dr. Wu", role="doctor")
    emma = await clinic.patient("P-001")
    lin = await clinic.patient("P-002", language="zh")
    await clinic.pass_time(hours=1, minutes=30)
    for _ in range(2):
        await rest_of_the_diary(emma)
        await clinic.pass_time(days=1)
    return doctor, emma, lin


async def rest_of_the_diary(phone: Phone) -> None:
    await answers_pain(phone, "2")
    for label in ("Normal food", "None of these", "I did"):
        await phone.tap(label)


async def test_the_boards_tell_who_answers_who_is_asked_and_who_is_overdue(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor, emma, _ = await a_week(clinic)

        await doctor.say("/adherence")
        shown = doctor.texts[-1]
        assert shown.index("P-002") < shown.index("P-001"), "the lowest first"
        assert "░░░░░░░░░░ 0% · P-002" in shown
        assert "██████████ 100% · P-001" in shown
        assert "0 of 2 answered, 0 late, 2 missed" in shown

        await doctor.say("/today")
        shown = doctor.texts[-1]
        assert "Daily diary: 0 of 2 done" in shown
        assert "still open: P-001, P-002" in shown
        await rest_of_the_diary(emma)
        await doctor.say("/today")
        assert "Daily diary: 1 of 2 done" in doctor.texts[-1]
        assert "still open: P-002" in doctor.texts[-1]

        await doctor.say("/overdue")
        shown = doctor.texts[-1]
        assert "P-002 · Daily diary · missed 2 in a row, last on Tue, Mar 3" in shown
        assert "P-001 · Daily diary" not in shown
        assert "Clinician's grade, not entered yet:" in shown
        assert "P-001: was due on Mon, Mar 2, window over" in shown

        await doctor.say("/grade P-001")
        await doctor.say("2026-03-04")
        await doctor.say("/overdue")
        assert "P-001: was due" not in doctor.texts[-1]

        audited = {row["action"] for row in clinic.rows("audit")}
        assert {"adherence shown", "today shown", "overdue shown"} <= audited


async def test_what_somebody_holds_is_shown_to_them_alone(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Dr. Wu", role="doctor", language="zh")
        await nurse.say("/mine")
        assert nurse.texts[-1] == "You have taken no alert."
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await answers_pain(patient, "9")
        await nurse.tap("Acknowledge")
        await nurse.say("/mine")
        assert "With you: 1" in nurse.texts[-1]
        assert "P-001" in nurse.texts[-1]
        assert "with Mei" in nurse.texts[-1], "by name, and not by an id"
        await doctor.say("/mine")
        assert doctor.texts[-1] == "您没有接手的提醒。"


async def test_a_form_that_is_still_in_time_is_asked_today_and_not_overdue(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Wu", role="doctor")
        await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await doctor.say("/today")
        assert "P-001: due until" in doctor.texts[-1]
        await doctor.say("/overdue")
        assert doctor.texts[-1] == "Nobody is overdue."


async def test_empty_boards_are_said_kindly_and_a_monitor_may_look(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        monitor = await clinic.staff("Kim", role="monitor")
        for command, words in {
            "/today": "Mon, Mar 2: nobody is asked anything today.",
            "/overdue": "Nobody is overdue.",
            "/adherence": "No assessment is over yet, so there is nothing to count.",
        }.items():
            await monitor.say(command)
            assert monitor.texts[-1] == words


async def test_a_page_is_turned_in_the_message_that_stands_there(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await nurse.say("/adherence")
        first = nurse.last
        await clinic.pass_time(days=1)
        await nurse.tap_data("v:adherence:2", first)
        assert next(one for one in nurse.shown if one["message_id"] == first["message_id"])[
            "text"
        ].startswith("Answered so far: 0% (0 of 1)")
        await patient.tap_data("v:adherence:1")
        assert "P-001" not in "".join(patient.texts)


async def test_strangers_in_the_group_turn_no_pages_and_read_no_lists(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, outsider = await clinic.staff("Mei"), clinic.phone("Eve")
        team = await clinic.team(nurse, outsider)
        await clinic.patient("P-001")
        before = len(team.texts)
        clinic.api.people.say(outsider.person, team.chat, "/overdue")
        await clinic.settle()
        assert "P-001" not in "".join(team.texts[before:])


async def test_the_morning_digest_takes_in_the_list_of_routine_alerts(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await clinic.patient("P-002")
        await clinic.pass_time(hours=1)
        await answers_pain(patient, "5")
        await clinic.pass_time(days=1, hours=-1.5)
        digests = [one for one in nurse.shown if "Morning digest, Tue, Mar 3" in one["text"]]
        assert len(digests) == 1
        text = digests[0]["text"]
        assert "Not taken (1):" in text
        assert "ROUTINE · P-001 · Moderate mouth pain" in text
        assert "Asked today: Daily diary 2" in text
        assert not any("Digest of" in one for one in nurse.texts)
        await nurse.tap("Acknowledge · P-001 · Moderate mouth pain", digests[0])
        assert clinic.rows("alerts")[-1]["state"] == "acknowledged"
        await clinic.pass_time(hours=12)
        hand_over = next(text for text in nurse.texts if text.startswith("Hand-over, Tue, Mar 3, 19:30"))
        assert "Taken (1):" in hand_over
        assert "with Mei" in hand_over


async def test_a_quiet_morning_is_one_silent_line_and_an_outage_brings_one_digest(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei", language="zh")
        await clinic.pass_time(days=1)
        assert nurse.texts[-1] == "3月3日周二：没有未处理的事项"
        before = len(nurse.texts)
        await clinic.sleep_through(days=4, hours=2)
        await clinic.settle()
        later = [text for text in nurse.texts[before:] if "没有未处理的事项" in text]
        assert len(later) == 2, "one digest and one hand-over, however many were missed"
        await clinic.pass_time(days=1)
        assert any("3月8日" in text for text in nurse.texts)


async def test_hours_that_were_changed_are_kept_from_the_next_publication_on(sqlite_url: str) -> None:
    from dataclasses import replace
    from datetime import time

    from probot.services import keep_hours
    from probot.store import appointments

    async with a_clinic(sqlite_url, migrated=True) as clinic:

        def due(connection: object) -> object:
            found = appointments.find(connection, "digest")  # type: ignore[arg-type]
            return found and found.next_at

        views = replace(clinic.study.views, digest=time(9, 30), hand_over=())
        before = clinic.store.transact(due)
        await clinic.act(keep_hours.arrange, replace(clinic.study, views=views))
        assert clinic.store.transact(due) == before + timedelta(hours=1, minutes=30) - timedelta(days=1)
        assert clinic.store.transact(lambda connection: appointments.find(connection, "hand_over")) is None


async def test_staff_see_their_own_commands_in_their_own_chat_and_language(sqlite_url: str) -> None:
    from probot.flows.commands import STAFF_COMMANDS
    from probot.sandbox.methods.commands import menu

    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, doctor = await clinic.staff("Mei", language="zh"), await clinic.staff("Tom", role="doctor")
        patient = await clinic.patient("P-001")
        bot = clinic.api.state.bots[clinic.bot_id]
        assert tuple(each["command"] for each in menu(bot, doctor.person, "en", None)) == STAFF_COMMANDS
        assert menu(bot, nurse.person, "en", None)[1]["description"] == "您接手的提醒"
        assert "open" not in {each["command"] for each in menu(bot, patient.person, "en", None)}
