"""How soon does an alert leave while ten thousand prompts wait, and is the channel's limit used meanwhile?

The rule: Telegram's limits are on, as in production; a crossing answer comes every two seconds.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from bench import clinic
from bench.processes import loopback, probot, wait_for
from bench.ticks import multiply
from probot.app.build import read_clock
from probot.services.pace import Pace

WAITING = 10_000
SECONDS = 40
EVERY = 2.0


@dataclass(frozen=True)
class Busy:
    """One busy time. `waits`: seconds from the answer's commit to the alert's arrival; `used`: of the limit."""

    waits: list[float]
    used: float


def busy_time(database: str = "sqlite") -> Busy:
    """Let ten thousand prompts wait, and patients cross the threshold meanwhile."""
    with ExitStack() as stack:
        there = clinic.Clinic(stack.enter_context(clinic.DATABASES[database]()))
        stack.callback(there.close)
        there.staff()
        crossing = int(SECONDS / EVERY)
        there.patients(crossing)
        with there.store.begin() as connection:
            multiply(connection, WAITING, prompts=True)
        server = stack.enter_context(loopback())
        stack.enter_context(probot(server, there.url, limits="telegram"))
        wait_for(lambda: server.ask("count")["count"] > 60, "nothing was sent")
        began = time.monotonic()
        for number in range(crossing):
            server.hold([(clinic.FIRST_CHAT + number, "10")])
            server.ask("go")
            time.sleep(EVERY)
        ended = time.monotonic()
        accepted = server.ask("report")["accepted"]
        sent = sum(began <= one[0] < ended for one in accepted)
        told = [one[0] for one in accepted if one[1] == "sendMessage" and one[2] == clinic.NURSE_CHAT]
        with there.store.begin() as connection:
            raised = [_seconds(row[0]) for row in connection.execute(text("SELECT raised_at FROM alert ORDER BY raised_at"))]  # fmt: skip
        if len(raised) != crossing or len(told) < crossing:
            raise AssertionError(f"{len(raised)} alerts were raised and {len(told)} told, of {crossing}")
        ahead = read_clock().timestamp() - time.monotonic()
        waits = [heard + ahead - committed for committed, heard in zip(raised, told, strict=False)]
        return Busy(waits, sent / (ended - began) / Pace().in_all)


def _seconds(stored: str | datetime) -> float:
    return (datetime.fromisoformat(f"{stored}+00:00") if isinstance(stored, str) else stored).timestamp()
