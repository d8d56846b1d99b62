"""Does the trajectory come after its alert, to whom it may, once, and never in the alert's way?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from probot.services import invite
from probot.store.tables import outbox
from tests.world import Clinic, Phone, a_clinic

DIARY = ("None of these", "I did not measure")


async def answers_pain(phone: Phone, pain: str) -> None:
    """As far as the pain of one morning."""
    for label in DIARY:
        await phone.tap(label)
    await phone.tap(pain)


async def two_mornings(clinic: Clinic) -> Phone:
    """Pain of 2, and of 9 the next day."""
    patient = await clinic.patient("P-001")
    await clinic.pass_time(hours=1)
    await answers_pain(patient, "2")
    await clinic.pass_time(days=1)
    await answers_pain(patient, "9")
    return patient


def pictures_of(clinic: Clinic) -> list[Any]:
    def look(connection: Any) -> list[Any]:
        return list(connection.execute(select(outbox).where(outbox.c.kind == "photo").order_by(outbox.c.seq)))

    return clinic.store.transact(look)


async def test_a_picture_hangs_under_its_alert_in_the_language_of_the_chat_and_once(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei", language="zh")
        await two_mornings(clinic)
        alert = next(one for one in nurse.shown if "9 / 10" in one["text"])
        (picture,) = nurse.pictures
        assert picture["message_id"] > alert["message_id"]
        assert picture["reply_to_message"]["message_id"] == alert["message_id"]
        assert picture["caption"] == "P-001，近14天\n口腔最痛：2 · 9"
        (row,) = pictures_of(clinic)
        assert set(row.content) == {"enrolment"}, "coded, and drawn only when it goes"
        assert row.lane == 4, "behind everything else"
        await nurse.say("/patient p-001")
        assert len(nurse.pictures) == 2
        assert "reply_to_message" not in nurse.pictures[-1]


async def test_one_value_alone_is_no_picture_and_one_that_is_refused_takes_nothing_along(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await answers_pain(patient, "9")
        assert [row.fault for row in pictures_of(clinic)] == ["nothing to show"]
        clinic.api.faults.set("broken", methods=("sendphoto",))
        await clinic.pass_time(days=1)
        await answers_pain(patient, "9")
        assert nurse.pictures == []
        assert pictures_of(clinic)[-1].state == "dropped"
        await nurse.tap("Acknowledge")
        assert {row["state"] for row in clinic.rows("alerts")} == {"acknowledged"}


async def test_a_picture_that_comes_too_late_or_for_somebody_gone_is_not_sent(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        clinic.api.faults.set("flood", seconds=50, methods=("sendphoto",))
        await two_mornings(clinic)
        await clinic.act(invite.remove_staff, "Mei", "went to another ward")
        clinic.api.faults.clear()
        await clinic.pass_time(minutes=2)
        assert nurse.pictures == []
        assert {row.state for row in pictures_of(clinic)} <= {"dropped", "dead"}


async def test_a_reply_to_the_picture_is_one_to_its_alert_and_one_to_a_picture_that_was_asked_for_is_not(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await two_mornings(clinic)
        await nurse.say("Can you drink?", reply_to=nurse.pictures[-1]["message_id"])
        assert any("Can you drink?" in text for text in patient.texts)
        await nurse.say("/patient P-001")
        await nurse.say("And now?", reply_to=nurse.pictures[-1]["message_id"])
        assert not any("And now?" in text for text in patient.texts), "it is about no alert"
