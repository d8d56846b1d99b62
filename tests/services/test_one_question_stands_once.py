"""Does a question that is asked again stand in the chat once, with its buttons where it can be answered?"""

from __future__ import annotations

from pathlib import Path

from probot.wording import say
from tests.simulation.world_of_days import the_study
from tests.world import Phone, a_clinic


def standing(phone: Phone) -> list[str]:
    """The first words of every message that still has answer buttons."""
    return [
        one["text"]
        for one in phone.shown
        if "0" in phone.buttons(one) or "None of these" in phone.buttons(one)
    ]


async def test_a_reminder_takes_the_buttons_from_the_question_before_it(tmp_path: Path) -> None:
    async with a_clinic(f"sqlite:///{tmp_path}/c.db") as clinic:
        her = await clinic.patient("P-001", language="en")
        await clinic.pass_time(hours=1)
        assert len(standing(her)) == 1
        await clinic.pass_time(hours=8)
        assert len(standing(her)) == 1
        assert standing(her) == [her.last["text"]]
        assert sum(text.endswith(say("en", "ask.below")) for text in her.texts) == 2


async def test_a_question_that_was_not_understood_moves_down(tmp_path: Path) -> None:
    async with a_clinic(f"sqlite:///{tmp_path}/c.db") as clinic:
        her = await clinic.patient("P-001", language="zh")
        await clinic.pass_time(hours=1)
        await her.say("嗯嗯")
        assert sum("以上都没有" in her.buttons(one) for one in her.shown) == 1
        assert "以上都没有" in her.buttons(her.last)
        assert any(text.endswith(say("zh", "ask.below")) for text in her.texts)


async def test_a_changed_answer_does_not_stand_beside_the_old_one(tmp_path: Path) -> None:
    async with a_clinic(f"sqlite:///{tmp_path}/c.db") as clinic:
        her = await clinic.patient("P-001", language="en")
        await clinic.pass_time(hours=1)
        await her.tap("None of these")
        await her.say("36.8")
        await her.tap("Change")
        await her.say("37.0")
        assert not any("36.8" in text for text in her.texts)
        assert sum("37.0" in text for text in her.texts) == 1


async def test_a_question_about_a_changed_answer_is_put_again_when_nobody_knows_whether_it_arrived(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=the_study()) as clinic:
        patient = await clinic.patient("P-001", start="2026-03-02")
        await clinic.pass_time(hours=1)
        assert "chills" in patient.texts[-1]
        number = await patient.say("no")
        assert "worst?" in patient.texts[-1]
        clinic.api.faults.set("lost", methods=("sendMessage",), times=1, how="hangs")
        clinic.api.people.edit(patient.person, patient.chat, number, "hardly")
        await clinic.settle()
        await clinic.pass_time(minutes=2)
        asked_about = [text for text in patient.texts if "I am not sure" in text and "chills" in text]
        assert len(asked_about) == 2  # two that are the same: whichever is answered counts once
