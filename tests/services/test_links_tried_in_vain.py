"""Is a guesser slowed down and told of, and does a patient who mistyped get in all the same?"""

from __future__ import annotations

from datetime import timedelta

from probot.services import invite, wrong_links
from probot.services.watch import status
from probot.store import links
from tests.world import Clinic, Phone, a_clinic


async def tries(phone: Phone, number: int) -> None:
    for each in range(number):
        await phone.start(f"guessed-{phone.person}-{phone.clinic.tokens}-{each}-0123456789")


def says_to_wait(phone: Phone) -> list[str]:
    return [text for text in phone.texts if "did not work" in text]


def refusals(clinic: Clinic) -> list[str]:
    return [row["reason"] for row in clinic.rows("audit") if row["action"] == "token refused"]


async def test_after_five_wrong_links_there_is_a_wait_and_the_right_one_works_ten_minutes_later(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        emma = clinic.phone()
        token = await clinic.enrol("P-001")
        await tries(emma, 4)
        assert says_to_wait(emma) == []
        await tries(emma, 1)
        assert len(says_to_wait(emma)) == 1
        assert "Please wait 10 minutes" in emma.last["text"]
        assert "请等 10 分钟" in emma.last["text"]
        await clinic.pass_time(minutes=4)
        await emma.start(token)
        assert "Please wait 6 minutes" in emma.last["text"], "not looked at, and told so"
        await clinic.pass_time(minutes=7)
        await emma.start(token)
        assert "English" in emma.buttons(), "the welcome has begun"
        assert refusals(clinic) == ["unknown token"] * 5


async def test_four_typos_keep_nobody_waiting(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        emma = clinic.phone()
        token = await clinic.enrol("P-001")
        await tries(emma, 4)
        await emma.start(token)
        assert "English" in emma.buttons()


async def test_an_old_link_of_ones_own_is_no_guess_however_often_it_is_opened(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        emma = clinic.phone()
        expired = await clinic.enrol("P-001")
        await clinic.pass_time(days=8)
        for _ in range(7):
            await emma.start(expired)
        token = clinic.new_token()
        await clinic.act(invite.enrol, token, "P-001", attributes={}, anchors={}, again=True)
        await emma.start(token)
        assert "English" in emma.buttons()
        for _ in range(7):
            await emma.start(token)  # used by now, in this very chat
        assert says_to_wait(emma) == []


async def test_waits_grow_to_an_hour_and_each_is_for_one_account_alone(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        eve, emma = clinic.phone("Eve"), clinic.phone()
        token = await clinic.enrol("P-001")
        for _ in range(24):
            await tries(eve, 1)
            clinic.clock.at += timedelta(minutes=15)
        assert len(refusals(clinic)) == 5 + 6, "of a try every quarter of an hour, in six hours"
        assert [wrong_links.wait_of(number) / timedelta(minutes=1) for number in (4, 5, 6, 7, 8, 999)] == [
            0, 10, 20, 40, 60, 60,
        ]  # fmt: skip
        await emma.start(token)
        assert "English" in emma.buttons()


async def test_the_wait_lasts_over_a_restart_and_no_longer_because_a_clock_was_wrong(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        emma = clinic.phone()
        await tries(emma, 5)
        await clinic.enrol("P-001")
    async with a_clinic(sqlite_url, migrated=True, at=clinic.clock.at) as again:
        assert again.store.look(links.tries_of, emma.person, again.clock.at).number == 5
        earlier = again.clock.at - timedelta(days=3)
        assert again.store.look(links.tries_of, emma.person, earlier).number == 0


async def test_the_team_hears_of_it_once_a_day_without_a_sound_and_status_counts(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        group = await clinic.team(nurse)
        for name in ("Eve", "Mallory"):
            await tries(clinic.phone(name), 7)
        told = [one for one in group.shown if "that do not exist" in one["text"]]
        assert len(told) == 1
        assert "5 invitation links" in told[0]["text"]
        found = clinic.store.look(status, clinic.clock.at)
        assert found.links_in_vain == 10, "what came during the wait was not looked at"
        assert not any("link" in problem for problem in found.problems), "a stranger makes nothing unwell"


async def test_a_used_link_that_is_opened_elsewhere_is_told_with_its_owner(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        group = await clinic.team(nurse)
        emma, other = clinic.phone(), clinic.phone("Emma's new phone")
        token = await clinic.enrol("P-001")
        await emma.start(token)
        for _ in range(3):
            await other.start(token)
        told = [one["text"] for one in group.shown if "has been opened again" in one["text"]]
        assert len(told) == 1
        assert told[0].startswith("The invitation link of P-001")
        assert "P-001" not in "".join(other.texts)
        assert refusals(clinic) == ["used"] * 3


async def test_in_a_group_a_wrong_link_counts_too(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        for number in range(5):
            group = clinic.api.people.new_group(
                nurse.person, f"Group {number}", members=(), kind="supergroup"
            )
            clinic.api.people.startgroup(nurse.person, group, f"guess-{number}-0123456789-0123456789")
            await clinic.settle()
        assert clinic.store.look(links.tries_of, nurse.person, clinic.clock.at).number == 5
