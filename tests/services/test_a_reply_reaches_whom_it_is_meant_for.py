"""To whom does a reply in the team's chats go? To one participant for certain, or to nobody, and that is said."""

from __future__ import annotations

from typing import Any

from probot.wording import say
from tests.services.test_corners_of_an_alert import short
from tests.world import Clinic, Phone, a_clinic

NOTHING = say("en", "staff.reply.nothing")
SEVERAL = say("en", "staff.reply.several", code="P-001")


def got(phone: Phone) -> list[str]:
    """What of the team's questions a participant was put."""
    asks = say("en", "enquiry.asks"), say("zh", "enquiry.asks")
    return [text.split("\n")[1] for text in phone.texts if text.startswith(asks)]


async def a_storm(clinic: Clinic) -> tuple[Phone, dict[str, Phone], dict[str, Any]]:
    """The team's chat, seven participants, and the list in which it was told of all of them at once."""
    team = await clinic.team(await clinic.staff("Mei"))
    patients = {f"P-00{n}": await clinic.patient(f"P-00{n}") for n in range(1, 8)}
    for one in patients.values():
        clinic.api.people.say(one.person, one.chat, "I need a new prescription")
    await clinic.settle()
    listed = next(one for one in team.shown if one["text"].count("P-00") > 5)
    return team, patients, listed


async def test_words_below_a_list_of_several_reach_the_one_whose_code_they_begin_with_or_nobody(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        team, patients, listed = await a_storm(clinic)
        for words in ("Which medicine?", "P-009: which medicine?", "Is P-005 well?"):
            await team.say(words, reply_to=listed["message_id"])
            assert team.last["text"] == SEVERAL
        assert {code: got(one) for code, one in patients.items() if got(one)} == {}
        await team.say("p-005： which medicine?", reply_to=listed["message_id"])
        assert team.last["text"].startswith("Sent to P-005.")
        assert {code: got(one) for code, one in patients.items() if got(one)} == {
            "P-005": ["which medicine?"]
        }


async def test_the_same_holds_in_somebodys_own_chat_and_the_answer_comes_back_from_the_right_one(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        await clinic.staff("Mei")
        tom = await clinic.staff("Tom", "doctor")
        patients = {code: await clinic.patient(code) for code in ("P-001", "P-002")}
        await clinic.pass_time(minutes=40)
        for one in patients.values():
            await one.tap("4")
            await one.tap("Yes")
            await one.say("38.6")
        await clinic.pass_time(hours=4, minutes=30)
        listed = next(
            one for one in tom.shown if {"P-001", "P-002"} <= set(one["text"].replace("·", " ").split())
        )
        await tom.say("Are you shivering?", reply_to=listed["message_id"])
        assert tom.last["text"] == SEVERAL
        await tom.say("P-002 are you shivering?", reply_to=listed["message_id"])
        assert [got(one) for one in patients.values()] == [[], ["are you shivering?"]]
        await patients["P-002"].say("A little")
        assert any("P-002" in text and "A little" in text for text in tom.texts)


async def test_words_that_begin_with_anothers_code_are_not_sent_and_ones_own_is_taken_off(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse = await clinic.staff("Mei")
        patient, other = await clinic.patient("P-001"), await clinic.patient("P-002")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        above = nurse.with_button("Acknowledge")["message_id"]
        await nurse.say("P-002: has it stopped?", reply_to=above)
        assert nurse.last["text"] == say("en", "staff.reply.another", code="P-001", named="P-002")
        assert (got(patient), got(other)) == ([], [])
        await nurse.say("P-001: has it stopped?", reply_to=above)
        await nurse.say("2 pills?", reply_to=above)
        assert (got(patient), got(other)) == (["has it stopped?", "2 pills?"], [])


async def test_whoever_asks_in_another_language_than_is_read_hears_so(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        mei, wang = await clinic.staff("Mei"), await clinic.staff("Wang", language="zh")
        patient = await clinic.patient("P-001", language="zh")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        for nurse in (mei, wang):
            above = next(one for one in nurse.shown if "P-001" in one["text"] and nurse.buttons(one))
            await nurse.say("现在怎么样？", reply_to=above["message_id"])
        assert mei.last["text"].endswith("\nP-001 reads Chinese.")
        assert wang.last["text"] == say("zh", "staff.ask.sent", code="P-001")


async def test_a_reply_that_passes_nothing_on_is_told_so_and_colleagues_talk_is_left_alone(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        mei = await clinic.staff("Mei")
        team = await clinic.team(mei)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        for chat, command in ((team, "/open"), (team, "/patient P-001"), (mei, "/patient P-001")):
            await chat.say(command)
            before = len(chat.texts)
            await chat.say("Can you drink?", reply_to=chat.last["message_id"])
            assert chat.texts[before:] == [NOTHING]
            clinic.api.people.send_media(chat.person, chat.chat, "voice", reply_to=chat.last["message_id"])
            await clinic.settle()
            assert chat.texts[before:] == [NOTHING] * 2
        before = len(team.texts)
        talk = await team.say("Who sees her?")
        await team.say("I will go", reply_to=talk)
        assert len(team.texts) == before
        assert got(patient) == []


async def test_what_is_no_text_and_a_correction_are_not_passed_on_and_that_is_said(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        mei = await clinic.staff("Mei")
        team = await clinic.team(mei)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        above = team.with_button("Acknowledge")["message_id"]
        for kind in ("voice", "photo"):
            clinic.api.people.send_media(team.person, team.chat, kind, reply_to=above)
            await clinic.settle()
            assert team.last["text"] == say("en", "staff.reply.media")
        wrong = await team.say("Can you drunk?", reply_to=above)
        clinic.api.people.edit(team.person, team.chat, wrong, "Can you drink?")
        await clinic.settle()
        assert team.last["text"] == say("en", "staff.reply.edited")
        assert got(patient) == ["Can you drunk?"]
        before = len(team.texts)
        talk = await team.say("I will gi")
        clinic.api.people.edit(team.person, team.chat, talk, "I will go")
        clinic.api.people.send_media(team.person, team.chat, "photo")
        await clinic.settle()
        assert len(team.texts) == before


async def wants_a_reason(clinic: Clinic, chat: Phone) -> None:
    await chat.tap("Acknowledge")
    await chat.tap(say("en", "alert.button.close"))
    await chat.tap(say("en", "alert.button.none"))


def state(clinic: Clinic) -> tuple[str, str]:
    (row,) = clinic.rows("alerts")
    return row["state"], row["action_reason"]


async def test_a_reason_counts_in_ones_own_chat_without_a_reply_too(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        await wants_a_reason(clinic, nurse)
        await nurse.say("Seen on the ward")
        assert state(clinic) == ("closed", "Seen on the ward")
        assert nurse.last["text"] == "P-001: Closed."
        before = len(nurse.texts)
        await nurse.say("Thanks")
        assert nurse.texts[before:] == [nurse.last["text"]], "help, for nothing waits any more"
        assert state(clinic) == ("closed", "Seen on the ward")


async def test_in_the_group_or_ten_minutes_later_a_reason_needs_a_reply(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        await wants_a_reason(clinic, team)
        prompt, before = team.last, len(team.texts)
        await team.say("Seen on the ward")
        await nurse.say("Seen on the ward")
        assert (state(clinic)[0], len(team.texts)) == ("acknowledged", before)
        await team.say("Seen on the ward", reply_to=prompt["message_id"])
        assert state(clinic) == ("closed", "Seen on the ward")


async def test_words_are_no_reason_where_two_are_awaited_or_a_form_asks_further_down(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei", "investigator")
        patient = await clinic.patient("P-001")
        await patient.say("I have chest pain")
        await wants_a_reason(clinic, nurse)
        await nurse.say("/grade P-001")
        await nurse.say("Seen on the ward")
        assert {row["state"] for row in clinic.rows("alerts")} == {"acknowledged"}, "it is for the form"
        second = await clinic.patient("P-002")
        await second.say("I have chest pain")
        await wants_a_reason(clinic, nurse)
        await nurse.say("Seen on the ward")
        assert {row["state"] for row in clinic.rows("alerts")} == {"acknowledged"}, (
            "one of the two, but which?"
        )
