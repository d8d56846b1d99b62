"""Does an old copy of the database keep still until somebody has looked, and then forget nobody?"""

from __future__ import annotations

import pytest

from probot.services import quarantine, receive
from probot.services.invite import NotPossible
from probot.services.watch import status
from tests.world import Clinic, Phone, a_clinic


async def an_open_alert(clinic: Clinic) -> tuple[Phone, Phone]:
    """A patient with an alert that nobody has taken, and the team's group. A question and a call wait to be sent."""
    nurse = await clinic.staff("Mei")
    group = await clinic.team(nurse)
    patient = await clinic.patient("P-001")
    await patient.say("chest pain")
    return patient, group


async def test_what_waited_is_dropped_and_what_is_open_is_told_anew(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient, group = await an_open_alert(clinic)
        clinic.api.people.say(patient.person, patient.chat, "/help")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await clinic.world.runtime.work()  # the answer waits in the outbox, and here the copy was made
        held = await clinic.act(quarantine.begin, "a backup was put in its place")
        assert held.as_of is not None
        found = clinic.store.look(status, clinic.clock.at)
        assert any("held back: a backup was put in its place" in line for line in found.problems)
        await clinic.sleep_through(hours=5)
        before = len(patient.texts), len(group.texts)
        done = await clinic.act(quarantine.release)
        assert clinic.store.look(receive.to_ask_again), "also a question that was among them"
        assert (done.dropped, done.told_anew) == (2, 1), "what she was to read, and the call that stood by"
        await clinic.settle()
        said = group.texts[before[1] :]
        assert any(
            text.startswith("probot goes on from a backup. What happened after Mon, Mar 2, 08:30 is")
            for text in said
        )
        assert any(text.startswith("URGENT · P-001") for text in said)
        assert len(patient.texts) == before[0], "nothing old is said to her again"
        found = clinic.store.look(status, clinic.clock.at)
        assert not any("held back" in line for line in found.problems)
        trail = [row["action"] for row in clinic.rows("audit") if row["object"] == "database"]
        assert trail == ["held back", "let go on"]


async def test_one_that_was_only_moved_sends_what_waits_and_rings_nobody_anew(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient, group = await an_open_alert(clinic)
        clinic.api.people.say(patient.person, patient.chat, "/help")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await clinic.world.runtime.work()
        await clinic.act(quarantine.begin, "it comes from another place")
        before = len(patient.texts), len(group.texts)
        done = await clinic.act(quarantine.release, keeps_messages=True)
        await clinic.settle()
        assert (done.dropped, done.told_anew) == (0, 0)
        assert (len(patient.texts), len(group.texts)) == (before[0] + 1, before[1])


async def test_what_is_not_held_back_cannot_be_let_go_and_the_first_reason_stays(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        with pytest.raises(NotPossible, match="nothing is held back"):
            await clinic.act(quarantine.release)
        await clinic.act(quarantine.begin, "first")
        assert (await clinic.act(quarantine.begin, "second")).why == "first"
