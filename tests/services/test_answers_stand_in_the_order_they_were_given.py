"""Who answers faster than probot writes: do the answers stand in the order in which they were given?"""

from __future__ import annotations

from typing import Any

from tests.services.test_corners_of_an_alert import short
from tests.world import Clinic, Phone, a_clinic


def answers(clinic: Clinic, code: str) -> list[tuple[str, Any, int]]:
    """What the statistician sees of one participant's answers, row by row."""
    return [
        (row["item"], row["value"], row["revision"])
        for row in clinic.rows("responses")
        if row["code"] == code
    ]


async def asked(clinic: Clinic, code: str) -> Phone:
    """A participant who has just been asked about pain."""
    phone = await clinic.patient(code)
    await clinic.pass_time(minutes=40)
    return phone


async def test_answers_that_arrive_together_are_exported_as_they_were_given(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        codes = [f"P-00{number}" for number in range(1, 6)]
        for code in codes:
            phone = await asked(clinic, code)
            for words in ("9", "yes", "36.6"):
                clinic.api.people.say(phone.person, phone.chat, words)
            await clinic.settle()
        assert {code: answers(clinic, code) for code in codes} == {
            code: [("pain", 9, 1), ("medicine", "yes", 1), ("temperature", 36.6, 1)] for code in codes
        }


async def test_what_followed_from_a_correction_stands_behind_it_and_is_not_taken_for_it(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True, study=short()) as clinic:
        for code in ("P-001", "P-002", "P-003"):
            phone = await asked(clinic, code)
            number = await phone.say("9")
            await phone.say("yes")
            for words in ("2", "8"):
                clinic.api.people.edit(phone.person, phone.chat, number, words)
                await clinic.settle()
            assert answers(clinic, code) == [
                ("pain", 9, 1), ("medicine", "yes", 1),
                ("pain", 2, 2), ("medicine", None, 2),
                ("pain", 8, 3),
            ]  # fmt: skip
