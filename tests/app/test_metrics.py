"""Do the metrics say what `status` says, and nothing about anybody?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select

from probot.app.metrics import exposition
from probot.services.watch import BACKUP, Status, status
from probot.store import pulses
from probot.store.tables import outbox
from tests.world import Clinic, a_clinic

GUIDE = (Path(__file__).parents[2] / "docs" / "operators-guide.md").read_text(encoding="utf-8")


def read(page: bytes) -> dict[str, float]:
    """Every number by its name and label value: `probot_outbox_due alert`."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def seen(clinic: Clinic) -> tuple[Status, dict[str, float], str]:
    found = clinic.store.look(status, clinic.clock.now())
    page = exposition(found, clinic.world, well=found.well)
    return found, read(page), page.decode()


def sent(clinic: Clinic) -> int:
    how_many = select(func.count()).select_from(outbox).where(outbox.c.state == "sent")
    return int(clinic.store.look(lambda connection: connection.execute(how_many).scalar_one()))


async def test_the_metrics_agree_with_status(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        nurse = await clinic.staff("Mei")
        await clinic.team(nurse)
        patient = await clinic.patient("P-001")
        await patient.say("chest pain")
        found, numbers, page = seen(clinic)
        assert numbers["probot_well"] == found.well
        assert numbers["probot_alerts_open"] == found.open_alerts == 1
        assert numbers["probot_alerts_unacknowledged"] == 1
        assert numbers["probot_sendings_total sent"] == sent(clinic) > 3
        assert numbers["probot_outbox_put_total"] == found.put >= sent(clinic)
        assert numbers["probot_inbox_kept_total"] == found.arrived > 3
        assert numbers["probot_outbox_messages waiting"] == found.outbox["waiting"]
        assert numbers["probot_inbox_waiting"] == numbers["probot_inbox_lag_seconds"] == 0
        assert numbers["probot_participants active"] == 1
        for name in ("P-001", "Mei", str(patient.person), str(nurse.person), "chest"):
            assert name not in page

        clinic.api.faults.set("offline", how="refused")
        await patient.say("/help")
        clinic.api.people.say(patient.person, patient.chat, "never fetched")
        clinic.clock.at += timedelta(minutes=4)
        found, numbers, _ = seen(clinic)
        assert numbers["probot_well"] == 0
        assert numbers["probot_telegram_heard_age_seconds"] >= 240
        assert numbers["probot_tick_age_seconds"] >= 230
        assert numbers["probot_alert_unacknowledged_oldest_seconds"] >= 240
        assert any("Telegram was last heard" in problem for problem in found.problems)
        assert any("what is due was last looked at" in problem for problem in found.problems)


async def test_what_waits_is_counted_by_lane_with_its_age(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        clinic.api.people.say(patient.person, patient.chat, "/help")
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        clinic.clock.at += timedelta(seconds=20)
        assert seen(clinic)[1]["probot_inbox_lag_seconds"] >= 20
        await clinic.world.runtime.work()
        clinic.clock.at += timedelta(seconds=30)
        _, numbers, _ = seen(clinic)
        assert numbers["probot_inbox_waiting"] == 0
        assert numbers["probot_outbox_due reply"] == 1
        assert numbers["probot_outbox_lag_seconds reply"] == 30
        assert numbers["probot_outbox_due alert"] == numbers["probot_outbox_lag_seconds alert"] == 0


async def test_a_defect_is_counted_wherever_it_was_met(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        world, runtime = clinic.world, clinic.world.runtime
        for number, part in enumerate(
            (
                runtime,
                runtime.sender.book,
                runtime.outside.book,
                runtime.ticker,
                world.watchman,
                world.roll_call,
            ),
            start=1,
        ):
            part.failures = number
        runtime.worker.parked = 7
        numbers = read(exposition(None, world, well=False))
        counted = {name.split()[1]: int(value) for name, value in numbers.items() if "failures" in name}
        assert counted == {
            "loop": 1, "sender": 2, "outside": 3, "tick": 4, "auditor": 5, "roll_call": 6, "worker": 7,
        }  # fmt: skip


async def test_a_database_that_does_not_tell_is_a_number_too_and_the_guide_names_every_metric(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        silent = read(exposition(None, clinic.world, well=False))
        assert silent["probot_database_up"] == 0
        assert "probot_inbox_waiting" not in silent
        assert clinic.world.poller is not None
        await clinic.world.poller.turn()
        await clinic.world.runtime.tick()
        clinic.store.transact(pulses.beat, BACKUP, clinic.clock.now())
        found = clinic.store.look(status, clinic.clock.now(), None, clinic.world.room())
        everything = {name.split()[0] for name in read(exposition(found, clinic.world, well=True))}
        named = set(re.findall(r"`(probot_[a-z_]+)`", GUIDE))
        assert everything == named
