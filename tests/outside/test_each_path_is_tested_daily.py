"""Is every alert path tested each day by somebody's tap, and does a test that nobody answers climb?"""

from __future__ import annotations

from sqlalchemy import select

from probot.store.tables_alarms import alarm
from probot.wording import say
from tests.outside.staffed import a_clinic_with_paths, staffed
from tests.world import Clinic, Phone


async def noon(clinic: Clinic) -> None:
    """The hour of the tests has come (12:00 in Shanghai), and they have arrived."""
    await clinic.pass_time(hours=3, minutes=31)


OPEN = select(alarm).where(alarm.c.state == "open")


def seen_in(phone: Phone) -> list[str]:
    return [text for text in phone.texts if text.startswith("TEST")]


async def filled(clinic: Clinic) -> None:
    await staffed(clinic)
    clinic.kept["doctor"] = await clinic.staff("Wu", "doctor")
    clinic.kept["chief"] = await clinic.staff("Zhou", "investigator")


def trail(clinic: Clinic) -> list[tuple[str, str]]:
    return [(row["action"], row["field"]) for row in clinic.rows("audit") if row["object"] == "alarm"]


async def test_every_path_gets_a_test_that_says_what_it_is(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await noon(clinic)
        head = "TEST · alert path “care team” · no patient"
        assert [text.splitlines()[0] for text in seen_in(clinic.kept["group"])] == [head]
        assert len(seen_in(clinic.kept["doctor"])) == len(seen_in(clinic.kept["chief"])) == 1
        assert seen_in(clinic.kept["nurse"]) == []  # no ladder calls nurses by their role
        assert mailroom.subjects == ["测试 · 提醒通道“值班邮箱” · 与患者无关"]
        assert gateway.calls[0]["kind"] == "test"
        assert {action for action, _ in trail(clinic)} == {"path test sent"}


async def test_taps_and_numbers_answer_it_and_the_next_day_it_comes_again(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await noon(clinic)
        for who in ("group", "doctor", "chief"):
            await clinic.kept[who].tap("I see it")
        number = gateway.calls[0]["message"].split("/seen ")[1].split()[0]
        await clinic.kept["doctor"].say("/seen 000000")
        assert "No test with this number" in clinic.kept["doctor"].last["text"]
        await clinic.kept["doctor"].say(f"/seen {number}")
        await clinic.kept["nurse"].say(
            f"/seen {mailroom.mails[0].get_content().split('/seen ')[1].split()[0]}"
        )
        await clinic.pass_time(hours=23)
        assert "path test unanswered" not in {action for action, _ in trail(clinic)}
        assert "Answered by Mei" in seen_in(clinic.kept["group"])[0]
        await clinic.pass_time(hours=1)
        assert len(seen_in(clinic.kept["group"])) == 2


async def test_an_unanswered_test_climbs_the_ladder_and_the_heart_stops(database_url: str) -> None:
    async with a_clinic_with_paths(database_url) as (clinic, mailroom, gateway):
        await filled(clinic)
        await noon(clinic)
        for who in ("group", "chief"):
            await clinic.kept[who].tap("I see it")
        for told in (gateway.calls[0]["message"], mailroom.mails[0].get_content()):
            await clinic.kept["nurse"].say(f"/seen {told.split('/seen ')[1].split()[0]}")
        await clinic.pass_time(minutes=50)
        assert await clinic.world.watchman.look()
        await clinic.pass_time(minutes=15)
        assert clinic.kept["group"].last["text"].startswith("TEST · alert path “Doctor on call” · no patient")
        assert "Nobody has answered the daily test" in clinic.kept["group"].last["text"]
        assert ("path test unanswered", "doctor") in trail(clinic)
        assert not await clinic.world.watchman.look()
        assert clinic.world.watchman.wrong == ("unproven:doctor",)
        await clinic.pass_time(hours=4)
        assert len(seen_in(clinic.kept["doctor"])) == 2, (
            "the ladder of `soon` calls the doctor after four hours"
        )
        await clinic.kept["group"].tap("I see it")
        await clinic.pass_time(hours=5)
        assert len(seen_in(clinic.kept["doctor"])) == 2
        assert ("alarm taken", "doctor") in trail(clinic)


async def test_a_test_stands_in_no_clinical_export(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, _):
        await filled(clinic)
        await noon(clinic)
        assert clinic.rows("alerts") == clinic.rows("responses") == []


async def test_a_number_proves_its_own_path_alone_and_only_to_somebody_who_may_take_alerts(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, _):
        await filled(clinic)
        monitor = await clinic.staff("Ada", "monitor")
        await noon(clinic)
        number = mailroom.mails[0].get_content().split("/seen ")[1].split()[0]
        await monitor.say(f"/seen {number}")
        assert monitor.last["text"] != say("en", "alarm.toast.seen")
        assert ("path test answered", "duty_mail") not in trail(clinic)
        await clinic.pass_time(hours=2)
        assert ("path test unanswered", "doctor") in trail(clinic), "it climbs, to mail and pager as well"
        numbers = clinic.store.transact(
            lambda connection: {row.about: row.number for row in connection.execute(OPEN)}
        )
        await clinic.kept["nurse"].say(f"/seen {numbers['doctor']}")
        assert clinic.kept["nurse"].last["text"] == say("en", "alarm.toast.taken")
        await clinic.world.watchman.look()
        assert "unproven:doctor" in clinic.world.watchman.wrong, "nobody has seen it in the doctor's chat"
