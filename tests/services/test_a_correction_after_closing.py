"""Who hears that a patient corrected an answer after the alert that rests on it was closed?"""

from __future__ import annotations

from datetime import timedelta

from probot.services import invite
from probot.services.alerting import CLOSED_LATELY
from probot.wording import say
from tests.services.test_corners_of_an_alert import asked, short
from tests.services.test_no_alert_is_lost import letters
from tests.world import Clinic, Phone, a_clinic

CLOSED_THEN = "Corrected by the participant after this was closed"


async def closed(clinic: Clinic) -> tuple[Phone, Phone, Phone]:
    """A 9, taken and closed in the group because the medicine was changed: nurse, group, participant."""
    nurse, patient = await asked(clinic)
    group = await clinic.team(nurse, await clinic.staff("Tom", "doctor"))
    await patient.tap("9")
    for button in (
        say("en", "alert.button.ack"),
        say("en", "alert.button.close"),
        say("en", "alert.action.drug_change"),
    ):
        await group.tap(button)
    return nurse, group, patient


async def change(patient: Phone, to: str) -> None:
    asked_of = next(
        one for one in reversed(patient.shown) if say("en", "button.change") in patient.buttons(one)
    )
    await patient.tap(say("en", "button.change"), asked_of)
    await patient.tap(to)


def deeds(clinic: Clinic) -> list[str]:
    return [row["action"] for row in clinic.rows("audit") if row["object"] == "alert"]


async def test_whoever_closed_it_is_told_silently_and_the_alert_shows_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        nurse, group, patient = await closed(clinic)
        before, in_group = len(nurse.texts), len(group.texts)
        await change(patient, "3")
        (told,) = nurse.texts[before:]
        assert "An answer was corrected" in told
        assert f"{CLOSED_THEN}: How bad was the pain at its worst? 9 / 10 → 3 / 10" in told
        silently = [
            row.content.silent for row in letters(clinic, purpose="notice", kind="post") if row.alert_id
        ]
        assert silently == [True]
        assert len(group.texts) == in_group, "nobody else is called"
        assert any(CLOSED_THEN in text for text in group.texts), "but the message in the group shows it"
        (alert,) = clinic.rows("alerts")
        assert alert["state"] == "closed"
        assert deeds(clinic)[-1] == "answer corrected"
        await change(patient, "2")
        assert "3 / 10 → 2 / 10" in nurse.last["text"], "a correction of the correction as well"


async def test_if_they_have_left_the_team_hears_it(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, group, patient = await closed(clinic)
        await clinic.act(invite.remove_staff, "Mei", "left")
        before = len(nurse.texts)
        await change(patient, "3")
        assert len(nurse.texts) == before
        assert CLOSED_THEN in group.last["text"]


async def test_an_answer_of_another_day_and_an_alert_closed_long_ago_are_let_be(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse, _, patient = await closed(clinic)
        await clinic.pass_time(hours=24)
        await patient.tap("3")
        before = len(nurse.texts)
        await change(patient, "2")
        assert len(nurse.texts) == before, "yesterday's 9 stays a 9"
        assert "answer corrected" not in deeds(clinic)
        assert timedelta(days=7) == CLOSED_LATELY
