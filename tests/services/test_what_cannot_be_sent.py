"""What if a message cannot be read any more, or what follows from it fails each time? It alone is put aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from probot.alerts.rules import signal_hits
from probot.app import noting
from probot.messages import Lane, Message
from probot.ports import Outcome, Sent
from probot.services import alerting, refused
from probot.services.turn import Turn
from probot.store import alarms, outbox, people
from probot.store.records import Outgoing, Purpose
from probot.store.tables import outbox as table
from tests.world import Clinic, Phone, a_clinic

Put = Callable[[Turn, str, Lane, Purpose], str]


def to_participant(turn: Turn, words: str, lane: Lane = "reply", purpose: Purpose = "welcome") -> str:
    enrolment = people.by_code(turn.connection, "P-001")
    assert enrolment is not None
    return turn.say(enrolment.principal, Message(words), lane=lane, purpose=purpose)


def to_team(turn: Turn, words: str, lane: Lane = "urgent", purpose: Purpose = "alert") -> str:
    return turn.say(people.TEAM, Message(words), lane=lane, purpose=purpose)


def to_staff(turn: Turn, words: str, lane: Lane = "urgent", purpose: Purpose = "alert") -> str:
    (person,) = people.active_staff(turn.connection)
    return turn.say(person.principal, Message(words), lane=lane, purpose=purpose)


def spoil(clinic: Clinic, key: str, written: str = '{"no":"message"}') -> None:
    """Have its content stand in the database as no version of probot writes it."""
    spoilt = text("UPDATE outbox SET content = :written WHERE id = :key")
    clinic.store.transact(
        lambda connection: connection.execute(spoilt, {"key": key, "written": written}).rowcount
    )


def row_of(clinic: Clinic, key: str) -> Any:
    wanted = select(table).where(table.c.id == key)
    return clinic.store.transact(lambda connection: connection.execute(wanted).one())


async def everybody(clinic: Clinic) -> tuple[Phone, Phone, Phone]:
    nurse = await clinic.staff("Mei")
    return nurse, await clinic.team(nurse), await clinic.patient("P-001")


async def all_still_get_theirs(clinic: Clinic, nurse: Phone, team: Phone, patient: Phone) -> bool:
    await clinic.act(to_participant, "to the patient")
    await clinic.act(to_team, "to the team")
    await clinic.act(to_staff, "to the nurse")
    await clinic.settle()
    theirs = ((patient, "to the patient"), (team, "to the team"), (nurse, "to the nurse"))
    return all(words in phone.texts for phone, words in theirs)


@pytest.mark.parametrize(
    ("to", "lane", "purpose", "written"),
    [
        (to_participant, "reply", "welcome", '{"no":"message"}'),
        (to_participant, "alert", "safety", '{"no":"message"}'),
        (to_team, "urgent", "alert", '{"no":"message"}'),
        (to_team, "reply", "notice", '{"no":"message"}'),
        (to_staff, "urgent", "alert", '{"no":"message"}'),
        (to_staff, "digest", "notice", '{"no":"message"}'),
        (to_team, "urgent", "alert", '{"text":5}'),
        (to_team, "urgent", "alert", "[]"),
        (to_team, "urgent", "alert", "null"),
        (to_staff, "urgent", "alert", '{"text":'),
    ],
)
async def test_a_message_that_cannot_be_read_any_more_holds_nobody_up(
    database_url: str, to: Put, lane: Lane, purpose: Purpose, written: str
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse, team, patient = await everybody(clinic)
        other = await clinic.patient("P-002")
        spoilt = await clinic.act(to, "of another age", lane, purpose)
        spoil(clinic, spoilt, written)
        await clinic.act(_say_to_the_other)
        await clinic.settle()
        assert "to the other" in other.texts, "claimed together, and not dropped together"
        await clinic.pass_time(minutes=5)
        row = row_of(clinic, spoilt)
        assert (row.state, row.attempts) == ("dead", refused.TRIES)
        assert await all_still_get_theirs(clinic, nurse, team, patient)


def _say_to_the_other(turn: Turn) -> None:
    other = people.by_code(turn.connection, "P-002")
    assert other is not None
    turn.say(other.principal, Message("to the other"), lane="reply", purpose="welcome")


def worry(turn: Turn) -> str:
    enrolment = people.by_code(turn.connection, "P-001")
    assert enrolment is not None
    found = signal_hits(turn.study, "note", words="chest pain")
    alerting.raise_all(turn, turn.study, enrolment, found)
    wanted = select(table.c.id).where(table.c.purpose == "alert", table.c.recipient == people.TEAM)
    return str(turn.connection.execute(wanted.order_by(table.c.seq.desc())).scalars().first())


async def test_an_alert_whose_message_cannot_be_read_is_said_anew_and_the_team_hears_of_it(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        _, team, _ = await everybody(clinic)
        spoil(clinic, await clinic.act(worry))
        seen = len(team.texts)
        await clinic.pass_time(minutes=2)
        assert any("P-001" in words for words in team.texts[seen:])
        await clinic.world.watchman.look()
        await clinic.settle()
        assert any("put aside" in words for words in team.texts)
        assert [each.about for each in clinic.store.transact(alarms.standing, "trouble")] == ["put_aside"]
        await clinic.pass_time(minutes=30)
        trail = [row["action"] for row in clinic.rows("audit")]
        assert "message refused" in trail
        assert trail.count("alert told") > 1, "the ladder goes on"
        await team.tap("Acknowledge", _about(team, "P-001"))
        assert "alert acknowledged" in [row["action"] for row in clinic.rows("audit")]
        tomorrow = clinic.clock.at + timedelta(hours=24)
        assert clinic.store.transact(refused.lately, clinic.clock.at)
        assert not clinic.store.transact(refused.lately, tomorrow), "after a day it is over"


def _about(phone: Phone, code: str) -> dict[str, Any]:
    return next(one for one in reversed(phone.shown) if code in one.get("text", "") and phone.buttons(one))


async def test_a_message_is_put_aside_although_what_follows_from_that_fails(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("a defect of ours")

    monkeypatch.setattr(refused, "_say_anew", breaks)
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, team, patient = await everybody(clinic)
        spoilt = await clinic.act(to_team, "of another age")
        spoil(clinic, spoilt)
        await clinic.pass_time(minutes=5)
        assert (row_of(clinic, spoilt).state, row_of(clinic, spoilt).attempts) == ("dead", refused.TRIES)
        assert clinic.store.transact(refused.lately, clinic.clock.at)
        assert await all_still_get_theirs(clinic, nurse, team, patient)
        monkeypatch.setattr(refused, "_tell", breaks)
        worse = await clinic.act(to_staff, "of another age")
        spoil(clinic, worse)
        await clinic.pass_time(minutes=5)
        assert (row_of(clinic, worse).state, row_of(clinic, worse).attempts) == ("dead", refused.TRIES)


async def test_what_can_be_noted_in_no_way_is_not_sent_again_and_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team, _ = await everybody(clinic)
        note, sent = noting.note, outbox.sent

        def cannot_note(turn: Turn, row: Outgoing, to: Any, outcome: Outcome) -> None:
            if _is_poison(row) and isinstance(outcome, Sent):
                raise ValueError("a defect of ours")
            note(turn, row, to, outcome)

        def cannot_settle(connection: Any, row: Outgoing, *how: Any) -> bool:
            if _is_poison(row):
                raise ValueError("a defect of ours")
            return sent(connection, row, *how)

        monkeypatch.setattr(noting, "note", cannot_note)
        monkeypatch.setattr(outbox, "sent", cannot_settle)
        key = await clinic.act(to_team, "poison")
        await clinic.pass_time(minutes=5)
        assert row_of(clinic, key).state == "dead"
        assert team.texts.count("poison") == 1


def _is_poison(row: Outgoing) -> bool:
    return isinstance(row.content, Message) and row.content.text == "poison"
