from __future__ import annotations

from tests.world import Clinic, Phone, a_clinic


def alerts(clinic: Clinic) -> list[str]:
    return [row["rule"] for row in clinic.rows("alerts")]


def wishes_asked(patient: Phone) -> int:
    return sum(each.startswith("Would you like a nurse") for each in patient.texts)


async def test_whoever_asks_about_a_pause_that_stands_is_told_of_it_and_can_end_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await patient.say("/pause 2026-03-04")
        await patient.say("/pause")
        assert patient.last["text"].startswith("The questions are paused until Wed, Mar 4.")
        assert "Do not pause" not in patient.buttons()
        await patient.tap("Go on now")
        assert patient.last["text"] == "Welcome back. The questions go on as planned."
        await patient.say("/pause")
        assert "paused until" not in patient.last["text"]


async def test_an_old_button_that_says_do_not_pause_ends_the_pause(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001", language="zh")
        await patient.say("/pause")
        keep = patient.buttons()["不暂停"]
        await patient.say("/pause 2026-03-04")
        await patient.tap_data(keep)
        assert patient.last["text"] == "欢迎回来，提问会照常进行。"
        await patient.say("/pause 2026-03-04")
        await patient.say("/resume")
        assert patient.last["text"] == "欢迎回来，提问会照常进行。"
        await patient.say("/resume")
        assert patient.last["text"] == "没有改变，提问照常进行。"


async def test_thanks_are_answered_kept_and_call_nobody(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        team = await clinic.team(await clinic.staff())
        seen = len(team.texts)
        await patient.say("Thank you!")
        assert patient.last["text"] == "You are very welcome."
        await patient.say("谢谢您。")
        assert alerts(clinic) == []
        assert len(team.texts) == seen
        await patient.say("Thank you, but my mouth bleeds")
        assert len(alerts(clinic)) == 1


async def test_to_words_of_despair_nothing_colder_is_added_also_when_they_are_said_again(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        for _ in range(2):
            before = len(patient.texts)
            await patient.say("I want to die")
            said = patient.texts[before:]
            assert any("You are not alone with this." in each for each in said)
            assert not any("What you wrote is kept" in each for each in said)
            await clinic.pass_time(minutes=20)


async def test_whoever_needed_nobody_is_asked_again_once_something_urgent_comes(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await patient.say("My lips feel odd")
        await patient.tap("No need")
        await patient.say("And my nose too")
        assert wishes_asked(patient) == 1, "asked a minute ago"
        await patient.say("I want to die")
        assert wishes_asked(patient) == 2


async def test_whoever_wants_somebody_at_once_is_not_asked_again(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await patient.say("My lips feel odd")
        await patient.tap("Yes, as soon as possible")
        await patient.say("I want to die")
        assert wishes_asked(patient) == 1


async def test_a_temperature_in_other_degrees_is_told_which_degrees_are_meant(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await patient.tap("None of these")
        await patient.say("98.6")
        assert "34.0 to 43.0 °C" in patient.last["text"]
