"""Does a call wait for an address without being looked at for ever, and does nothing of it get lost?"""

from __future__ import annotations

from sqlalchemy import select

from probot.outside.channel import Addresses
from probot.ports import NO_ADDRESS
from probot.services.outside import lead_to
from probot.services.watch import status
from probot.store import outbox
from probot.store.tables import outbox as table
from tests.outside.staffed import a_clinic_with_paths, in_pain, staffed
from tests.world import Clinic


def without_addresses(clinic: Clinic) -> Addresses:
    """The operator has set no address; the study names two paths all the same."""
    before = clinic.world.beside.addresses
    clinic.world.beside.addresses = Addresses(heartbeat=before.heartbeat)
    clinic.store.transact(lead_to, clinic.clock.at, {})
    return before


def looked_at(clinic: Clinic) -> list[int]:
    """How often each call that waits for an address was looked at."""
    rows = clinic.store.look(
        lambda connection: connection.execute(
            select(table.c.attempts).where(table.c.state == "waiting", table.c.fault == NO_ADDRESS)
        ).all()
    )
    return sorted(row.attempts for row in rows)


async def test_it_is_looked_at_ever_more_seldom_and_at_once_after_a_start_that_knows_the_address(
    sqlite_url: str,
) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, mailroom, gateway):
        await staffed(clinic)
        before = without_addresses(clinic)
        await in_pain(clinic)
        await clinic.pass_time(minutes=30, seconds=30)
        assert looked_at(clinic) == [1]
        found = clinic.store.look(status, clinic.clock.at)
        assert "the path pager does not work: no address is set: PROBOT_ALERT_WEBHOOKS" in found.problems
        await clinic.pass_time(hours=8)
        assert max(looked_at(clinic)) <= 14, "after 1, 2, 4 … 32 minutes, then each hour"
        assert clinic.store.look(outbox.oldest_due, "outside", clinic.clock.at) is None
        found = clinic.store.look(status, clinic.clock.at)
        assert "the path pager does not work: no address is set: PROBOT_ALERT_WEBHOOKS" in found.problems
        await clinic.pass_time(seconds=61)
        await clinic.world.watchman.look()
        assert {"path:pager", "path:duty_mail"} <= set(clinic.world.watchman.wrong or ())
        assert (mailroom.mails, gateway.calls) == ([], [])

        clinic.world.beside.addresses = before
        clinic.store.transact(lead_to, clinic.clock.at, before.known())
        await clinic.settle()
        assert [call["code"] for call in gateway.calls if call["kind"] == "alert"] == ["P-001"]
        assert looked_at(clinic) == []


async def test_only_what_now_has_an_address_is_woken(sqlite_url: str) -> None:
    async with a_clinic_with_paths(sqlite_url) as (clinic, _, gateway):
        await staffed(clinic)
        before = without_addresses(clinic)
        await in_pain(clinic)
        await clinic.pass_time(minutes=30, seconds=30)
        clinic.store.transact(lead_to, clinic.clock.at, {"duty_mail": "mail"})
        clinic.world.beside.addresses = before
        await clinic.settle()
        assert gateway.calls == []
        assert looked_at(clinic) == [1]
