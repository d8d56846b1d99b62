from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from probot.services import events, invite
from probot.services.turn import Turn
from probot.store import people
from probot.store.events import Recorded
from probot.study.load import load
from probot.study.model import Study
from tests.world import Clinic, Phone, a_clinic


async def test_an_investigator_enters_a_grade_by_buttons_and_it_names_who_gave_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        await doctor.say("/grade P-001")
        assert doctor.last["text"].startswith("P-001 · ")
        await doctor.tap("Today")
        await doctor.tap("2: ulcers, eats solid food")
        assert "P-001" in doctor.texts[-1]
        answers = {row["item"]: row for row in clinic.rows("responses")}
        assert answers["grade_oral"]["value"] == "grade_2"
        assert {row["source"] for row in answers.values()} == {"staff"}
        assert answers["grade_oral"]["actor"] == answers["examined_on"]["actor"] != "probot"
        (form,) = [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"]
        assert (form["status"], form["mode"]) == ("complete", "clinician")


async def test_the_participant_neither_sees_the_form_nor_can_answer_it(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        patient = await clinic.patient("P-001")
        seen = len(patient.texts)
        await doctor.say("/grade P-001")
        data = next(iter(doctor.buttons().values()))
        await patient.tap_data(data)
        await patient.say("2026-03-01")
        assert [row["item"] for row in clinic.rows("responses")] == []
        assert not any("examination" in text for text in patient.texts[seen:])


async def test_a_nurse_is_told_who_may_grade_and_nothing_is_begun(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei", "nurse")
        await clinic.patient("P-001")
        await nurse.say("/grade P-001")
        assert "Investigator" in nurse.texts[-1]
        assert [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"] == []


async def test_whoever_may_grade_no_more_cannot_finish_a_form_that_was_begun_before(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await doctor.say("/grade P-001")
        await clinic.act(invite.invite_staff, clinic.new_token(), "Dr. Zhou", "nurse", "en")
        await doctor.tap("Today")
        await doctor.say("today")
        assert clinic.rows("responses") == []


async def test_grades_are_not_entered_in_the_group(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        team = await clinic.team(doctor)
        await clinic.patient("P-001")
        await team.say("/grade P-001")
        assert "your own chat" in team.texts[-1]
        assert [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"] == []


async def test_a_typed_grade_form_can_be_left_and_taken_up_again(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await doctor.say("/grade P-001")
        await doctor.say("today")
        await doctor.say("/open")
        await doctor.say("/grade p-001")
        await doctor.tap("0: no finding")
        forms = [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"]
        assert [form["status"] for form in forms] == ["complete"]


async def test_typed_words_answer_the_form_that_asked_last_whichever_was_begun_first(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await clinic.patient("P-002")
        await doctor.say("/grade P-001")
        await doctor.say("/grade P-002")
        await doctor.say("today")
        assert {row["code"] for row in clinic.rows("responses")} == {"P-002"}
        await doctor.say("/grade P-001")
        await doctor.say("yesterday")
        assert [row["code"] for row in clinic.rows("responses")] == ["P-001", "P-002"]


async def test_words_in_reply_to_a_question_answer_that_one(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await clinic.patient("P-002")
        await doctor.say("/grade P-001")
        asked = doctor.last["message_id"]
        await doctor.say("/grade P-002")
        await doctor.say("today", reply_to=asked)
        assert {row["code"] for row in clinic.rows("responses")} == {"P-001"}


async def test_an_examination_on_a_day_that_is_still_to_come_is_asked_again(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await doctor.say("/grade P-001")
        await doctor.say("2199-01-01")
        assert "still to come" in doctor.last["text"]
        assert clinic.rows("responses") == []
        await doctor.say("2025-12-31")
        assert [row["value"] for row in clinic.rows("responses")] == ["2025-12-31"]


async def test_a_wrong_grade_can_be_corrected_long_after_its_form_has_closed(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        await doctor.say("/grade P-001")
        await doctor.tap("Today")
        await doctor.tap("4: ulcers, nothing by mouth")
        await clinic.pass_time(days=9)
        await doctor.tap("Change", next(one for one in doctor.shown if "nothing by mouth" in one["text"]))
        await doctor.tap("1: sore or red, no ulcer")
        grades = [row for row in clinic.rows("responses") if row["item"] == "grade_oral"]
        assert [(row["value"], row["is_latest"]) for row in grades] == [("grade_4", False), ("grade_1", True)]
        assert any(row["action"] == "form opened again" for row in clinic.rows("audit"))


async def test_whoever_left_a_form_half_way_is_told_how_to_begin_anew_once_it_has_closed(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        await doctor.say("/grade P-001")
        data = doctor.buttons()["Today"]
        await clinic.pass_time(days=9)
        await doctor.tap_data(data)
        assert "/grade P-001" in doctor.last["text"]
        assert "/ae" not in doctor.last["text"]


async def test_a_command_without_a_code_says_how_that_command_is_written(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        for command in ("grade", "endpoint", "patient", "event"):
            await doctor.say(f"/{command}")
            assert f"/{command} CODE" in doctor.last["text"]


async def test_a_clinician_is_not_asked_what_they_prefer(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("oral",))
        await doctor.say("/grade P-001")
        assert "Leave out for now" in doctor.buttons()
        await doctor.tap("Leave out for now")
        assert "wished" not in doctor.shown[-2]["text"]


async def a_low_grade_and_a_low_pain(clinic: Clinic, doctor: Phone) -> None:
    """What the endpoint asks for: pain 2 in this morning's diary, and grade 1 today, the second day of treatment."""
    patient = await clinic.patient("P-001", sites=("skin",), start="2026-03-01")
    await clinic.pass_time(hours=1)
    await patient.tap("None of these")
    await patient.tap("I did not measure")
    await patient.tap("2")
    await doctor.say("/grade P-001")
    await doctor.tap("Today")
    await doctor.tap("1: under 10 %")


async def test_a_correction_that_undoes_healing_is_told_to_whoever_heard_of_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        team = await clinic.team(doctor)
        await a_low_grade_and_a_low_pain(clinic, doctor)
        assert team.last["text"].startswith("P-001 · Healed since Mon, Mar 2, 2026\n")
        assert "✓ Mon, Mar 2 · grade 1 · pain 2" in team.last["text"], "with what it rests on"
        await doctor.tap("Change", next(one for one in doctor.shown if "1: under 10 %" in one["text"]))
        await doctor.tap("3: over 30 %, clear symptoms")
        assert team.last["text"].startswith("P-001 · Healed: no longer")
        assert "✗ Mon, Mar 2 · grade 3 · pain 2" in team.last["text"]


async def test_the_endpoint_of_a_participant_stands_in_what_is_shown_of_them(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-009", sites=("oral", "bladder"))
        await doctor.say("/patient P-009")
        shown = doctor.last["text"].split("\n")
        assert shown[2:5] == ["Healed: not yet", "Bladder: not examined yet", "Mouth: not examined yet"]
        await a_low_grade_and_a_low_pain(clinic, doctor)
        await doctor.say("/patient P-001")
        assert (
            "\nHealed since Mon, Mar 2, 2026\nSkin: met since Mon, Mar 2, 2026\n  ✓ Mon, Mar 2 · grade 1 · pain 2\n"
            in (doctor.last["text"])
        )


async def test_the_endpoint_is_worked_out_anew_when_the_day_of_its_beginning_is_set_or_corrected(
    database_url: str, tmp_path: Path
) -> None:
    async with a_clinic(database_url, study=begins_with_a_first_dose(tmp_path), migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        team = await clinic.team(doctor)
        await a_low_grade_and_a_low_pain(clinic, doctor)
        await doctor.say("/endpoint P-001")
        assert "First dose has no date yet" in doctor.last["text"]
        assert "– Mon, Mar 2 · grade 1 · pain 2 · start not known yet, does not count" in doctor.last["text"]
        assert not any("Healed since" in text for text in team.texts)

        await clinic.act(began, date(2026, 3, 1))
        await clinic.settle()
        assert team.last["text"].startswith("P-001 · Healed since Mon, Mar 2, 2026\n")

        await clinic.act(invite.set_anchor, "P-001", "first_dose", "2026-03-02", "wrong day")
        await clinic.settle()
        assert team.last["text"].startswith(
            "P-001 · Healed: no longer\nThe day after which examinations count"
        )
        await doctor.say("/patient P-001")
        assert "· on the day of the start, does not count" in doctor.last["text"]

        told = [row for row in clinic.rows("audit") if row["action"] == "endpoint worked out"]
        assert [(row["new"][0], row["reason"]) for row in told] == [
            ("not_met", ""), ("healed", "anchor first_dose"), ("not_met", "anchor first_dose"),
        ]  # fmt: skip
        (row,) = clinic.rows("endpoint")
        assert (row["met"], row["counts"], row["since"]) == (True, False, date(2026, 3, 2))


def begins_with_a_first_dose(room: Path) -> Study:
    """The shipped study, but the endpoint begins with an anchor that becomes known later, by an event."""
    shutil.copytree("config", room / "config")
    outcomes, study = room / "config" / "outcomes.yaml", room / "config" / "study.yaml"
    words = outcomes.read_text(encoding="utf-8").replace("since: treatment_start", "since: first_dose")
    event = "events:\n  begun: {label: {en: Begun, zh: 开始}, sets: first_dose}\n"
    outcomes.write_text(words.replace("events:\n", event, 1), encoding="utf-8")
    anchor = "anchors:\n  first_dose: {label: {en: First dose, zh: 首次用药日}, optional: true}\n"
    written = study.read_text(encoding="utf-8").replace("anchors:\n", anchor, 1)
    study.write_text(written, encoding="utf-8")
    loaded = load(room / "config")
    assert loaded.study is not None, loaded.problems
    return loaded.study


def began(turn: Turn, day: date) -> None:
    enrolment = people.by_code(turn.connection, "P-001")
    assert enrolment is not None
    assert isinstance(events.record(turn, enrolment, "begun", day, key="one"), Recorded)


async def test_of_two_examinations_on_one_day_each_stands_with_its_own_date(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("skin",))
        for day, grade in (("Today", "2: 10-30 %, or more but mild"), ("Yesterday", "1: under 10 %")):
            await doctor.say("/grade P-001")
            await doctor.tap(day)
            await doctor.tap(grade)
        await doctor.say("/grade P-001")
        await doctor.tap("Today")
        await doctor.tap("Leave out for now")
        await doctor.say("/patient P-001")
        lines = [line.strip() for line in doctor.last["text"].split("\n")]
        assert lines[-6:] == [
            "Examined on: Mon, Mar 2, 2026", "Skin grade: 2: 10-30 %, or more but mild",
            "Examined on: Sun, Mar 1, 2026", "Skin grade: 1: under 10 %",
            "Examined on: Mon, Mar 2, 2026", "Skin grade: left out",
        ]  # fmt: skip


async def test_a_grade_that_was_changed_afterwards_is_given_a_reason_in_the_trail(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001", sites=("bladder",))
        await doctor.say("/grade P-001")
        await doctor.tap("Today")
        await doctor.tap("3: gross blood, needs treatment")
        assert "reason" not in doctor.last["text"], "nothing was changed yet"
        await doctor.tap("Change", next(one for one in doctor.shown if "✓ 3: gross" in one["text"]))
        await doctor.tap("1: blood only in the lab test")
        assert doctor.last["text"].startswith(
            "P-001 · Bladder grade: 3: gross blood, needs treatment → 1: blood"
        )
        await doctor.say("Mixed up with P-002", reply_to=doctor.last["message_id"])
        assert doctor.last["text"] == "The reason is on record."
        (why,) = [row for row in clinic.rows("audit") if row["action"] == "reason for change"]
        assert (why["code"], why["field"], why["reason"]) == ("P-001", "grade_bladder", "Mixed up with P-002")
        assert why["actor_name"] == "Dr. Zhou"


async def test_an_earlier_copy_of_a_question_still_says_whom_it_was_about(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        doctor = await clinic.staff("Dr. Zhou", "investigator")
        await clinic.patient("P-001")
        await doctor.say("/grade P-001")
        earlier = len(doctor.shown) - 1
        await doctor.say("/grade P-001")
        assert doctor.shown[earlier]["text"] == "P-001 · Date of the examination\n\nAsked again below ↓"
