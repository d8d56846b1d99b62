"""A storm of alerts: what is not urgent is said together, what is urgent alone, and nothing is lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from probot.alerts.model import Evidence, Hit
from probot.flows.buttons import AlertTap, read
from probot.ports import Refused
from probot.sandbox.limits import LimitSettings
from probot.services import alerting, deliver, telling
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.services.watch import status
from probot.store import outbox, people, threads
from probot.store.tables import alert
from probot.store.tables import outbox as outbox_table
from tests.world import Clinic, Phone, a_clinic


def raise_soon(turn: Turn) -> None:
    """One alert for each concept of the study that has a rule of tier soon, and one urgent one in the midst."""
    enrolment = people.by_code(turn.connection, "P-001")
    assert enrolment is not None
    rules = {rule.concept: rule for rule in turn.study.rules.values() if rule.tier == "soon"}
    urgent = next(
        rule for rule in turn.study.rules.values() if rule.tier == "urgent" and rule.concept not in rules
    )
    hits = [Hit(each.id, each.tier, each.concept, Evidence(detail="x")) for each in rules.values()]
    for number, one in enumerate(hits[:14]):
        if number == 7:
            hit = Hit(urgent.id, "urgent", urgent.concept, Evidence(detail="x"))
            alerting.raise_all(turn, turn.study, enrolment, [hit], tell=False)
        alerting.raise_all(turn, turn.study, enrolment, [one], tell=False)


def named(phone: Phone) -> list[set[str]]:
    """The alerts that each message of a chat names by a button."""
    found: list[set[str]] = []
    for message in phone.shown:
        meanings = [read(data) for data in phone.buttons(message).values()]
        found.append({each.alert for each in meanings if isinstance(each, AlertTap)})
    return [each for each in found if each]


def all_alerts(clinic: Clinic) -> dict[str, str]:
    def look(connection: Any) -> dict[str, str]:
        return {row.id: row.tier for row in connection.execute(select(alert.c.id, alert.c.tier))}

    found: dict[str, str] = clinic.store.transact(look)
    return found


async def test_a_storm_is_one_message_beside_the_urgent_one_and_is_kept_current(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        await clinic.patient("P-001")
        before = len(team.texts)
        await clinic.act(raise_soon)
        await clinic.pass_time(minutes=1)
        known = all_alerts(clinic)
        assert len(known) == 15
        messages = named(team)
        assert set().union(*messages) == set(known), "every alert stands in the group"
        (urgent,) = [key for key, tier in known.items() if tier == "urgent"]
        assert {urgent} in messages, "the urgent one alone"
        together = [each for each in messages if len(each) > 1]
        assert len(together) == 1
        assert urgent not in together[0]
        assert len(team.texts) - before <= 7, "far fewer messages than alerts"
        assert clinic.store.transact(threads.alerts_without_reader, clinic.clock.now()) == 0
        assert not [
            each for each in clinic.store.transact(status, clinic.clock.now()).problems if "nobody" in each
        ]


async def test_an_alert_of_a_list_is_taken_there_and_the_list_shows_who_has_it(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        await clinic.patient("P-001")
        await clinic.act(raise_soon)
        await clinic.pass_time(minutes=1)
        (shown,) = [text for text in team.texts if "at once" in text.split("\n")[0]]
        assert "Mei" not in shown
        message = next(each for each in team.shown if each["text"] == shown)
        await team.tap(next(iter(team.buttons(message))), message)
        await clinic.pass_time(minutes=1)
        (after,) = [text for text in team.texts if "at once" in text.split("\n")[0]]
        assert after.count("with Mei") == 1


async def test_an_alert_that_is_said_again_stands_with_its_buttons_in_its_newest_message_alone(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        doctor = await clinic.staff("Tom", "doctor")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        await patient.say("I have chest pain")
        await clinic.pass_time(minutes=65)
        for chat in (team, doctor):
            about = [one for one in chat.shown if "emergency" in one["text"].split("\n")[0]]
            assert len(about) >= 3
            assert [one for one in about if chat.buttons(one)] == about[-1:]
            assert "chest pain" not in about[0]["text"], "what she wrote stands there once"
        await team.tap("Acknowledge")
        await clinic.pass_time(minutes=1)
        heads = [text.split("\n")[0] for text in team.texts if "emergency" in text]
        assert heads[-1].startswith("Taken")
        assert not any("Acknowledge" in team.buttons(one) for one in team.shown)
        await clinic.pass_time(hours=4)  # nothing followed: it is said again, and what stood there gives way
        assert [key for each in named(team) for key in each] == list(all_alerts(clinic))


async def test_words_without_buttons_take_the_place_of_no_message_that_has_them(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        patient = await clinic.patient("P-001")
        await patient.say("I have chest pain")

        (key,) = all_alerts(clinic)

        def say_again_and_be_refused(turn: Turn) -> None:
            held = alerting.hold(turn, key)
            assert held is not None
            telling.tell(turn, *held, ["care_team"], {"care_team": "reminder"})
            (row,) = [
                one for one in outbox.claim(turn.connection, turn.now, "t", 9) if one.purpose == "alert"
            ]
            contact = people.contact_of(turn.connection, people.TEAM)
            deliver.note_outcome(turn, row, contact, Refused("these buttons are not wanted"))

        await clinic.act(say_again_and_be_refused)
        await clinic.settle()
        assert "emergency" in team.last["text"]
        assert team.buttons(team.last) == {}
        assert "Acknowledge" in team.buttons(), "the message before it can still be taken"


def meet_one(turn: Turn, code: str, tier: str) -> None:
    """A rule of that tier is met by what the participant says."""
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    rule = next(one for one in turn.study.rules.values() if one.tier == tier)
    hit = Hit(rule.id, rule.tier, rule.concept, Evidence(detail="x"))
    alerting.raise_all(turn, turn.study, enrolment, [hit], tell=False)


async def test_an_urgent_alert_waits_for_none_of_those_that_came_before_it(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, limits=LimitSettings(), pace=Pace()) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        for number in range(1, 6):
            await clinic.enrol(f"P-00{number}")
        for number in range(1, 5):
            await clinic.act(meet_one, f"P-00{number}", "soon")
        await clinic.act(meet_one, "P-005", "urgent")
        await clinic.settle()
        heads = [text.split("\n")[0] for text in team.texts]
        assert [head[:6] for head in heads[-5:]] == ["URGENT", *["SOON ·"] * 4]


async def test_a_group_that_has_heard_much_in_this_minute_hears_the_urgent_one_at_once(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True, limits=LimitSettings(), pace=Pace()) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        codes = [f"P-{number:03}" for number in range(1, 31)]
        for code in codes:
            await clinic.enrol(code)
        await clinic.pass_time(minutes=2)
        began = clinic.clock.at
        for code in codes[:29]:
            await clinic.act(meet_one, code, "soon")
            await clinic.world.runtime.settle()
            clinic.clock.at += timedelta(seconds=1)
        await clinic.act(meet_one, codes[29], "urgent")
        raised = clinic.clock.at
        while not any("URGENT" in text for text in team.texts):
            assert clinic.clock.at - raised < timedelta(seconds=5)
            await clinic.world.runtime.settle()
            clinic.clock.at += timedelta(seconds=1)
        assert clinic.clock.at - began < timedelta(seconds=60)
        await clinic.pass_time(minutes=2)
        assert set().union(*named(team)) == set(all_alerts(clinic)), "nothing is lost"
        refused = [call for call in clinic.api.transcript.calls if call.error is not None]
        assert refused == [], "and no limit was broken"


async def test_what_comes_without_a_sound_is_gathered_without_a_sound(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, limits=LimitSettings(), pace=Pace()) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        for number in range(1, 9):
            await clinic.enrol(f"P-00{number}")
        await clinic.travel(clinic.clock.at.replace(hour=15, minute=0))  # 23:00 in the study's zone
        for number in range(1, 9):
            await clinic.act(meet_one, f"P-00{number}", "soon")
        await clinic.pass_time(minutes=1)
        posts = clinic.store.transact(
            lambda connection: connection.execute(
                select(outbox_table.c.content).where(
                    outbox_table.c.purpose == "alert", outbox_table.c.state == "sent"
                )
            ).all()
        )
        assert any("at once" in row.content.text for row in posts)
        assert all(row.content.silent for row in posts)
        assert team.texts


async def test_a_list_says_since_when_each_waits_for_it_is_read_later(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        team = await clinic.team(await clinic.staff("Mei"))
        await clinic.patient("P-001")
        await clinic.act(raise_soon)
        await clinic.pass_time(minutes=1)
        (shown,) = [text for text in team.texts if "at once" in text.split("\n")[0]]
        assert "waiting" not in shown
        message = next(each for each in team.shown if each["text"] == shown)
        await clinic.pass_time(minutes=20)
        await team.tap(next(iter(team.buttons(message))), message)
        (later,) = [text for text in team.texts if "at once" in text.split("\n")[0]]
        assert later.count("since 08:30") == 13


async def test_forty_at_once_each_have_a_button_and_all_can_be_taken(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True, limits=LimitSettings(), pace=Pace()) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        codes = [f"P-{number:03}" for number in range(1, 41)]
        for code in codes:
            await clinic.enrol(code)
        for code in codes:
            await clinic.act(meet_one, code, "soon")
        await clinic.pass_time(minutes=2)
        known = set(all_alerts(clinic))
        assert len(known) == 40
        assert set().union(*named(team)) == known
        for message in team.shown:
            for label in team.buttons(message):
                clinic.api.people.tap(team.person, team.chat, message["message_id"], label=label)
        await clinic.settle()
        await clinic.pass_time(minutes=5)
        states = clinic.store.transact(lambda one: one.execute(select(alert.c.state)).scalars().all())
        assert set(states) == {"acknowledged"}
        labels = [label for message in team.shown for label in team.buttons(message)]
        assert not any(label.startswith("Acknowledge") for label in labels)
        assert [call for call in clinic.api.transcript.calls if call.error is not None] == []
