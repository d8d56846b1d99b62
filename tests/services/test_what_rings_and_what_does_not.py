"""When does a phone of the care team ring? Once for a sitting, once for what falls due together, and always for urgent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from probot.alerts.model import Evidence, Hit
from probot.services import alerting, wishes
from probot.services.turn import Turn
from probot.store import people
from probot.store.tables import alert, outbox
from probot.store.tables_alerts import alert_thread
from probot.study.model import Tier
from probot.wording import say
from tests.world import Clinic, Phone, a_clinic

SOON, OTHER, THIRD = "unsure_danger", "vomiting", "stool_blood"
"""Concepts of the shipped study with a rule of tier soon."""
Rang = tuple[str, frozenset[str], bool]
"""To whom, about which concepts, and whether it rang."""


def meet(turn: Turn, code: str, concept: str, tier: Tier = "soon") -> None:
    """A rule of this concept is met by what the participant says."""
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    rule = next(one for one in turn.study.rules.values() if (one.concept, one.tier) == (concept, tier))
    alerting.raise_all(turn, turn.study, enrolment, [Hit(rule.id, tier, concept, Evidence())], tell=False)


def wish(turn: Turn, code: str, when: str = "today") -> None:
    """The participant would like a nurse."""
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    wishes.chosen(turn, enrolment, when)


def said(clinic: Clinic, since: datetime) -> list[Rang]:
    """What was said to the team from then on, in order."""

    def look(connection: Connection) -> list[Rang]:
        concepts = {row.id: row.concept for row in connection.execute(select(alert.c.id, alert.c.concept))}
        lists: dict[str, set[str]] = {}
        for row in connection.execute(select(alert_thread).where(alert_thread.c.kind == "list")):
            lists.setdefault(row.message_id, set()).add(concepts[row.alert_id])
        wanted = select(outbox).where(
            outbox.c.lane <= 0, outbox.c.kind == "post", outbox.c.state == "sent", outbox.c.created_at >= since
        )  # fmt: skip
        names = {person.principal: person.name for person in people.all_staff(connection)}
        found = []
        for row in connection.execute(wanted.order_by(outbox.c.seq)):
            if row.recipient.startswith("participant:"):
                continue
            about = frozenset({concepts[row.alert_id]} if row.alert_id else lists.get(row.id, set()))
            rings = not row.content.silent
            found.append((names.get(row.recipient, row.recipient), about, rings))
        return found

    return clinic.store.transact(look)


async def after(clinic: Clinic, act: Any, *arguments: Any, minutes: float = 1) -> list[Rang]:
    """What was said because of an act, and in the minutes after it."""
    since = clinic.clock.at
    await clinic.act(act, *arguments)
    await clinic.pass_time(minutes=minutes)
    return said(clinic, since)


async def passing(clinic: Clinic, **length: float) -> list[Rang]:
    since = clinic.clock.at + timedelta(microseconds=1)
    await clinic.pass_time(**length)
    return said(clinic, since)


def one(concept: str, *, rings: bool, to: str = "team") -> Rang:
    return (to, frozenset({concept}), rings)


async def ward(clinic: Clinic) -> tuple[Phone, Phone]:
    nurse = await clinic.staff("Mei")
    await clinic.staff("Tom", "doctor")
    team = await clinic.team(nurse)
    for code in ("P-001", "P-002"):
        await clinic.patient(code)
    return nurse, team


async def take(team: Phone, clinic: Clinic, words: str) -> None:
    message = next(one for one in reversed(team.shown) if words in one["text"])
    await team.tap(next(iter(team.buttons(message))), message)
    await clinic.settle()


async def test_what_one_patient_says_in_one_sitting_is_one_ring(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team = await ward(clinic)
        assert await after(clinic, meet, "P-001", SOON, minutes=10) == [one(SOON, rings=True)]
        assert await after(clinic, meet, "P-001", OTHER) == [one(OTHER, rings=False)], "the same sitting"
        assert await after(clinic, meet, "P-002", OTHER) == [one(OTHER, rings=True)], "somebody else"
        assert await after(clinic, meet, "P-001", "fever", "urgent") == [one("fever", rings=True)], "urgent"
        await take(team, clinic, "P-001")  # the newest: the fever
        await clinic.pass_time(minutes=20)
        assert await after(clinic, meet, "P-001", THIRD) == [one(THIRD, rings=True)], "half an hour is over"


async def test_what_follows_something_that_is_taken_rings(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team = await ward(clinic)
        await after(clinic, meet, "P-001", SOON)
        await take(team, clinic, "P-001")
        assert await after(clinic, meet, "P-001", OTHER) == [one(OTHER, rings=True)]


async def test_what_is_more_pressing_than_the_ring_before_it_rings(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await ward(clinic)
        assert await after(clinic, meet, "P-001", "mouth", "routine") == []
        assert await after(clinic, wish, "P-001") == [one("contact", rings=True)]
        assert await after(clinic, meet, "P-001", SOON) == [one(SOON, rings=False)]
        for concept in ("fever", "bleeding", "chest_pain"):
            assert await after(clinic, meet, "P-001", concept, "urgent") == [one(concept, rings=True)]


async def test_a_wish_raises_what_the_same_answer_in_a_form_would_unless_something_as_pressing_stands(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team = await ward(clinic)
        await after(clinic, meet, "P-001", SOON)
        assert await after(clinic, wish, "P-001") == [], "somebody is called for the same day already"
        assert await after(clinic, wish, "P-001", "now") == [one("contact", rings=True)]
        raised = {row["concept"]: row["tier"] for row in clinic.rows("alerts")}
        assert raised == {SOON: "soon", "contact": "urgent"}
        assert "as soon as possible" in team.last["text"].split("\n")[0]
        assert [one for one in await passing(clinic, minutes=10) if one[0] == "Tom"], (
            "it climbs like any urgent one"
        )
        assert await after(clinic, wish, "P-001", "now") == [], (
            "which rings by itself, and nothing rings beside it"
        )
        await take(team, clinic, "as soon as possible")
        again = await after(clinic, wish, "P-001", "now")
        assert one("contact", rings=True, to="Mei") in again, "whoever has it hears that she still waits"
        assert await after(clinic, wish, "P-002") == [one("contact", rings=True)], "nothing stood: it is news"


async def test_steps_that_fall_due_together_are_one_message_and_come_early_by_a_quarter_at_most(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await ward(clinic)
        await after(clinic, meet, "P-001", SOON, minutes=50)
        await after(clinic, meet, "P-002", OTHER, minutes=30)
        await after(clinic, meet, "P-001", THIRD, minutes=159)
        assert await passing(clinic, minutes=1) == [("Tom", frozenset({SOON, OTHER}), True)], (
            "4 h, and 3 h 10"
        )
        rest = await passing(clinic, minutes=79)
        assert rest == [], "the third was not within a quarter of its step, and keeps its own hour"
        assert await passing(clinic, minutes=5) == [one(THIRD, rings=True, to="Tom")]


async def test_an_urgent_step_takes_nothing_with_it_and_is_never_in_a_list(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await ward(clinic)
        await after(clinic, meet, "P-001", SOON, minutes=200)
        await after(clinic, meet, "P-002", "fever", "urgent", minutes=5)
        calls = await passing(clinic, minutes=10)
        assert calls == [one("fever", rings=True, to="Tom")], (
            "the doctor's step of the other is due in 35 minutes"
        )
        both = await passing(clinic, minutes=30)
        assert all(about in ({SOON}, {"fever"}) for _, about, _ in both)
        assert one(SOON, rings=True, to="Tom") in both


async def test_what_lapses_rings_for_the_team_with_the_name_and_softly_for_whoever_had_it(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team = await ward(clinic)
        await after(clinic, meet, "P-001", SOON)
        await after(clinic, meet, "P-002", SOON, minutes=300)  # the doctor has heard of both by now
        for message in [message for message in team.shown if "P-00" in message["text"]][-2:]:
            await team.tap(next(iter(team.buttons(message))), message)
        heard = await passing(clinic, hours=24, minutes=1)
        assert heard == [("team", frozenset({SOON}), True), ("Mei", frozenset({SOON}), False)]
        assert say("en", "open.lapsed", name="Mei") in team.texts[-1]
        later = await passing(clinic, hours=4)
        assert later == [("Tom", frozenset({SOON}), True)], "the ladder has begun anew"


def lapse(turn: Turn, key: str) -> None:
    """The term of whoever has it is over."""
    held = alerting.hold(turn, key)
    assert held is not None
    alerting.open_again(turn, *held)


async def test_what_is_routine_and_lapses_waits_for_the_morning_list(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, _ = await ward(clinic)
        assert await after(clinic, meet, "P-001", "mouth", "routine") == []
        await nurse.say("/open")
        await take(nurse, clinic, "P-001")
        (row,) = clinic.rows("alerts")
        assert await after(clinic, lapse, row["alert_id"]) == [one("mouth", rings=False, to="Mei")]
        assert clinic.rows("alerts")[0]["state"] == "open"


@pytest.mark.parametrize(("tier", "again"), [("soon", False), ("urgent", True)])
async def test_what_somebody_keeps_in_hand_does_not_ring_because_a_day_has_gone(
    sqlite_url: str, tier: Tier, again: bool
) -> None:
    concept = SOON if tier == "soon" else "fever"
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        _, team = await ward(clinic)
        await after(clinic, meet, "P-001", concept, tier)
        await take(team, clinic, "P-001")
        for _ in range(9):
            await clinic.pass_time(hours=3)
            await team.tap(say("en", "alert.button.called"))
        met = await after(clinic, meet, "P-001", concept, tier)
        assert bool(met) is again, timedelta(hours=27)


async def test_a_list_gives_way_to_the_list_after_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await clinic.team(await clinic.staff("Mei"))
        doctor = await clinic.staff("Tom", "doctor")
        await clinic.patient("P-001")
        for concept in (SOON, OTHER, THIRD):
            await after(clinic, meet, "P-001", concept)
        await clinic.pass_time(hours=4)
        first = doctor.last
        assert len(doctor.buttons(first)) == 3
        await doctor.tap(next(iter(doctor.buttons(first))), first)
        await clinic.pass_time(hours=4)
        assert len(doctor.buttons(doctor.last)) == 2, "the list of those that nobody has"
        (standing,) = [one for one in doctor.shown if one["message_id"] == first["message_id"]]
        assert "with Tom" in standing["text"], "what no newer list names stays there, as it stands"
        assert len(doctor.buttons(standing)) == 1
