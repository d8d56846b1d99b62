from __future__ import annotations

from probot.services import invite
from tests.world import Clinic, Phone, a_clinic


async def two_investigators(clinic: Clinic, language: str = "en") -> tuple[Phone, Phone]:
    """Dr. Zhou, who has entered grade 4 for the mouth of P-001, and Dr. Lin."""
    zhou = await clinic.staff("Dr. Zhou", "investigator")
    lin = await clinic.staff("Dr. Lin", "investigator", language)
    await clinic.patient("P-001", sites=("oral",))
    await zhou.say("/grade P-001")
    await zhou.tap("Today")
    await zhou.tap("4: ulcers, nothing by mouth")
    return zhou, lin


def grades(clinic: Clinic) -> list[tuple[str, str, bool]]:
    """Who gave it, the grade, and whether it stands now; the first revision first."""
    given = [row for row in clinic.rows("responses") if row["item"] == "grade_oral"]
    return [
        (row["actor"], row["value"], row["is_latest"])
        for row in sorted(given, key=lambda row: row["revision"])
    ]


async def test_the_grade_of_somebody_who_left_is_corrected_by_another_investigator(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        _, lin = await two_investigators(clinic)
        await clinic.pass_time(days=9)
        await clinic.act(invite.remove_staff, "Dr. Zhou", "moved away")
        await lin.say("/endpoint P-001")
        await lin.tap("Correct an examination")
        listed = lin.last["text"].splitlines()
        assert listed[0] == "P-001 · Examinations entered. Which one is to be corrected?"
        assert listed[1] == (
            "1. Mon, Mar 2, 2026 · Dr. Zhou · Examined on: Mon, Mar 2, 2026 · "
            "Mouth grade (WHO): 4: ulcers, nothing by mouth"
        )
        await lin.tap("Correct 1 · Mon, Mar 2 · Dr. Zhou")
        assert lin.last["text"].startswith("P-001 · "), "whom it is about stands over each answer"
        await lin.tap("Change")
        await lin.tap("1: sore or red, no ulcer")
        (before, first, _), (after, second, latest) = grades(clinic)
        assert (first, second, latest) == ("grade_4", "grade_1", True)
        assert before != after, "each answer names who gave it"
        assert lin.last["text"].startswith("P-001 · Mouth grade (WHO): 4: ulcers")
        await lin.say("He mistook the scale", reply_to=lin.last["message_id"])
        trail = {row["action"]: row for row in clinic.rows("audit") if row["code"] == "P-001"}
        assert trail["form taken over"]["actor_name"] == "Dr. Lin"
        assert trail["reason for change"]["reason"] == "He mistook the scale"


async def test_whoever_entered_it_is_told_and_does_not_change_it_behind_the_others_back(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou, lin = await two_investigators(clinic, "zh")
        await lin.say("/patient P-001")
        await lin.tap("更正一次检查", lin.with_button("更正一次检查"))
        await lin.tap(next(iter(lin.buttons())))
        assert zhou.last["text"] == (
            "P-001 · Dr. Lin has taken over the form that you entered on Mon, Mar 2, 2026, to correct it: "
            "Clinician's grade."
        )
        query = await zhou.tap("Change", next(one for one in zhou.shown if "nothing by mouth" in one["text"]))
        assert zhou.toast(query) == "Dr. Lin has taken this form over and can correct it."
        assert [value for _, value, _ in grades(clinic)] == ["grade_4"]
        assert "溃疡" in lin.last["text"], "in the language of whoever corrects it now"


async def test_it_can_be_taken_back_and_is_never_in_two_hands(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou, lin = await two_investigators(clinic)
        for phone in (lin, zhou):
            await phone.say("/patient P-001")
            await phone.tap("Correct an examination", phone.with_button("Correct an examination"))
            await phone.tap("Correct 1 · Mon, Mar 2 · " + ("Dr. Zhou" if phone is lin else "Dr. Lin"))
        await lin.tap("Change")
        assert "1: sore or red, no ulcer" not in lin.buttons()
        await zhou.tap(
            "Change", next(one for one in reversed(zhou.shown) if "nothing by mouth" in one["text"])
        )
        await zhou.tap("1: sore or red, no ulcer")
        assert [value for _, value, _ in grades(clinic)] == ["grade_4", "grade_1"]


async def test_a_question_that_was_just_being_changed_goes_to_nobody_twice(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou, lin = await two_investigators(clinic)
        await zhou.tap("Change", next(one for one in zhou.shown if "nothing by mouth" in one["text"]))
        half_way = zhou.buttons()["2: ulcers, eats solid food"]
        await lin.say("/patient P-001")
        await lin.tap("Correct an examination", lin.with_button("Correct an examination"))
        await lin.tap("Correct 1 · Mon, Mar 2 · Dr. Zhou")
        query = await zhou.tap_data(half_way)
        assert zhou.toast(query) == "Dr. Lin has taken this form over and can correct it."
        await zhou.say("2")
        assert [value for _, value, _ in grades(clinic)] == ["grade_4"]


async def test_a_nurse_and_a_group_have_no_such_button_and_a_forged_tap_is_refused(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou, lin = await two_investigators(clinic)
        nurse = await clinic.staff("Mei", "nurse")
        team = await clinic.team(zhou, nurse)
        await lin.say("/patient P-001")
        button = lin.with_button("Correct an examination")
        listing = lin.buttons(button)["Correct an examination"]
        await lin.tap("Correct an examination", button)
        correcting = lin.buttons()["Correct 1 · Mon, Mar 2 · Dr. Zhou"]
        for phone in (nurse, team):
            await phone.say("/endpoint P-001")
            assert "Correct an examination" not in phone.buttons()
        await nurse.tap_data(listing)
        assert nurse.last["text"] == "P-001 · There is no examination that you may correct."
        query = await nurse.tap_data(correcting)
        assert "Investigator" in nurse.toast(query)
        (form,) = [row for row in clinic.rows("assessments") if row["timepoint"] == "grade"]
        assert not [row for row in clinic.rows("audit") if row["action"] == "form taken over"]
        assert form["status"] == "complete"
