"""Does `probot run` without a token open a page that can be used, and go on where it was?"""

from __future__ import annotations

import re

import httpx
import pytest

from tests.app.running import Running, Site, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def sandbox(site_on: Site) -> Site:
    """The shipped study, no token, a port of its own."""
    site_on.settings = {"PROBOT_SANDBOX_LISTEN": f"127.0.0.1:{free_port()}", "PROBOT_CONFIG": ""}
    (site_on.folder / "config").rename(site_on.folder / "put away")
    return site_on


def page_of(running: Running) -> str:
    found = re.search(r"Open this page:\s+(http://\S+)", running.said)
    assert found
    return found[1]


async def test_the_page_is_there_and_after_a_restart_people_and_clock_are_where_they_were(
    sandbox: Site,
) -> None:
    first = await sandbox.run(until="Ctrl+C stops it")
    async with httpx.AsyncClient(base_url=page_of(first), timeout=60) as page:
        assert "<!doctype html>" in (await page.get("/")).text
        begun = (await page.get("/sim/view")).json()
        moved = (await page.post("/sim/clock", json={"seconds": 3 * 3600})).json()["result"]
    assert len(begun["phones"]) == 5
    status = await sandbox.probot("status", "--json", "--exit-code")
    assert (status.code, status.json["team_bound"], status.json["staff"]) == (0, True, 3)
    assert await first.stop(within=15) == 0
    second = await sandbox.run(until="Ctrl+C stops it")
    async with httpx.AsyncClient(base_url=page_of(second), timeout=60) as page:
        again = (await page.get("/sim/view")).json()
    assert again["now"] >= moved[:16]
    assert [phone["person"] for phone in again["phones"]] == [phone["person"] for phone in begun["phones"]]
    assert await second.stop(within=15) == 0


async def test_a_taken_port_is_said_in_plain_words(sandbox: Site) -> None:
    running = await sandbox.run(until="Ctrl+C stops it")
    sandbox.settings["PROBOT_DATABASE_URL"] = "sqlite:///another.db"
    refused = await sandbox.probot("run")
    assert (refused.code, "PROBOT_SANDBOX_LISTEN" in refused.err) == (4, True)
    assert "Traceback" not in refused.err
    assert await running.stop() == 0
