"""What happens to an alert that stands while something else changes: the study, a role, the words behind it?"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from probot.services import invite
from probot.services.publish import publish
from probot.study.load import load
from probot.study.model import Study
from tests.world import Clinic, Phone, a_clinic

SHORT = Path(__file__).parents[1] / "scenarios" / "studies" / "short"


def short(folder: Path | None = None, **changes: tuple[str, str]) -> Study:
    """The short study; `folder`: a copy made there, with a pattern replaced in each file named."""
    if folder is not None:
        shutil.copytree(SHORT, folder)
        for name, (pattern, words) in changes.items():
            path = folder / f"{name}.yaml"
            path.write_text(re.sub(pattern, words, path.read_text()))
    study = load(folder or SHORT).study
    assert study is not None
    return study


def alerts_of(clinic: Clinic, concept: str) -> list[tuple[str, int]]:
    return [(row["state"], row["hits"]) for row in clinic.rows("alerts") if row["concept"] == concept]


async def asked(clinic: Clinic) -> tuple[Phone, Phone]:
    """A nurse, and a participant who has just been asked about pain."""
    nurse, patient = await clinic.staff("Mei"), await clinic.patient("P-001")
    await clinic.pass_time(minutes=40)
    return nurse, patient


async def test_an_answer_counts_where_its_alert_rests_on_a_question_that_a_new_version_has_no_more(
    sqlite_url: str, tmp_path: Path
) -> None:
    renamed = short(
        tmp_path / "study",
        study=(r"(?<=id: )pain(?=\n)|\bpain(?= [><])", "hurt"),
        alerts=(r"\bpain(?= [><-]|, within)", "hurt"),
    )
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, patient = await asked(clinic)
        await patient.tap("9")
        assert alerts_of(clinic, "pain") == [("open", 1)]
        await clinic.act(publish, renamed)
        await patient.say("/report")
        await patient.tap("8")
        assert [row["value"] for row in clinic.rows("responses") if row["item"] == "pain_now"] == [8]
        assert alerts_of(clinic, "pain") == [("open", 2)]
        await clinic.pass_time(minutes=31)
        assert "8 / 10" in nurse.texts[-1]


async def test_worrying_words_in_a_form_reach_the_team_also_while_somebody_has_that_alert(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, patient = await asked(clinic)
        await patient.say("I have chest pain")
        await nurse.tap("Acknowledge")
        before = len(nurse.texts)
        await patient.say("chest pain again, now in the arm as well")
        assert alerts_of(clinic, "distress") == [("acknowledged", 2)]
        assert ["now in the arm" in text for text in nurse.texts[before:]] == [True]
        await patient.say("/report")
        await patient.tap("2")
        before = len(nurse.texts)
        await patient.say("I can't breathe")
        assert ["I can't breathe" in text for text in nurse.texts[before:]] == [True]


async def test_nobody_whose_role_has_lost_the_right_sees_an_alert_go_on(
    sqlite_url: str, tmp_path: Path
) -> None:
    binds = short(tmp_path / "study", people=(r"(zh: 护士\}, may: )\[.*?\]", r"\1[bind]"))
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, patient = await asked(clinic)
        doctor = await clinic.staff("Tom", "doctor")
        await patient.tap("9")
        await clinic.act(publish, binds)
        await patient.tap("Change")
        await patient.tap("3")
        assert not [text for text in nurse.texts if "3 / 10" in text]
        assert [text for text in doctor.texts if "3 / 10" in text]


async def test_what_somebody_has_whose_role_may_take_no_alerts_any_more_is_open_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    sees = short(tmp_path / "study", people=(r"(zh: 护士\}, may: )\[.*?\]", r"\1[view]"))
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, patient = await asked(clinic)
        doctor = await clinic.staff("Tom", "doctor")
        await patient.tap("9")
        await nurse.tap("Acknowledge")
        before = len(doctor.texts)
        await clinic.act(publish, sees)
        await clinic.settle()
        assert alerts_of(clinic, "pain") == [("open", 1)]
        assert "Severe pain" in doctor.texts[before]
        await doctor.tap("Acknowledge")
        await clinic.act(invite.invite_staff, clinic.new_token(), "Tom", "monitor", "en")
        assert alerts_of(clinic, "pain") == [("open", 1)]


async def test_an_answer_that_could_not_be_read_counts_once_it_is_put_right_in_the_same_message(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        _, patient = await asked(clinic)
        number = await patient.say("9 or so, or 3")
        assert clinic.rows("responses") == []
        clinic.api.people.edit(patient.person, patient.chat, number, "9")
        await clinic.settle()
        assert [(row["item"], row["value"]) for row in clinic.rows("responses")] == [("pain", 9)]
        assert alerts_of(clinic, "pain") == [("open", 1)]


async def test_a_note_from_before_the_question_that_is_changed_into_a_number_is_no_answer(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        patient = await clinic.patient("P-001")
        number = await patient.say("I slept badly")
        await clinic.pass_time(minutes=40)
        clinic.api.people.edit(patient.person, patient.chat, number, "9")
        await clinic.settle()
        assert clinic.rows("responses") == []


async def test_an_answer_that_was_taken_back_is_counted_as_declined_and_no_more_as_answered(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        _, patient = await asked(clinic)
        await patient.tap("5")
        await patient.tap("Change")
        await patient.tap("Prefer not to answer")
        assert next((row["answered"], row["declined"]) for row in clinic.rows("assessments")) == (0, 1)


async def test_a_danger_that_is_ticked_and_never_done_is_told_after_ten_minutes_and_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    asks = short(
        tmp_path / "study",
        study=("kind: several", r"kind: several\n        safety: true"),
        alerts=(r"(signs has rash\"\n +tier: )routine", r"\1urgent"),
    )
    async with a_clinic(sqlite_url, migrated=True, study=asks) as clinic:
        nurse, patient = await asked(clinic)
        await patient.tap("Rash")
        await clinic.pass_time(minutes=9)
        assert alerts_of(clinic, "rash") == []
        await clinic.pass_time(minutes=2)
        assert alerts_of(clinic, "rash") == [("open", 1)]
        assert "Rash" in nurse.texts[-1]
        assert clinic.rows("responses") == []
        await clinic.pass_time(hours=3)
        assert alerts_of(clinic, "rash") == [("open", 1)], "the reminder says nothing new"
