"""Do hand-over, digest and /open name a running clock of a serious event, and the records that wait for somebody?"""

from __future__ import annotations

from probot.wording import say
from tests.services.test_adverse_events_in_the_chat import begun, filled_in
from tests.services.test_no_alert_is_lost import letters
from tests.world import Clinic, Phone, a_clinic

WAITS = "1 record of an adverse event waits for judgement or signature"


async def at_half_past_seven(clinic: Clinic) -> None:
    await clinic.travel(clinic.clock.at.replace(hour=11, minute=31))


async def at_eight_the_next_day(clinic: Clinic) -> None:
    await clinic.travel(clinic.clock.at.replace(day=clinic.clock.at.day + 1, hour=0, minute=5))


def said_in(group: Phone, first: str) -> str:
    return next(text for text in reversed(group.texts) if text.startswith(first))


async def test_a_clock_that_runs_is_in_the_hand_over_the_digest_and_the_list(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        zhou = await clinic.staff("Zhou", "investigator")
        group = await clinic.team(zhou)
        await clinic.patient("P-001")
        await begun(zhou)
        await filled_in(zhou)
        await at_half_past_seven(clinic)
        handed = said_in(group, "Hand-over")
        assert "nothing open" not in handed
        assert "Mucositis oral · grade 3 · SERIOUS" in handed
        assert "Report within" in handed
        assert WAITS in handed, "it is not signed either"
        await group.say("/open")
        assert group.last["text"].startswith(say("en", "open.none"))
        assert "Report within" in group.last["text"]
        assert WAITS in group.last["text"]
        await at_eight_the_next_day(clinic)
        digest = said_in(group, "Morning digest")
        assert "SERIOUS" in digest
        assert WAITS in digest


async def test_a_candidate_that_nobody_has_judged_is_named_without_a_sound(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        mei = await clinic.staff("Mei")
        group = await clinic.team(mei)
        await clinic.patient("P-001")
        await begun(mei)
        await at_half_past_seven(clinic)
        handed = said_in(group, "Hand-over")
        assert "nothing open" not in handed
        assert WAITS in handed
        (row,) = [row for row in letters(clinic, recipient="team") if row.content.text == handed]
        assert row.content.silent
