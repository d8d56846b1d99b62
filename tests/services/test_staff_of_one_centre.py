"""Does somebody who belongs to one hospital hear of, see, or act for another's patients? Who does, if nobody else is left?"""

from __future__ import annotations

from pathlib import Path

import pytest

from probot.flows.buttons import AlertTap, RecordTap, write
from probot.services import invite
from probot.services.auditor import findings
from probot.services.centres import without_anybody
from probot.services.watch import status
from probot.store import people
from probot.study.load import load
from probot.wording import say
from tests.world import Clinic, Phone, a_clinic

STUDY = load(Path(__file__).parents[1] / "scenarios" / "studies" / "two_centres").study
assert STUDY is not None
NOT_THEIRS = say("en", "staff.refused.centre")


async def somebody(clinic: Clinic, name: str, centre: str, role: str = "nurse") -> Phone:
    token = clinic.new_token()
    await clinic.act(invite.invite_staff, token, name, role, "en", centre)
    phone = Phone(clinic, clinic.api.people.new_person(name, seat="staff"), clinic.bot_id)
    await phone.start(token)
    return phone


async def in_pain(clinic: Clinic, code: str, hospital: str) -> Phone:
    """A patient of that hospital has answered 9."""
    phone, token = clinic.phone(), clinic.new_token()
    await clinic.act(
        invite.enrol, token, code, attributes={"hospital": [hospital]}, language="en",
        anchors={"treatment_start": clinic.clock.at.date().isoformat()},
    )  # fmt: skip
    await phone.start(token)
    await clinic.welcome(phone, "en")
    await clinic.pass_time(minutes=45)
    await phone.tap("9")
    return phone


def told_of(phone: Phone, code: str) -> list[str]:
    return [text for text in phone.texts if code in text]


async def test_no_list_no_button_no_reply_and_no_form_leads_to_another_centres_patient(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True, study=STUDY) as clinic:
        mei, li = await somebody(clinic, "Mei", "east"), await somebody(clinic, "Li", "west")
        zhou = await somebody(clinic, "Zhou", "west", "investigator")
        patient = await in_pain(clinic, "P-001", "east")
        (alert,) = clinic.rows("alerts")
        await mei.tap("Acknowledge")
        await mei.tap("Adverse event?")
        (record,) = clinic.rows("adverse-events")
        assert told_of(mei, "P-001")
        assert not told_of(li, "P-001"), "neither as a nurse"
        assert not told_of(zhou, "P-001"), "nor as the one who judges"

        await mei.say("/event P-001")
        someone = clinic.store.look(people.by_code, "P-001")
        assert someone is not None
        for words in ("/open", "/mine", "/today", "/overdue", "/adherence", "/ae", "/sae"):
            await zhou.say(words)
        assert not told_of(zhou, "P-001")
        for words in ("/patient P-001", "/endpoint P-001", "/grade P-001", "/event P-001", "/ae P-001"):
            before = len(zhou.texts)
            await zhou.say(words)
            assert zhou.texts[before:] == [NOT_THEIRS], words
        await zhou.say("/patient P-01")
        assert not told_of(zhou, "P-001"), "no code is named to them either"
        for data in (
            write(AlertTap(alert["alert_id"], "close.visit")),
            write(AlertTap(alert["alert_id"], "ae")),
            write(RecordTap(record["adverse_id"], "card")),
            write(RecordTap(someone.id, "new")),
            write(RecordTap(someone.id, "event")),
        ):
            query = await zhou.tap_data(data)
            assert zhou.toast(query) == NOT_THEIRS, data
        assert not zhou.pictures
        assert not told_of(zhou, "P-001")
        (after,) = clinic.rows("alerts")
        assert after["state"] == "acknowledged"
        assert not any("P-001" in text for text in patient.texts)


async def test_digest_and_hand_over_tell_each_of_their_own_and_the_teams_chat_of_all(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        ana = await somebody(clinic, "Ana", "all")
        group = await clinic.team(ana)
        mei, li = await somebody(clinic, "Mei", "east"), await somebody(clinic, "Li", "west")
        await in_pain(clinic, "P-001", "east")
        await in_pain(clinic, "P-002", "west")
        await clinic.travel(clinic.clock.at.replace(hour=4, minute=1))
        for phone, code, other in ((mei, "P-001", "P-002"), (li, "P-002", "P-001")):
            assert code in phone.last["text"]
            assert "1 raised" in phone.last["text"], "what happened elsewhere is not counted either"
            assert not told_of(phone, other)
        assert len({"P-001", "P-002"} & set(group.last["text"].split())) == 2


async def test_an_alert_can_be_given_to_nobody_of_another_centre_and_whoever_moves_lets_go_of_it(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        mei, _ = await somebody(clinic, "Mei", "east"), await somebody(clinic, "Li", "west")
        ana = await somebody(clinic, "Ana", "all")
        await in_pain(clinic, "P-001", "east")
        await mei.tap("Acknowledge")
        await mei.tap(say("en", "alert.button.assign"))
        assert mei.buttons().keys() == {"Ana", "Back"}
        shown = len(mei.texts)

        await clinic.act(invite.invite_staff, clinic.new_token(), "Mei", "nurse", None, "west")
        await clinic.settle()
        (alert,) = clinic.rows("alerts")
        assert alert["state"] == "open", "she held it and may not hear of it any more"
        assert "P-001" in ana.last["text"]
        await clinic.pass_time(hours=1)
        assert len(mei.texts) == shown, "nothing of that patient comes to her, repetitions included"


async def test_a_centre_without_anybody_is_told_to_all_and_said_so(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        li = await somebody(clinic, "Li", "west")
        assert clinic.store.look(without_anybody, clinic.study) == ("east",)
        await in_pain(clinic, "P-001", "east")
        assert told_of(li, "P-001"), "better the wrong nurse than none"
        await li.tap("Acknowledge")
        (alert,) = clinic.rows("alerts")
        assert alert["state"] == "acknowledged"
        found = await clinic.act(lambda turn: [one.about for one in findings(turn)])
        assert "centre:east" in found
        problems = clinic.store.look(status, clinic.clock.at).problems
        assert any("nobody of centre east" in one for one in problems)
        await clinic.world.watchman.look()
        await clinic.settle()
        assert any("nobody of “East” can take an alert" in text for text in li.texts)

        await somebody(clinic, "Mei", "east")
        assert clinic.store.look(without_anybody, clinic.study) == ()
        await li.say("/open")
        assert "P-001" not in li.last["text"]


async def test_the_teams_chat_is_of_all_centres_and_somebody_of_one_in_it_makes_it_unsafe(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        mei, ana = await somebody(clinic, "Mei", "east"), await somebody(clinic, "Ana", "all")
        token = clinic.new_token()
        await clinic.act(invite.invite_team, token, "en")
        mine = clinic.api.people.new_group(mei.person, "East", kind="supergroup")
        clinic.api.people.startgroup(mei.person, mine, token)
        await clinic.settle()
        assert Phone(clinic, mei.person, mine).last["text"] == say("en", "staff.refused.chat_of_all")

        group = await clinic.team(ana)
        clinic.api.people.set_member(ana.person, group.chat, mei.person, "member")
        await clinic.settle()
        assert "belongs to one centre only" in group.last["text"]
        await in_pain(clinic, "P-001", "east")
        assert not told_of(group, "P-001")
        assert told_of(ana, "P-001")
        assert told_of(mei, "P-001")
        await clinic.world.roll_call.call()
        await clinic.settle()
        assert not told_of(group, "P-001"), "a roll call counts her as somebody who does not belong there"
        clinic.api.people.set_member(ana.person, group.chat, mei.person, "left")
        await clinic.settle()
        assert told_of(group, "P-001")


@pytest.mark.parametrize(
    ("centre", "why"),
    [(None, "--centre east|west|all"), ("north", "no centre 'north'"), ("eest", "one of east, west, all")],
)
async def test_who_is_invited_says_whose_participants_they_hear_of(
    sqlite_url: str, centre: str | None, why: str
) -> None:
    async with a_clinic(sqlite_url, migrated=True, study=STUDY) as clinic:
        with pytest.raises(invite.NotPossible, match=why.replace("|", r"\|")):
            await clinic.act(invite.invite_staff, clinic.new_token(), "Mei", "nurse", "en", centre)
