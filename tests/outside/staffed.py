"""Which clinic do these tests play in? One with a nurse, a doctor and their group, a mail server and a pager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from probot.app.addresses import mail_server
from probot.outside.channel import Addresses, OutsideChannel
from probot.store import pulses, receipts
from probot.study.load import load
from tests.beside import Gateway, Mailroom, a_gateway, a_mailroom
from tests.world import Clinic, a_clinic

STUDY = load(Path(__file__).parents[1] / "scenarios" / "studies" / "short_paths").study
assert STUDY is not None


@asynccontextmanager
async def a_clinic_with_paths(url: str) -> AsyncIterator[tuple[Clinic, Mailroom, Gateway]]:
    with a_mailroom() as mailroom:
        async with a_gateway() as gateway:
            to = {"duty_mail": ("duty@example.org",)}
            server = mail_server(mailroom.address, "probot@example.org")
            addresses = Addresses(
                to,
                server,
                {"pager": f"{gateway.address}/call"},
                "0123456789abcdef",
                f"{gateway.address}/beat",
            )
            beside = OutsideChannel(addresses)
            async with a_clinic(url, migrated=True, study=STUDY, beside=beside) as clinic:
                known = addresses.known()
                clinic.store.transact(pulses.beat, receipts.ADDRESSES, clinic.clock.at, known)
                yield clinic, mailroom, gateway


async def in_pain(clinic: Clinic, code: str = "P-001") -> None:
    """A participant answers 9."""
    patient = await clinic.patient(code)
    await clinic.pass_time(minutes=40)
    await patient.tap("9")


def silence_of_the_team(clinic: Clinic) -> None:
    """Nothing that is sent to staff or their group arrives; the patients' chats and the polls go on."""
    for chat in clinic.kept["team"]:
        clinic.api.faults.set("flood", chat=chat, seconds=3000)


async def staffed(clinic: Clinic) -> None:
    nurse, doctor = await clinic.staff("Mei"), await clinic.staff("Tom", "doctor")
    team = await clinic.team(nurse, doctor)
    clinic.kept["team"] = [nurse.person, doctor.person, team.chat]
    clinic.kept["nurse"], clinic.kept["group"] = nurse, team
