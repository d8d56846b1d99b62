"""Does somebody learn of it when an alert stands still, and does the heart stop beating then?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from probot.app.watchman import Watchman
from probot.services import auditor
from probot.services.receive import HEARD
from probot.services.watch import status
from probot.store import alarms, claims, pulses
from probot.store.tables import alert
from probot.store.tables_alarms import alarm
from tests.outside.staffed import a_clinic_with_paths, in_pain, staffed
from tests.world import Clinic, Phone


def watchman(clinic: Clinic) -> Watchman:
    return clinic.world.watchman


async def filled(clinic: Clinic) -> None:
    """Every rung of the ladder has somebody."""
    await staffed(clinic)
    clinic.kept["chief"] = await clinic.staff("Zhou", "investigator")


async def looked(clinic: Clinic, times: int = 2) -> tuple[str, ...] | None:
    """The auditor looks, a minute apart."""
    for _ in range(times):
        await clinic.pass_time(seconds=61)
        await watchman(clinic).look()
        await clinic.settle()
    return watchman(clinic).wrong


def stop_the_ladder(clinic: Clinic) -> None:
    def act(connection: Any) -> None:
        connection.execute(update(alert).values(next_at=None))

    clinic.store.transact(act)


async def test_the_heart_beats_while_all_is_well(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        await filled(clinic)
        assert await looked(clinic) == ()
        assert gateway.beats == 2


async def test_nobody_bound_is_no_heartbeat(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        wrong = await looked(clinic, times=1)
        assert wrong is not None
        assert "no_path:urgent+soon+routine" in wrong or "no_path:soon+routine" in wrong
        assert gateway.beats == 0


async def test_an_alert_that_stands_still_stops_the_heart_and_calls_the_team_and_the_paths(
    database_url: str,
) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await in_pain(clinic)
        stop_the_ladder(clinic)
        assert await looked(clinic) == ("ladder",)
        assert gateway.beats == 0
        group = clinic.kept["group"]
        assert group.last["text"].startswith("probot needs help · an alert stands still")
        assert mailroom.subjects == ["probot 需要帮助 · 有提醒停滞"]
        assert [call["kind"] for call in gateway.calls] == ["trouble"]
        assert not [call for call in gateway.calls if "P-001" in str(call)]
        await group.tap("I see it")
        assert "Mei looks into it" in "".join(group.texts)
        await clinic.pass_time(hours=2)
        assert len(mailroom.mails) == 1, "whoever took it is not called again"


async def test_when_it_is_over_everybody_who_was_told_hears_so_and_the_heart_beats(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await in_pain(clinic)
        stop_the_ladder(clinic)
        await looked(clinic)
        await clinic.kept["group"].tap("Acknowledge")
        assert await looked(clinic, times=1) == ()
        assert gateway.beats == 1
        assert [call["kind"] for call in gateway.calls] == ["trouble", "over"]
        assert "问题已解除" in mailroom.mails[-1].get_content()
        assert "This is over." in clinic.kept["group"].last["text"]
        told = [row["action"] for row in clinic.rows("audit") if row["object"] == "alarm"]
        assert told == ["trouble", "alarm told", "trouble over"]


async def test_what_passes_within_a_minute_calls_nobody(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await in_pain(clinic)
        stop_the_ladder(clinic)
        assert await looked(clinic, times=1) == ("ladder",)
        await clinic.kept["group"].tap("Acknowledge")
        assert await looked(clinic, times=1) == ()
        assert (mailroom.mails, gateway.calls) == ([], [])


async def test_a_group_that_throws_the_bot_out_is_told_of_at_once_and_a_broken_path_too(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        nurse, group = clinic.kept["nurse"], clinic.kept["group"]
        clinic.api.people.set_member(nurse.person, group.chat, clinic.bot_id, "left")
        await clinic.settle()
        wrong = await looked(clinic, times=1)
        assert wrong == ("path:care_team", "team_lost")
        assert "the care team's chat is lost" in nurse.last["text"]
        assert len(mailroom.mails) == 1
        assert gateway.beats == 0


async def test_no_heart_beats_while_nobody_looks_at_what_is_due(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        await filled(clinic)
        await clinic.sleep_through(seconds=70)
        assert clinic.world.poller is not None
        clinic.store.transact(pulses.beat, HEARD, clinic.clock.at)
        await watchman(clinic).look()
        assert watchman(clinic).wrong == ("tick",)
        assert gateway.beats == 0
        assert await looked(clinic) == ()


async def test_a_daily_test_that_cannot_be_sent_stops_the_heart(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        failing = update(alarm).where(alarm.c.kind == "test").values(attempts=claims.TRIES)
        clinic.store.transact(lambda connection: connection.execute(failing))
        await watchman(clinic).look()
        clinic.store.transact(lambda connection: connection.execute(failing))
        assert await looked(clinic, times=1) == ("parked",)


async def test_an_alert_that_a_wrong_clock_has_raised_is_told_anew_once_the_clock_is_right(
    database_url: str,
) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, _, _):
        await filled(clinic)
        await in_pain(clinic)
        await watchman(clinic).look()
        group, doctor = clinic.kept["group"], clinic.kept["team"][1]
        await clinic.sleep_through(days=-1)
        await clinic.settle()
        await watchman(clinic).look()
        await clinic.settle()
        assert "probot needs help · the machine's clock was set back" in "".join(group.texts)
        shown = [text for text in group.texts if text.startswith("URGENT · P-001")]
        assert "Told anew since" in shown[-1]
        assert watchman(clinic).wrong == ()
        await clinic.pass_time(minutes=11)
        assert "Nobody has taken this" in "".join(Phone(clinic, doctor, clinic.bot_id).texts)
        rows = [row for row in clinic.rows("audit") if row["action"] == "alert counted anew"]
        assert [(row["code"], row["reason"]) for row in rows] == [("P-001", "the clock was set back")]
        assert await looked(clinic, times=3) == ()
        assert len([row for row in clinic.rows("audit") if row["action"] == "alert counted anew"]) == 1


async def test_what_somebody_has_keeps_its_term_when_the_clock_is_set_back(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        await in_pain(clinic)
        await watchman(clinic).look()
        group = clinic.kept["group"]
        await group.tap("Acknowledge")
        await clinic.sleep_through(days=-1)
        await clinic.settle()
        await watchman(clinic).look()
        await clinic.pass_time(hours=3, minutes=50)
        assert [row["state"] for row in clinic.rows("alerts")] == ["acknowledged"]
        await clinic.pass_time(minutes=15)
        assert [row["state"] for row in clinic.rows("alerts")] == ["open"], "four hours, and not a day more"


async def test_a_clock_that_jumps_forward_is_told_once_and_for_an_hour(database_url: str) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, _, _):
        await filled(clinic)
        group, told = clinic.kept["group"], "probot needs help · the machine's clock jumped forward"
        passed = 0.0
        ours, theirs = (
            Watchman(clinic.world.runtime.office, watchman(clinic)._beside, lambda: None, lambda: passed)
            for _ in range(2)
        )

        async def look_after(seconds: float, *, really: float) -> None:
            nonlocal passed
            passed += really
            await clinic.pass_time(seconds=seconds)
            for each in (ours, theirs):
                await each.look()
            await clinic.settle()

        await look_after(60, really=60)
        await look_after(7200, really=7150)
        assert told not in "".join(group.texts), "a clock is put right by seconds all the time"
        await look_after(7200, really=60)
        assert "".join(group.texts).count(told) == 1
        assert ours.wrong == (), "the heart beats on"
        rows = [row for row in clinic.rows("audit") if row["action"] == "clock went ahead"]
        assert len(rows) == 1, "of two that saw it one wrote it down"
        await look_after(3700, really=3700)
        assert not clinic.store.transact(alarms.standing, "trouble"), "after an hour it is over"
        await look_after(7200, really=60)
        assert [each.about for each in clinic.store.transact(alarms.standing, "trouble")] == ["clock_ahead"]


async def test_a_jump_that_was_taken_back_is_no_news_when_its_hour_comes(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        passed = 0.0
        watching = Watchman(
            clinic.world.runtime.office, watchman(clinic)._beside, lambda: None, lambda: passed
        )

        async def look_after(seconds: float, *, really: float) -> list[str]:
            nonlocal passed
            passed += really
            await clinic.sleep_through(seconds=seconds)
            await watching.look()
            return [
                each.about
                for each in clinic.store.transact(alarms.standing, "trouble")
                if "clock" in each.about
            ]

        await look_after(60, really=60)
        assert await look_after(86_400, really=60) == ["clock_ahead"]
        assert await look_after(-85_800, really=600) == ["clock"]
        assert await look_after(85_900, really=85_900) == []


async def test_a_look_that_failed_takes_no_jump_with_it(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        watching = Watchman(clinic.world.runtime.office, watchman(clinic)._beside, lambda: None, lambda: 1.0)
        await watching.look()
        await clinic.sleep_through(hours=1)
        with monkeypatch.context() as broken:
            broken.setattr(auditor, "look", gone)
            with pytest.raises(OSError, match="gone"):
                await watching.look()
        await watching.look()
        await clinic.settle()
        assert "jumped forward" in "".join(clinic.kept["group"].texts)


def gone(*_: Any) -> None:
    raise OSError("gone")


async def test_a_clock_that_is_put_right_by_seconds_is_no_news(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        await in_pain(clinic)
        await watchman(clinic).look()
        await clinic.sleep_through(seconds=-50)
        await clinic.settle()
        await watchman(clinic).look()
        await clinic.settle()
        assert "clock" not in "".join(clinic.kept["group"].texts)


async def test_another_program_with_the_same_token_is_told_of_before_it_has_taken_much(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, _):
        await filled(clinic)
        assert clinic.world.poller is not None
        for seconds in (0, 5, 20):
            clinic.clock.at += timedelta(seconds=seconds)
            clinic.api.faults.set("conflict", times=1)
            await clinic.world.poller.turn()
            await clinic.world.look_for_rivals()
        await clinic.settle()
        assert await looked(clinic, times=1) == (), "one that takes over from another is no rival"
        clinic.api.faults.set("conflict", times=1)
        await clinic.world.poller.turn()
        await clinic.world.look_for_rivals()
        found = clinic.store.look(status, clinic.clock.at)
        assert any("another program receives with this token" in line for line in found.problems)
        await watchman(clinic).look()
        await clinic.settle()
        assert "another program receives in probot's place" in clinic.kept["group"].last["text"]
        assert len(mailroom.mails) == 1
        assert await looked(clinic, times=6) == ("rival",)
        assert await looked(clinic, times=4) == (), "ten minutes after it was last met"
