from __future__ import annotations

from probot.services import invite
from tests.world import a_clinic


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
