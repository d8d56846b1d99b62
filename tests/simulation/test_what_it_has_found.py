"""What has the simulation found that must not come back? Each defect once more, small and plain."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.world_of_days import the_study
from tests.world import a_clinic

LOCAL = timedelta(hours=8)


def asked_at_night(clinic, phone) -> list[str]:  # type: ignore[no-untyped-def]
    """When the phone was given questions in the study's quiet hours, local time."""
    sent = clinic.api.transcript.sent(phone.person, method="sendMessage")
    local = [(call.at + LOCAL).time() for call in sent if "a:" in str(call.params.get("reply_markup", ""))]
    return [f"{at:%H:%M}" for at in local if (at.hour, at.minute) >= (21, 30) or at.hour < 7]


async def test_a_form_whose_turn_comes_at_night_is_put_in_the_morning(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, study=the_study()) as clinic:
        phone = clinic.phone()
        token = await clinic.enrol("P-001")
        await phone.start(token)
        await clinic.welcome(phone, "en")
        await clinic.pass_time(hours=2)
        await phone.tap("No")  # the diary is begun and left, so that the weekly form waits behind it
        await clinic.pass_time(hours=36)
        assert asked_at_night(clinic, phone) == []
        assert any("How did you sleep?" in text for text in phone.texts)


async def test_a_question_put_again_after_a_gap_at_night_waits_for_the_morning(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, study=the_study()) as clinic:
        phone = clinic.phone()
        token = await clinic.enrol("P-001")
        await phone.start(token)
        await clinic.welcome(phone, "en")
        await clinic.pass_time(hours=12)  # 20:30, the diary is open until 23:00, the weekly form for two days
        await clinic.sleep_through(hours=5)
        await clinic.settle()
        assert asked_at_night(clinic, phone) == []
        await clinic.pass_time(hours=8)
        assert any("How did you sleep?" in text for text in phone.texts)


async def test_a_copy_of_a_step_of_the_welcome_is_not_sent_once_the_step_is_past(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, study=the_study()) as clinic:
        phone = clinic.phone()
        await phone.start(await clinic.enrol("P-001"))
        await phone.tap("English")
        # The consent arrives, but whether it did is not known; the participant answers it at once.
        clinic.api.faults.set("lost", methods=("sendMessage",), times=3, how="hangs")
        await phone.tap("I have read this")
        await phone.tap("I agree")
        await clinic.pass_time(minutes=5)
        assert sum("I take part." in text and "✓" not in text for text in phone.texts) == 0
        assert "09:00" in phone.buttons()
