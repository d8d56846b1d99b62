"""Is somebody called by mail and pager when an urgent alert gets no receipt on Telegram, and is nobody called in vain?"""

from __future__ import annotations

from datetime import timedelta

from probot.services.watch import status
from tests.outside.staffed import a_clinic_with_paths, in_pain, silence_of_the_team, staffed


async def test_after_two_minutes_without_a_receipt_the_paths_that_reach_the_told_are_called(
    database_url: str,
) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, mailroom, gateway):
        await staffed(clinic)
        silence_of_the_team(clinic)
        await in_pain(clinic)
        await clinic.pass_time(seconds=110)
        assert mailroom.mails == []
        await clinic.pass_time(seconds=20)
        assert mailroom.subjects == ["紧急 · P-001 · Telegram 中有一条提醒待处理"]
        words = mailroom.mails[0].get_content()
        assert "未能送达" in words
        assert "我来处理" in words
        assert not [word for word in ("疼痛", "9", "Mei", "Emma") if word in words.replace("09:", "")]
        assert gateway.calls == []  # it reaches the doctor, who has not been told yet
        await clinic.pass_time(minutes=10)
        assert [call["title"] for call in gateway.calls] == ["URGENT · P-001 · an alert waits in Telegram"]
        assert gateway.calls[0]["code"] == "P-001"


async def test_the_ladder_climbs_to_a_path_and_a_tap_ends_it(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await staffed(clinic)
        await in_pain(clinic)
        await clinic.pass_time(minutes=29)
        assert gateway.calls == []
        await clinic.pass_time(minutes=2)
        assert "Nobody has taken this alert yet" in gateway.calls[0]["message"]
        await clinic.kept["group"].tap("Acknowledge")
        await clinic.pass_time(hours=2)
        assert len(gateway.calls) == 1
        assert mailroom.mails == []


async def test_a_path_that_fails_is_tried_until_it_works_and_status_says_so(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        await staffed(clinic)
        gateway.status = 404
        await in_pain(clinic)
        await clinic.pass_time(minutes=32)
        found = clinic.store.look(status, clinic.clock.at)
        assert any(
            "the path pager does not work: the webhook answered 404" in line for line in found.problems
        )
        gateway.status = 200
        await clinic.pass_time(minutes=6)
        found = clinic.store.look(status, clinic.clock.at)
        assert not any("pager" in line for line in found.problems)
        fact = next(each for each in found.paths if each.name == "pager")
        assert fact.last_success is not None
        assert clinic.clock.at - fact.last_success < timedelta(minutes=7)
        assert len({call["id"] for call in gateway.calls}) == 1


async def test_what_was_told_beside_stands_in_the_trail_and_in_no_clinical_export(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await staffed(clinic)
        await in_pain(clinic)
        await clinic.pass_time(minutes=31)
        lines = [row for row in clinic.rows("audit") if row["action"] == "called beside the messenger"]
        assert [(row["code"], row["field"]) for row in lines] == [("P-001", "pager")]
