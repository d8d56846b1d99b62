"""What becomes of a participant's words after the team has asked something? Somebody who looks reads them, always."""

from __future__ import annotations

from sqlalchemy import select

from probot.store.tables import note
from probot.wording import say
from tests.services.test_a_reply_reaches_whom_it_is_meant_for import got
from tests.services.test_corners_of_an_alert import alerts_of, short
from tests.world import Clinic, Phone, a_clinic

ANSWER = say("en", "alert.answer_from", about="")
THANKS = say("en", "enquiry.thanks")
ENDED = say("en", "ended")
NEW = [("open", 1)]
"""An alert that has just been raised, as `alerts_of` shows it."""


async def asked_about_pain(clinic: Clinic, words: str = "Can you swallow?") -> tuple[Phone, Phone]:
    """The team's chat, in which an alert was taken, and the participant who was asked about it."""
    team = await clinic.team(await clinic.staff("Mei"), await clinic.staff("Tom", "doctor"))
    patient = await clinic.patient("P-001")
    await clinic.pass_time(minutes=40)
    await patient.tap("9")
    await team.tap("Acknowledge")
    await ask(team, words)
    return team, patient


async def ask(team: Phone, words: str) -> None:
    above = next(one for one in reversed(team.shown) if "Severe pain" in one["text"] and team.buttons(one))
    await team.say(words, reply_to=above["message_id"])


async def close(team: Phone) -> None:
    await team.tap(say("en", "alert.button.close"))
    await team.tap(say("en", "alert.action.advice"))


def question(patient: Phone) -> int:
    asks = say("en", "enquiry.asks")
    return int(next(one for one in reversed(patient.shown) if one["text"].startswith(asks))["message_id"])


def answers(chat: Phone) -> list[str]:
    return [text for text in chat.texts if text.startswith(ANSWER)]


def kinds(clinic: Clinic) -> list[str]:
    kept = select(note.c.kind).order_by(note.c.received_at, note.c.id)
    return clinic.store.transact(lambda connection: list(connection.execute(kept).scalars()))


async def test_words_after_the_alert_was_closed_are_no_answer_but_alert_as_any(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await close(team)
        await clinic.pass_time(hours=13)
        await patient.say("I feel much worse tonight and cannot swallow anything")
        assert (alerts_of(clinic, "note"), kinds(clinic)) == (NEW, ["note"])
        assert answers(team) == []


async def test_a_reply_to_the_question_of_a_closed_alert_stands_under_it_and_alerts_as_well(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await close(team)
        await patient.say("No, nothing goes down", reply_to=question(patient))
        assert (alerts_of(clinic, "note"), kinds(clinic)) == (NEW, ["answer"])
        assert "No, nothing goes down" in answers(team)[-1]


async def test_first_words_within_two_hours_are_the_answer_and_call_nobody(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await clinic.pass_time(hours=1, minutes=59)
        await patient.say("A little")
        assert (alerts_of(clinic, "note"), kinds(clinic), len(answers(team))) == ([], ["answer"], 1)
        assert any(text.startswith(THANKS) for text in patient.texts)


async def test_later_words_are_shown_as_the_answer_and_alert_as_words_out_of_the_blue_do(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await clinic.pass_time(hours=2, minutes=1)
        await patient.say("My gums are bleeding a lot since lunch")
        assert (alerts_of(clinic, "note"), kinds(clinic), len(answers(team))) == (NEW, ["answer"], 1)


async def test_a_late_reply_to_the_question_itself_is_its_answer_and_no_more(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await clinic.pass_time(hours=3)
        await patient.say("A little", reply_to=question(patient))
        assert (alerts_of(clinic, "note"), kinds(clinic), len(answers(team))) == ([], ["answer"], 1)


async def test_an_answer_comes_to_whoever_asked_and_to_the_teams_chat_and_to_each_once(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        mei, tom = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
        team = await clinic.team(mei, tom)
        patient = await clinic.patient("P-001")
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        await team.tap("Acknowledge")
        await team.tap(say("en", "alert.button.assign"))
        await team.tap("Tom")
        await ask(tom, "Can you swallow?")
        await patient.say("A little")
        assert [len(answers(chat)) for chat in (tom, team, mei)] == [1, 1, 0]
        await team.say("And drink?", reply_to=next(
            one for one in team.shown if one["text"].startswith(ANSWER)
        )["message_id"])  # fmt: skip
        await patient.say("Yes")
        assert [len(answers(chat)) for chat in (tom, team, mei)] == [1, 2, 0]


async def test_words_answer_a_question_that_still_waits_before_one_whose_alert_is_closed(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        patient = await clinic.patient("P-001")
        await patient.say("I have chest pain")
        await team.say("Since when?", reply_to=team.with_button("Acknowledge")["message_id"])
        await clinic.pass_time(minutes=40)
        await patient.tap("9")
        pain = team.with_button("Acknowledge")
        await team.tap("Acknowledge", pain)
        await team.say("Can you swallow?", reply_to=pain["message_id"])
        await team.tap(say("en", "alert.button.close"), pain)
        await team.tap(say("en", "alert.action.advice"), pain)
        await patient.say("Since breakfast, I think")
        assert "Asked: Since when?" in answers(team)[-1]
        assert "Since breakfast" in answers(team)[-1]


async def a_number_is_asked_for(clinic: Clinic) -> tuple[Phone, Phone]:
    """The pain question stands in the chat, and below it one of the team's that wants a number."""
    team = await clinic.team(await clinic.staff("Mei"))
    patient = await clinic.patient("P-001")
    await patient.say("I have chest pain")
    await team.tap("Acknowledge")
    await clinic.pass_time(minutes=40)
    assert "10" in patient.buttons()
    above = next(one for one in reversed(team.shown) if "emergency" in one["text"] and team.buttons(one))
    await team.say("How many times did you vomit? Just send the number.", reply_to=above["message_id"])
    return team, patient


def stored(clinic: Clinic) -> list[tuple[str, str]]:
    return [(row["item"], str(row["value"])) for row in clinic.rows("responses")]


async def test_a_typed_number_answers_the_question_that_stands_lowest(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        team, patient = await a_number_is_asked_for(clinic)
        await patient.say("7")
        assert (stored(clinic), len(answers(team))) == ([], 1)
        assert "10" in patient.buttons(patient.last), "the diary's question stands below again"
        await patient.say("7")
        assert stored(clinic) == [("pain", "7")]


async def test_a_reply_decides_which_question_a_number_answers(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await a_number_is_asked_for(clinic)
        diary = next(one for one in reversed(patient.shown) if "10" in patient.buttons(one))
        await patient.say("6", reply_to=diary["message_id"])
        assert (stored(clinic), answers(team)) == ([("pain", "6")], [])
        await patient.say("2", reply_to=question(patient))
        assert (stored(clinic), len(answers(team))) == ([("pain", "6")], 1)


async def test_words_of_distress_alert_whichever_question_stands_lowest(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        _, patient = await a_number_is_asked_for(clinic)
        before = alerts_of(clinic, "distress")
        await patient.say("5, and again chest pain")
        assert before != alerts_of(clinic, "distress")


async def stops(patient: Phone, level: str) -> None:
    await patient.say("/stop")
    await patient.tap(say("en", f"stop.{level}"))
    await patient.tap(say("en", "stop.yes"))


async def test_who_wants_no_more_questions_can_still_answer_the_team_and_be_asked_about_an_open_alert(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await stops(patient, "questions")
        await patient.say("No, nothing goes down", reply_to=question(patient))
        assert "No, nothing goes down" in answers(team)[-1]
        assert patient.last["text"].startswith(THANKS)
        await ask(team, "Can you drink?")
        assert got(patient)[-1] == "Can you drink?"
        await patient.say("No")
        assert (len(answers(team)), kinds(clinic)) == (2, ["answer", "answer"])
        await patient.say("Thank you all")
        assert (patient.last["text"].startswith(ENDED), "after the end" in kinds(clinic)) == (True, True)
        await close(team)
        closed = next(one for one in reversed(team.shown) if one["text"].startswith(ANSWER))
        await team.say("Better?", reply_to=closed["message_id"])
        assert got(patient)[-1] == "Can you drink?"
        assert team.last["text"].startswith("Not delivered: P-001")


async def test_words_of_distress_alert_after_the_questions_were_stopped(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        patient = await clinic.patient("P-001")
        await stops(patient, "questions")
        await patient.say("I slept badly")
        assert (alerts_of(clinic, "note"), alerts_of(clinic, "distress")) == ([], [])
        await patient.say("I have chest pain")
        assert alerts_of(clinic, "distress") == NEW
        assert any("chest pain" in text and text.startswith("URGENT") for text in team.texts)
        assert any(clinic.study.texts["help_now"]["en"] in text for text in patient.texts)


async def test_who_wants_no_contact_is_not_asked_and_alerts_nobody(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await stops(patient, "contact")
        await patient.say("I have chest pain", reply_to=question(patient))
        assert (alerts_of(clinic, "distress"), answers(team)) == ([], [])
        await ask(team, "Can you drink?")
        assert got(patient) == ["Can you swallow?"]


async def test_a_voice_message_is_shown_while_the_team_waits_although_the_questions_were_stopped(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=short()) as clinic:
        team, patient = await asked_about_pain(clinic)
        await stops(patient, "questions")
        before = len(team.texts)
        clinic.api.people.send_media(patient.person, patient.chat, "voice")
        await clinic.settle()
        assert ["[voice]" in text for text in team.texts[before:]] == [True]
        await patient.say("A little")
        before = len(team.texts)
        clinic.api.people.send_media(patient.person, patient.chat, "voice")
        await clinic.settle()
        assert (team.texts[before:], kinds(clinic).count("after the end")) == ([], 2)
