"""Do several processes receive by webhook what one would? Two receivers behind a balancer, over real HTTP.

Those that poll are killed, frozen, stopped and added in `tests/kills`.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.app.running import Phone, Site, free_port

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
CODES = [f"P-{number:03}" for number in range(1, 7)]
ANSWERS = (("pain", 8), ("intake", "liquids"), ("chills", "no"))


async def enrolled(site: Site) -> list[Phone]:
    """Everybody, with the first question on the phone."""
    patients = [site.phone(f"Patient {code}") for code in CODES]
    for code in CODES:
        site.enrol_at_once(code, f"token-{code}")
    await asyncio.gather(*(
        patient.welcome(f"token-{code}") for patient, code in zip(patients, CODES, strict=True)
    ))  # fmt: skip
    await asyncio.gather(*(patient.sees("How bad was the pain") for patient in patients))
    return patients


def assert_nothing_was_lost_or_doubled(site: Site, team: Phone) -> None:
    responses = site.rows("responses")
    assert Counter((row["code"], row["item"], row["value"]) for row in responses) == Counter(
        (code, item, value) for code in CODES for item, value in ANSWERS
    )
    for code in CODES:
        mine = sorted((row for row in responses if row["code"] == code), key=lambda row: row["stored_at"])
        assert [row["item"] for row in mine] == [item for item, _ in ANSWERS]
        assert {row["revision"] for row in mine} == {1}
    alerts = site.rows("alerts")
    assert sorted(row["code"] for row in alerts) == CODES
    assert {row["hits"] for row in alerts} == {1}
    for code in CODES:
        told = [text for text in team.texts if f"{code} · Severe pain" in text]
        assert len([text for text in told if "again" not in text.lower()]) == 1, told


@dataclass
class Balancer:
    """Stands before several receivers, as a load balancer does, and gives each its turn."""

    doors: list[str]
    took: Counter[str] = field(default_factory=Counter)

    async def pass_on(self, request: Request) -> Response:
        body = await request.body()
        secret = {"X-Telegram-Bot-Api-Secret-Token": request.headers["X-Telegram-Bot-Api-Secret-Token"]}
        door = self.doors[0]
        self.doors.append(self.doors.pop(0))
        async with httpx.AsyncClient() as client:
            try:
                answer = await client.post(f"http://{door}/from-telegram", content=body, headers=secret)
            except httpx.TransportError:
                self.doors = [other for other in self.doors if other != door]
                return Response(status_code=502)
        self.took[door] += answer.status_code == 200
        return Response(status_code=answer.status_code)


@asynccontextmanager
async def serving(balancer: Balancer, port: int) -> AsyncIterator[None]:
    app = Starlette(routes=[Route("/from-telegram", balancer.pass_on, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off", ws="none"))
    running = asyncio.create_task(server._serve())
    try:
        yield
    finally:
        server.should_exit = True
        await running


async def test_updates_come_by_webhook_to_two_receivers_and_to_the_one_that_is_left(
    site_on_postgres: Site,
) -> None:
    site = site_on_postgres
    doors = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    balancer, port = Balancer(list(doors)), free_port()
    site.settings |= {
        "PROBOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/from-telegram",
        "PROBOT_WEBHOOK_SECRET": "a-secret-of-the-webhook",
    }
    async with serving(balancer, port):
        *receivers, worker = await asyncio.gather(
            *(site.run("--role", "receive", PROBOT_LISTEN=door) for door in doors), site.run("--role", "work")
        )
        team = await site.team(site.phone("Mei", seat="staff"))
        patients = await enrolled(site)
        assert set(balancer.took) == set(doors)
        async with httpx.AsyncClient() as client:
            page = (await client.get(f"http://{doors[1]}/metrics")).text
        assert f'probot_participants{{status="active"}} {len(CODES)}.0' in page
        await receivers[0].stop(signal.SIGKILL)
        for patient in patients:
            await patient.tap("8")
        for patient in patients:
            await patient.tap("Liquids only")
        for patient in patients:
            await patient.sees("Did you have chills?")
            patient.say("no")
        await asyncio.gather(*(patient.sees("Thank you.") for patient in patients))
        for code in CODES:
            await team.sees(f"{code} · Severe pain")
        assert await asyncio.gather(worker.stop(), receivers[1].stop()) == [0, 0]
    assert_nothing_was_lost_or_doubled(site, team)


async def test_a_part_that_only_postgresql_has_is_refused_elsewhere_in_plain_words(site_on: Site) -> None:
    done = await site_on.probot("run", "--role", "work")
    assert done.code == 4
    assert "--role work needs PostgreSQL" in done.err
    assert "PROBOT_DATABASE_URL" in done.err
