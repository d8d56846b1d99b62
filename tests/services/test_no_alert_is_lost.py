from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from probot.alerts.rules import signal_hits
from probot.services import alerting, invite
from probot.services.turn import Turn
from probot.services.watch import status
from probot.store import people
from probot.store.outbox import NOBODY, OUTSIDE
from probot.store.tables import outbox
from tests.world import Clinic, Phone, a_clinic

EMERGENCY = "I have chest pain and it does not stop"


def alerts_seen(phone: Phone) -> list[str]:
    return [text for text in phone.texts if "emergency" in text and "P-001" in text]


def letters(clinic: Clinic, **where: Any) -> list[Any]:
    """What goes, or went, through the messenger; calls beside it are a matter of their own."""

    def look(connection: Any) -> list[Any]:
        wanted = select(outbox).where(*(outbox.c[name] == value for name, value in where.items()))
        return list(connection.execute(wanted.where(outbox.c.lane != OUTSIDE).order_by(outbox.c.seq)))

    return clinic.store.transact(look)


async def test_an_alert_raised_while_nobody_is_bound_waits_and_reaches_whoever_comes_first(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await patient.say(EMERGENCY)
        await clinic.pass_time(hours=3)
        waiting = letters(clinic, state="waiting", purpose="alert")
        assert len(waiting) == 1, "one message, however often the ladder repeated it"
        nurse = await clinic.staff("Mei")
        assert len(alerts_seen(nurse)) == 1
        await nurse.tap("Acknowledge")
        assert [row["state"] for row in clinic.rows("alerts") if row["concept"] == "distress"] == [
            "acknowledged"
        ]


async def test_an_alert_that_waits_for_the_group_goes_to_staff_directly_when_the_bot_is_thrown_out(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        clinic.api.faults.set("flood", chat=team.chat, seconds=50)
        await clinic.world.runtime.settle()
        clinic.api.people.say(patient.person, patient.chat, EMERGENCY)
        poller = clinic.world.poller
        assert poller is not None
        await clinic.world.runtime.settle(receive=poller.turn)
        assert alerts_seen(nurse) == []
        clinic.api.people.set_member(nurse.person, team.chat, clinic.bot_id, "kicked")
        await clinic.settle()
        await clinic.pass_time(minutes=11)
        assert alerts_seen(nurse) != []
        assert letters(clinic, state="dropped", fault=NOBODY, kind="post") == []


async def test_staff_who_all_blocked_the_bot_are_tried_once_each_and_the_alert_is_kept(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
        patient = await clinic.patient("P-001")
        for phone in (nurse, doctor):
            clinic.api.people.block(phone.person)
        await patient.say(EMERGENCY)
        posts = [row for row in letters(clinic, purpose="alert") if row.kind == "post"]
        assert len([row for row in posts if row.state == "dead"]) == 2
        assert len(posts) <= 5, "no ping-pong between two who cannot be reached"
        assert len([row for row in posts if row.state == "waiting"]) == 1
        clinic.api.people.unblock(nurse.person)
        await clinic.pass_time(hours=2)
        assert alerts_seen(nurse) != []


async def test_a_message_that_the_group_refuses_costs_neither_the_group_nor_the_alert(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        team = await clinic.team(nurse)
        await clinic.patient("P-001")
        long_reason = "BadRequest: " + "no such thing is known here " * 6

        def refuse(turn: Turn) -> None:
            from probot.ports import Refused
            from probot.services import deliver
            from probot.store import outbox as store

            worry(turn)
            (row,) = [one for one in store.claim(turn.connection, turn.now, "t", 9) if one.purpose == "alert"]
            contact = people.contact_of(turn.connection, people.TEAM)
            deliver.note_outcome(turn, row, contact, Refused(long_reason))

        await clinic.act(refuse)
        await clinic.settle()
        assert alerts_seen(team) != [], "the words alone, without what was refused"
        assert clinic.store.transact(people.contact_of, people.TEAM) is not None


def worry(turn: Turn, code: str = "P-001") -> None:
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    alerting.raise_all(turn, turn.study, enrolment, signal_hits(turn.study, "note", words=EMERGENCY))


async def test_while_answers_get_lost_an_alert_is_said_again_ever_more_seldom_and_never_given_up(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        clinic.api.faults.set("lost", chat=nurse.person)
        await patient.say(EMERGENCY)
        await clinic.pass_time(minutes=9)
        copies = alerts_seen(nurse)
        assert 3 <= len(copies) <= 12, "again at once, then with growing pauses"
        clinic.api.faults.clear()
        await clinic.pass_time(minutes=11)
        assert letters(clinic, state="waiting", purpose="alert") == []


async def test_once_somebody_has_it_no_copy_calls_anybody_any_more(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
        patient = await clinic.patient("P-001")
        clinic.api.faults.set("lost", chat=doctor.person)
        await patient.say(EMERGENCY)
        await nurse.tap("Acknowledge")
        before = len(alerts_seen(doctor))
        clinic.api.faults.clear()
        await clinic.pass_time(minutes=20)
        assert len(alerts_seen(doctor)) == before
        assert letters(clinic, state="waiting", purpose="alert") == []


async def test_a_group_bound_late_is_shown_what_is_open(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await patient.say(EMERGENCY)
        team = await clinic.team(nurse)
        assert any("P-001" in text for text in team.texts)


async def test_an_acknowledgement_is_not_undone_by_a_ladder_that_climbs_at_the_same_time(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await patient.say(EMERGENCY)
        await clinic.sleep_through(minutes=10)
        keys = await clinic.act(alerting.claim, "token-of-the-ladder", 10)
        assert len(keys) == 1
        await nurse.tap("Acknowledge")
        await clinic.act(alerting.escalate, keys, "token-of-the-ladder")
        (alert,) = [row for row in clinic.rows("alerts") if row["concept"] == "distress"]
        assert alert["state"] == "acknowledged"


async def test_a_ladder_whose_claim_is_lost_writes_nothing(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        await patient.say(EMERGENCY)
        seen = len(alerts_seen(nurse))
        await clinic.sleep_through(minutes=10)
        keys = await clinic.act(alerting.claim, "first", 10)
        await clinic.sleep_through(minutes=2)
        assert await clinic.act(alerting.claim, "second", 10) == keys
        try:
            await clinic.act(alerting.escalate, keys, "first")
        except alerting.LostClaim:
            pass
        else:
            raise AssertionError("a lost claim must not be committed")
        await clinic.act(alerting.escalate, keys, "second")
        await clinic.settle()
        assert len(alerts_seen(nurse)) == seen + 1


async def test_the_tier_counts_and_not_the_order_in_which_rules_were_found(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        await clinic.patient("P-001")

        def both(turn: Turn) -> None:
            from dataclasses import replace

            enrolment = people.by_code(turn.connection, "P-001")
            assert enrolment is not None
            (urgent,) = signal_hits(turn.study, "note", words=EMERGENCY)
            mild = replace(urgent, rule="own_words", tier="routine")
            alerting.raise_all(turn, turn.study, enrolment, (mild, urgent))

        await clinic.act(both)
        await clinic.settle()
        (alert,) = [row for row in clinic.rows("alerts") if row["concept"] == "distress"]
        assert alert["tier"] == "urgent"
        assert alerts_seen(nurse) != []


async def test_advice_that_never_arrived_does_not_keep_the_next_from_being_sent(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        clinic.api.people.say(patient.person, patient.chat, EMERGENCY)
        clinic.api.people.block(patient.person)
        await clinic.settle()
        assert [row.state for row in letters(clinic, purpose="safety")] == ["dead"]
        clinic.api.people.unblock(patient.person)
        await clinic.settle()
        await patient.say(EMERGENCY)
        assert [row.state for row in letters(clinic, purpose="safety")] == ["dead", "sent"]


async def test_whoever_has_left_or_may_not_see_alerts_is_told_nothing_and_somebody_else_is(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
        await clinic.patient("P-001")
        await clinic.act(worry)  # committed, not sent yet
        await clinic.act(invite.remove_staff, "Tom", "moved away")
        await clinic.settle()
        assert alerts_seen(doctor) == []
        assert len(alerts_seen(nurse)) == 1


async def test_a_corrected_alert_is_sent_as_it_is_now_and_not_as_it_was_when_it_could_not_go(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        await clinic.patient("P-001")
        clinic.api.faults.set("flood", chat=nurse.person, seconds=30)
        await clinic.act(worry)
        await clinic.world.runtime.settle()
        await clinic.act(worry)
        clinic.api.faults.clear()
        await clinic.pass_time(minutes=1)
        (alert,) = [row for row in clinic.rows("alerts") if row["concept"] == "distress"]
        assert alert["hits"] == 2
        assert len(alerts_seen(nurse)) == 1
        assert (
            clinic.store.transact(
                lambda connection: connection.execute(
                    select(func.count()).where(
                        outbox.c.kind == "edit", outbox.c.state == "sent", outbox.c.alert_id.is_not(None)
                    )
                ).scalar()
            )
            == 0
        ), "the message itself said it"
        assert clinic.clock.at - alert["raised_at"] >= timedelta(seconds=30)


async def test_the_status_tells_of_alerts_that_reached_nobody_and_of_ladders_that_stand_still(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await patient.say(EMERGENCY)
        await clinic.sleep_through(minutes=2)
        problems = clinic.store.transact(status, clinic.clock.now()).problems
        assert "1 open alerts have reached nobody yet" in problems
        await clinic.staff("Mei")
        await clinic.sleep_through(minutes=2)
        problems = clinic.store.transact(status, clinic.clock.now()).problems
        assert not [each for each in problems if "reached nobody" in each]
        await clinic.sleep_through(hours=2)
        problems = clinic.store.transact(status, clinic.clock.now()).problems
        assert "1 open alerts do not climb their ladder" in problems


async def test_a_group_that_becomes_a_supergroup_goes_on_being_the_teams(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        patient = await clinic.patient("P-001")
        token = clinic.new_token()
        await clinic.act(invite.invite_team, token, "en")
        group = clinic.api.people.new_group(nurse.person, "Care team")
        clinic.api.people.startgroup(nurse.person, group, token)
        await clinic.settle()
        moved = Phone(clinic, nurse.person, clinic.api.people.migrate(group))
        clinic.api.people.say(patient.person, patient.chat, EMERGENCY)
        await clinic.settle()
        assert len(alerts_seen(moved)) == 1
        await moved.tap("Acknowledge")
        (alert,) = [row for row in clinic.rows("alerts") if row["concept"] == "distress"]
        assert alert["state"] == "acknowledged"
