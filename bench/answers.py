"""How many answers a second go through everything, beside what echo bots say back in a second?

The rule: the same updates to each bot, all waiting when it starts to read; the clock runs from the first that is
given out until the last reply is accepted (an echo) or nothing waits any more in inbox and outbox (probot).
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from bench import clinic
from bench.processes import Loopback, echo_bot, loopback, probot, wait_for
from probot.app.presence import RENEW_SECONDS


@dataclass(frozen=True)
class Load:
    """So many chats, each with so many texts: 0, 1, 2, …"""

    chats: int = 200
    each: int = 10
    delay: float = 0.0
    """Seconds that the server takes to answer a call."""

    @property
    def count(self) -> int:
        """Texts in all."""
        return self.chats * self.each

    def texts(self) -> list[tuple[int, str]]:
        """`(chat, text)`, every chat's turn one after the other."""
        chats = range(clinic.FIRST_CHAT, clinic.FIRST_CHAT + self.chats)
        return [(chat, str(number)) for number in range(self.each) for chat in chats]


class Wrong(Exception):
    """What came out is not what should have: the figure would be worth nothing."""


def echoes_per_second(bot: str, load: Load) -> float:
    """Texts said back in a second by a bare bot, `ptb` or `aiogram`."""
    with loopback(load.delay) as server, echo_bot(bot, server):
        server.hold(load.texts())
        server.ask("go")
        accepted = server.until_accepted("sendMessage", load.count)
        return load.count / (accepted[-1][0] - float(server.ask("count")["began"]))


def answers_per_second(database: str, load: Load, workers: int = 0) -> float:
    """Answers a second through probot on `sqlite` or `postgresql`, from the update to the noted outcome.

    `workers`: so many processes that work, beside one that only receives; 0: one process does everything.
    """
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(clinic.DATABASES[database]())
        server = stack.enter_context(loopback())
        there = clinic.Clinic(url)
        stack.callback(there.close)
        there.staff()
        there.patients(load.chats)
        stack.enter_context(probot(server, url, role="receive" if workers else "all"))
        for _ in range(workers):
            stack.enter_context(probot(server, url, role="work"))
        server.until_accepted("sendMessage", load.chats)
        wait_for(there.at_rest, "the first questions never left")
        if workers > 1:
            time.sleep(RENEW_SECONDS + 1)  # until each knows how many share the work
        return _measured(server, there, load)


def _measured(server: Loopback, there: clinic.Clinic, load: Load) -> float:
    server.ask("delay", seconds=load.delay)
    server.hold(load.texts())
    server.ask("go")
    server.until_accepted("sendMessage", load.count + load.chats)
    wait_for(there.at_rest, "something still waits", every=0.005)
    took = time.monotonic() - float(server.ask("count")["began"])  # one clock for all processes
    wanted = {clinic.FIRST_CHAT + number: list(range(load.each)) for number in range(load.chats)}
    if there.answers() != wanted:
        raise Wrong("the answers on record are not those that were given, in their order")
    return load.count / took
