"""Who may hear an alert in the team's chat, and what happens when somebody comes, leaves, or hides their name?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NoReturn, cast

from probot.app.roll_call import RollCall
from probot.services import invite
from probot.telegram.channel import TelegramChannel
from probot.wording import say
from tests.outside.staffed import a_clinic_with_paths, in_pain, staffed
from tests.world import Clinic, Phone


def comes(clinic: Clinic, person: int, status: str = "member") -> None:
    """Somebody is added to the team's group, or goes; the bot hears of it by the group's own message."""
    group, nurse = clinic.kept["group"], clinic.kept["nurse"]
    clinic.api.people.set_member(nurse.person, group.chat, person, status)


def with_code(texts: list[str]) -> list[str]:
    return [text for text in texts if "P-001" in text]


async def test_while_a_visitor_is_in_the_group_alerts_go_directly_and_afterwards_the_group_sees_what_is_open(
    database_url: str,
) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, _, _):
        await staffed(clinic)
        group, nurse = clinic.kept["group"], clinic.kept["nurse"]
        visitor = clinic.phone("Wang")
        comes(clinic, visitor.person)
        await clinic.settle()
        assert "not known as staff" in group.last["text"]
        await in_pain(clinic)
        await group.say("/open")
        assert with_code(group.texts) == []
        assert len(with_code(nurse.texts)) >= 2, "the alert and the list, both directly"
        await clinic.world.watchman.look()
        await clinic.settle()
        assert clinic.world.watchman.wrong is not None
        assert "outsiders" in clinic.world.watchman.wrong
        comes(clinic, visitor.person, "left")
        await clinic.settle()
        assert any("Only staff are in this chat again" in text for text in group.texts)
        assert len(with_code(group.texts)) == 1
        actions = [row["action"] for row in clinic.rows("audit")]
        assert "outsider in the team's chat" in actions
        assert "team's chat is clean again" in actions


async def test_a_visitor_who_is_invited_as_staff_is_none_any_more(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        newcomer = clinic.phone("Li")
        comes(clinic, newcomer.person)
        await clinic.settle()
        token = clinic.new_token()

        await clinic.act(invite.invite_staff, token, "Li", "nurse", "en")
        await newcomer.start(token)
        await in_pain(clinic)
        assert len(with_code(clinic.kept["group"].texts)) == 1


async def test_a_roll_call_finds_whoever_was_there_before_the_bot_and_whoever_left_the_staff(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        group = clinic.kept["group"]
        await clinic.world.roll_call.call()
        await clinic.settle()
        assert not [text for text in group.texts if "not known" in text]

        await clinic.act(invite.remove_staff, "Tom", "left the hospital")
        await clinic.world.roll_call.call()
        await clinic.settle()
        assert "not known as staff" in group.last["text"]
        comes(clinic, clinic.kept["team"][1], "left")
        await clinic.settle()
        assert any("Only staff are in this chat again" in text for text in group.texts)


async def test_a_roll_call_that_finds_no_chat_loses_it_at_once(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, _):
        await staffed(clinic)
        comes(clinic, clinic.bot_id, "kicked")
        await clinic.world.roll_call.call()
        await clinic.world.watchman.look()
        await clinic.settle()
        assert "the care team's chat is lost" in clinic.kept["nurse"].last["text"]
        assert len(mailroom.mails) == 1


async def test_a_chat_in_which_nothing_was_said_for_a_day_is_tried_once(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)

        async def tried() -> int:
            await clinic.world.roll_call.call()
            await clinic.settle()
            return clinic.kept["group"].texts.count(say("en", "staff.proof"))

        assert await tried() == 0, "it was bound a moment ago"
        clinic.clock.at += timedelta(hours=30)
        assert await tried() == 1
        clinic.clock.at += timedelta(hours=1)
        assert await tried() == 1
        clinic.clock.at += timedelta(hours=30)
        assert await tried() == 2


async def test_what_somebody_had_is_open_again_when_they_leave_and_the_others_are_told(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        group = clinic.kept["group"]
        await in_pain(clinic)
        await group.tap("Acknowledge")

        await clinic.act(invite.remove_staff, "Mei", "")
        await clinic.settle()
        newest = with_code(group.texts)[-1]
        assert "has left the team" in newest
        assert [row["state"] for row in clinic.rows("alerts")] == ["open"]
        assert clinic.kept["group"].buttons().keys() >= {"Acknowledge"}


async def test_whoever_acts_as_the_group_is_told_to_act_as_themselves(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        group = clinic.kept["group"]
        await group.say("/open", anonymous=True)
        assert "as yourself" in group.last["text"]


async def test_after_an_upgrade_a_second_person_confirms_the_chat_and_nothing_of_the_old_one_is_mixed_in(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
        token = clinic.new_token()
        await clinic.act(invite.invite_team, token, "en")
        old = clinic.api.people.new_group(nurse.person, "Team", members=(doctor.person,), kind="group")
        clinic.api.people.startgroup(nurse.person, old, token)
        await in_pain(clinic)
        await in_pain(clinic, "P-002")
        before = Phone(clinic, nurse.person, old).shown
        new = Phone(clinic, nurse.person, clinic.api.people.migrate(old))
        await clinic.settle()
        assert with_code(new.texts), "what is open is told there"

        listed = new.last
        for _ in range(4):
            await new.say("/mine")
        own = {one["message_id"]: one["text"] for one in new.shown}
        same = next(
            one["message_id"] for one in before if "P-001" in one["text"] and one["message_id"] in own
        )
        await new.tap(next(label for label in new.buttons(listed) if "P-001" in label), listed)
        assert own.items() <= {one["message_id"]: one["text"] for one in new.shown}.items()
        shown = new.texts
        await new.say("how are you?", reply_to=same)
        nothing = say("en", "staff.reply.nothing")
        assert new.texts == [*shown, nothing], "nor is a reply to one taken for a reply to the old"

        await clinic.world.watchman.look()
        await clinic.settle()
        assert "moved" in (clinic.world.watchman.wrong or ())
        assert "was upgraded" in new.last["text"]
        asked = new.last
        query = await new.tap("I see it")
        assert "a colleague confirm" in new.toast(query), "it was Mei who upgraded it"
        await Phone(clinic, doctor.person, new.chat).tap("I see it", asked)
        await clinic.world.watchman.look()
        assert "moved" not in (clinic.world.watchman.wrong or ())
        (row,) = [row for row in clinic.rows("audit") if row["action"] == "team's chat confirmed"]
        assert row["reason"] == "Tom"


class NoChannel:
    """A defect: whatever is asked of it fails in a way that nobody foresaw."""

    def __init__(self) -> None:
        self.was_asked = asyncio.Event()

    async def members(self, *_: object) -> NoReturn:
        self.was_asked.set()
        raise ZeroDivisionError


async def test_a_defect_in_a_roll_call_does_not_end_the_roll_calls(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        broken = NoChannel()
        calls = RollCall(clinic.world.runtime.office, cast("TelegramChannel", broken))
        going_on = asyncio.create_task(calls.go_on())
        async with asyncio.timeout(30):
            await broken.was_asked.wait()
        await asyncio.sleep(0)
        assert (calls.failures, going_on.done()) == (1, False)
        going_on.cancel()
