"""Does the running program call by mail and pager, lose no call when it is killed, and let its heart beat outside?"""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.app.running import Site
from tests.beside import a_gateway, a_mailroom

pytestmark = pytest.mark.slow

PATHS = """
paths:
  duty_mail: {label: {en: Duty mail, zh: 值班邮箱}, by: mail, language: en}
  pager: {label: {en: Pager, zh: 寻呼}, by: webhook, language: zh}
"""
CLIMBS = "    - {notify: care_team}\n    - {notify: duty_mail}\n    - {notify: pager}\n    - {after: 30m"


def with_paths(site: Site, mail: str, gateway: str) -> None:
    """The study names two paths, the settings say where they lead."""
    ladder = site.folder / "config" / "ladder.yaml"
    text = ladder.read_text(encoding="utf-8")
    assert "    - {notify: care_team}\n    - {after: 30m" in text
    ladder.write_text(
        text.replace("    - {notify: care_team}\n    - {after: 30m", CLIMBS) + PATHS, encoding="utf-8"
    )
    site.settings |= {
        "PROBOT_ALERT_SMTP": mail, "PROBOT_ALERT_MAIL_FROM": "probot@example.org",
        "PROBOT_ALERT_MAIL_TO": "duty_mail=duty@example.org", "PROBOT_ALERT_WEBHOOKS": f"pager={gateway}/call",
        "PROBOT_ALERT_WEBHOOK_SECRET": "0123456789abcdef", "PROBOT_HEARTBEAT_URL": f"{gateway}/beat",
    }  # fmt: skip


async def test_a_call_survives_a_kill_and_the_heart_beats_while_all_is_well(site_on: Site) -> None:
    with a_mailroom() as mailroom:
        async with a_gateway() as gateway:
            with_paths(site_on, mailroom.address, gateway.address)
            bot = await site_on.run()
            nurse, patient = site_on.phone("Mei", seat="staff"), site_on.phone("Emma")
            await site_on.team(nurse)
            await gateway.until(lambda: gateway.beats > 0)
            site_on.enrol_at_once("P-001", "of-the-patient")
            await patient.welcome("of-the-patient")
            await patient.sees("How bad was the pain")
            gateway.held = True
            await patient.tap("9")
            assert await asyncio.to_thread(mailroom.arrived.get, timeout=60) == (
                "URGENT · P-001 · an alert waits in Telegram"
            )
            await gateway.until(lambda: len(gateway.calls) == 1)
            await bot.stop(signal.SIGKILL)
            gateway.held = False
            await site_on.run()
            await gateway.until(lambda: len(gateway.calls) == 2)
            first, second = gateway.calls
            assert first["id"] == second["id"]
            assert (first["repeat"], second["repeat"]) == (False, True)
            assert second["title"].startswith("紧急 · P-001")
            assert len(mailroom.mails) == 1
            status = await site_on.json("status")
            assert {path["name"]: path["fault"] for path in status["paths"]} == {
                "care_team": "", "duty_mail": "", "pager": "",
            }  # fmt: skip
            assert status["ready"] is True
            assert "example.org" not in "".join(each.said for each in site_on.started)


async def test_it_says_when_alerts_would_reach_nobody_and_which_address_is_missing(site_on: Site) -> None:
    async with a_gateway() as gateway:
        with_paths(site_on, "smtp+plain://127.0.0.1:9", gateway.address)
        site_on.settings["PROBOT_ALERT_WEBHOOKS"] = ""
        await site_on.run()
        status = await site_on.probot("status", "--exit-code")
        assert status.code == 5
        assert "the path pager does not work: no address is set: PROBOT_ALERT_WEBHOOKS" in status.out
        assert gateway.beats == 0
