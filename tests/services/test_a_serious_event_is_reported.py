"""Does the clock of a serious event run until it has been reported, and again when that was not so or it got worse?"""

from __future__ import annotations

from typing import Any

from tests.services.test_adverse_events_in_the_chat import amended_by, begun, deeds, filled_in, latest
from tests.world import Clinic, Phone, a_clinic

DEATH = ("Grade", "Seriousness", "Outcome", "Done ▶", "5: death", "Serious", "Death", "Hospital stay, or a longer one",
         "Done ▶", "Today", "Fatal", "Today")  # fmt: skip
AGAIN = ("Seriousness", "Done ▶", "Serious", "Hospital stay, or a longer one", "Done ▶")


async def a_serious_event(clinic: Clinic, name: str = "Zhou") -> Phone:
    phone = await clinic.staff(name, "investigator")
    await clinic.patient("P-001")
    await begun(phone)
    await filled_in(phone)
    return phone


async def report(phone: Phone) -> None:
    await phone.tap("It has been reported")
    await phone.tap("Yes, it has been reported")


async def open_clocks(phone: Phone) -> str:
    await phone.say("/sae")
    return phone.texts[-1]


def trail_of(clinic: Clinic, deed: str) -> list[dict[str, Any]]:
    return [row for row in clinic.rows("audit") if row["action"] == f"adverse event: {deed}"]


async def test_one_tap_reports_nothing_it_is_asked_once_whether_it_is_so(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await a_serious_event(clinic)
        await zhou.tap("It has been reported")
        assert "Has it been reported?" in zhou.last["text"]
        assert "Initial report" in zhou.last["text"]
        assert "not signed yet" in zhou.last["text"]
        assert latest(clinic)["reported_at"] is None
        await zhou.tap("Not yet")
        assert "Report within" in await open_clocks(zhou)
        await report(zhou)
        assert latest(clinic)["reported_by"] == "Zhou"
        assert "Reported onwards (Initial report): Zhou" in zhou.with_button("Sign this judgement")["text"]
        assert await open_clocks(zhou) == "No serious event waits to be reported."
        await zhou.tap("Summary to send on")
        assert "Signature: not signed yet" in zhou.texts[-1]
        record = latest(clinic)["adverse_id"]
        query = await zhou.tap_data(f"r:{record}:report:1")
        assert zhou.toast(query) == "It has been reported already."


async def test_what_was_not_reported_after_all_runs_on_from_the_same_hour(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await a_serious_event(clinic)
        aware = latest(clinic)["aware_at"]
        await report(zhou)
        await clinic.pass_time(hours=30)
        await zhou.tap("Not reported after all")
        said = len(zhou.texts)
        await zhou.tap("Tapped by mistake")
        row = latest(clinic)
        assert (row["reported_at"], row["reported_by"], row["aware_at"]) == (None, None, aware)
        assert "Not reported after all (tapped by mistake): Zhou" in "".join(zhou.texts)
        assert any("OVERDUE for 6 hours" in text for text in zhou.texts[said:]), (
            "whoever reports is told at once"
        )
        assert "OVERDUE for 6 hours" in await open_clocks(zhou)
        (noted,) = trail_of(clinic, "unreport")
        assert (noted["reason"], noted["actor_name"]) == ("mistake", "Zhou")
        await clinic.pass_time(hours=3)
        assert deeds(clinic)[-1] == "reminded"
        await report(zhou)
        assert latest(clinic)["reported_by"] == "Zhou"


async def test_a_report_taken_back_after_reopening_lets_the_clock_run(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await a_serious_event(clinic)
        await report(zhou)
        await zhou.tap("Sign this judgement")
        await zhou.tap("Open again")
        await zhou.tap("Closed or judged by mistake")
        await zhou.tap("Not reported after all")
        await zhou.tap("It was not sent")
        assert "Report within" in await open_clocks(zhou)


async def test_a_death_after_the_report_has_a_clock_of_its_own_and_a_report_of_its_own(
    database_url: str,
) -> None:
    async with a_clinic(database_url) as clinic:
        zhou = await a_serious_event(clinic)
        await report(zhou)
        await zhou.tap("Sign this judgement")
        first = latest(clinic)["reported_at"]
        await clinic.pass_time(hours=48)
        await amended_by(zhou, *DEATH[:9], why="died today")
        assert "learned what is new" in zhou.last["text"]
        for tap in DEATH[9:]:
            await zhou.tap(tap)
        clock = await open_clocks(zhou)
        assert "grade 5 · SERIOUS" in clock
        assert "Follow-up report 1: Report within" in clock
        await zhou.tap("Sign this judgement")
        assert "Follow-up report 1" in await open_clocks(zhou), "a signature stops nothing"
        await clinic.pass_time(hours=40)
        assert "Follow-up report 1: OVERDUE" in await open_clocks(zhou)
        assert any("Follow-up report 1: OVERDUE" in text for text in zhou.texts[:-1]), (
            "it has a ladder of its own"
        )
        await zhou.tap("Summary to send on")
        assert "SERIOUS ADVERSE EVENT · Follow-up report 1" in zhou.texts[-1]
        assert "What is new known since: 2026-03-04" in zhou.texts[-1]
        await report(zhou)
        row = latest(clinic)
        assert row["reported_at"] == first, "these columns mean the initial report"
        assert row["follow_ups_reported_by"] == ["Zhou"]
        assert len(row["follow_ups_reported_at"]) == 1
        assert [each["reason"] for each in trail_of(clinic, "report")] == ["initial", "follow-up 1"]
        assert await open_clocks(zhou) == "No serious event waits to be reported."
        await zhou.tap("Summary to send on")
        lines = zhou.texts[-1].splitlines()
        assert [line.partition(":")[0] for line in lines if "reported 2026" in line] == [
            "Initial report", "Follow-up report 1",
        ]  # fmt: skip
        await zhou.tap("Not reported after all")
        await zhou.tap("It came back")
        assert "Follow-up report 1: OVERDUE" in await open_clocks(zhou)
        assert latest(clinic)["reported_at"] == first, "the one before it stands"


async def test_a_later_day_is_kept_and_an_overdue_clock_goes_on(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        zhou = await a_serious_event(clinic)
        aware = latest(clinic)["aware_at"]
        await clinic.pass_time(hours=30)
        await amended_by(zhou, *AGAIN, why="seen again")
        question = zhou.last["text"]
        assert "So far the time for reporting counts from Mon, Mar 2, 08:30" in question
        await zhou.tap("Today")
        row = latest(clinic)
        assert (row["version"], row["aware_at"], row["aware_said"]) == (2, aware, "2026-03-03")
        assert "The day given, Tue, Mar 3, 2026, is kept in the record." in zhou.last["text"]
        assert "OVERDUE for 6 hours" in await open_clocks(zhou)
        await amended_by(zhou, *AGAIN, "Yesterday", why="the ward knew before")
        assert latest(clinic)["aware_at"] == aware
        assert "is kept in the record" not in zhou.last["text"]
