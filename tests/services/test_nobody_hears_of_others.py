from __future__ import annotations

from typing import Any

from sqlalchemy import select

from probot.messages import Message
from probot.services import invite
from probot.services.turn import Turn
from probot.store import people, trail
from probot.store.tables import contact, outbox
from tests.world import Clinic, Phone, a_clinic


def sent(clinic: Clinic) -> list[Any]:
    return clinic.store.transact(
        lambda connection: connection.execute(select(outbox).order_by(outbox.c.seq)).all()
    )


def actions(clinic: Clinic, code: str | None = None) -> list[dict[str, Any]]:
    return clinic.store.transact(lambda connection: list(trail.rows(connection, code)))


async def test_staff_who_ask_for_an_unknown_code_are_answered(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        await clinic.enrol("P-001")
        await nurse.say("/patient P-002")
        assert "P-002" in nurse.texts[-1]


async def test_a_participant_with_a_new_phone_goes_on_there_and_the_old_one_learns_nothing_more(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        old = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        asked = old.last["text"]
        token = clinic.new_token()
        await clinic.act(invite.enrol, token, "P-001", attributes={}, anchors={}, again=True)
        new = clinic.phone("Emma", "en")
        seen = len(old.texts)
        await new.start(token)
        assert any(text.split("\n")[-1] == asked.split("\n")[-1] for text in new.texts), (
            "the open question, here"
        )
        await clinic.pass_time(hours=12)
        await old.say("what is this?")
        assert len(old.texts) <= seen + 1
        assert "study" not in "".join(old.texts[seen:]).lower()
        bound = [row for row in actions(clinic, "P-001") if row["action"] == "chat bound"]
        assert len(bound) == 2
        assert bound[1]["old"] is not None
        assert bound[1]["old"] != bound[1]["new"]


async def test_a_change_of_a_message_in_the_old_chat_is_not_made_in_the_new_one(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        old = await clinic.patient("P-001")

        def change(turn: Turn) -> None:
            enrolment = people.by_code(turn.connection, "P-001")
            assert enrolment is not None
            turn.say(
                enrolment.principal, Message("of the old chat"), lane="edit", purpose="welcome", kind="edit",
                edits_number=old.last["message_id"],
            )  # fmt: skip

        await clinic.act(change)
        await clinic.sleep_through(seconds=1)
        token = clinic.new_token()
        await clinic.act(invite.enrol, token, "P-001", attributes={}, anchors={}, again=True)
        new = clinic.phone("Emma", "en")
        clinic.api.people.start_link(new.person, token)
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await clinic.world.runtime.work()
        await clinic.settle()
        assert "of the old chat" not in new.texts
        assert "of the old chat" not in old.texts


async def test_every_change_of_who_somebody_is_stands_in_the_trail(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await clinic.staff("Mei", "nurse")
        await clinic.act(invite.invite_staff, clinic.new_token(), "Mei", "doctor", "zh")
        await clinic.act(invite.remove_staff, "Mei", "moved away")
        await clinic.act(invite.invite_staff, clinic.new_token(), "Mei", "doctor", None)
        await clinic.enrol("P-001", language="en")
        await clinic.act(
            invite.enrol, clinic.new_token(), "P-001", attributes={}, anchors={}, again=True, language="zh"
        )
        changes = [
            (row["action"], row["field"], row["old"], row["new"])
            for row in actions(clinic)
            if row["object"] in {"staff", "enrolment"}
        ]
        assert ("role changed", "role", "nurse", "doctor") in changes
        assert ("language chosen", "language", "en", "zh") in changes
        assert ("staff language changed", "language", "en", "zh") in changes
        assert ("staff taken back", "status", "left", "invited") in changes


async def test_no_table_but_the_contacts_and_the_inbox_knows_a_participants_chat_or_name(
    database_url: str,
) -> None:
    from probot.store.tables import inbox, metadata

    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        name = "Xiomara Quillfeather"
        clinic.store.transact(lambda connection: connection.execute(contact.update().values(name=name)))
        await clinic.pass_time(hours=1)
        await patient.tap("None of these")
        await patient.say("chest pain")
        await team.tap("Acknowledge")
        for table in metadata.tables.values():
            if table in {contact, inbox}:
                continue
            for row in clinic.store.transact(
                lambda connection, table=table: connection.execute(select(table)).all()
            ):
                assert f"{patient.person}" not in str(row), table.name
                assert name not in str(row), table.name


async def test_strangers_wait_behind_everybody_who_belongs_here(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        stranger = clinic.phone("Nobody", "en")
        await stranger.start()
        (row,) = [row for row in sent(clinic) if row.recipient == f"chat:{stranger.person}"]
        assert row.lane == max(one.lane for one in sent(clinic)) == 4


async def test_an_outsider_in_the_teams_chat_is_noted_and_may_do_nothing(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        outsider = clinic.phone("Nobody", "en")
        await patient.say("chest pain")
        clinic.api.people.set_member(nurse.person, team.chat, outsider.person)
        await clinic.settle()
        assert [row["reason"] for row in actions(clinic) if row["action"] == "outsider in the team's chat"]
        there = Phone(clinic, outsider.person, team.chat)
        await there.tap("Acknowledge")
        await there.say("/patient P-001")
        (alert,) = [row for row in clinic.rows("alerts") if row["concept"] == "distress"]
        assert alert["state"] == "open"
        assert not any("answer" in text and "P-001" in text for text in team.texts[-1:])


async def test_a_number_of_the_old_chat_corrects_no_answer_from_the_new_one(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        old = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        await old.tap("None of these")
        number = await old.say("36.6")
        await clinic.sleep_through(seconds=1)
        token = clinic.new_token()
        await clinic.act(invite.enrol, token, "P-001", attributes={}, anchors={}, again=True)
        new = clinic.phone("Emma", "en")
        await new.start(token)
        while await new.say("just words") < number:
            pass
        clinic.api.people.edit(new.person, new.chat, number, "38.9")
        await clinic.settle()
        values = [row["value"] for row in clinic.rows("responses") if row["item"] == "temperature"]
        assert values == [36.6]
