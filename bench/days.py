"""How many patient-days can be lived through in a second? Everything between the update and the outcome, no HTTP.

The rule: worker, sender, ticker and services are the real ones on a real SQLite; the clock is moved, and the phones
answer at once in this very process, so no transaction is done in a thread for somebody to wait for. Eight of ten
patients answer on a day; who and what follows from a hash. The nurse takes every alert and closes it, and the line is
up all the while.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import clinic
from probot.app import rubbish
from probot.app.build import Reader, build_runtime, read_clock
from probot.app.runtime import Runtime
from probot.flows.buttons import AlertTap, AnswerTap, read, write
from probot.messages import Button
from probot.ports import Outcome, Post, Sending, Sent
from probot.services import receive
from probot.store import pulses
from probot.study.load import load
from probot.telegram.decode import Myself
from probot.values import AlertId, fraction_of

PATIENTS = 120
DAYS = 180
LONGEST = 240.0
"""Seconds after which no other day is begun: a slow machine gives a figure all the same, of fewer days."""
STUDY = clinic.HERE / "diary"
BOT = 100001


@dataclass
class Day:
    """The clock, moved by hand."""

    at: datetime

    def now(self) -> datetime:
        """The present instant."""
        return self.at


@dataclass
class Phones:
    """A channel that takes everything, patients who answer what they are asked, and a nurse who sees to alerts."""

    clock: Day
    updates: list[dict[str, Any]] = field(default_factory=list)
    answers: int = 0
    _number: int = 0
    _said: int = 0
    _seen: set[str] = field(default_factory=set)

    async def deliver(self, sending: Sending) -> Outcome:
        """Take it; whoever is asked something answers, or not."""
        self._number += 1
        if isinstance(sending, Post) and sending.message.buttons:
            self._asked(sending)
        return Sent(self._number)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        """Nothing spins here."""

    def _asked(self, post: Post) -> None:
        button = post.message.buttons[0][0]
        tap = read(button.data) if isinstance(button, Button) else None
        if isinstance(tap, AlertTap):
            self._alerted(post.chat, tap.alert)
        day = f"{post.chat}/{self.clock.at:%Y-%m-%d}"
        if not isinstance(tap, AnswerTap) or fraction_of(day) > 0.8:
            return
        luck = fraction_of(f"{day}/{tap.item}")
        text = ("yes" if luck < 0.5 else "no") if tap.item == "more" else str(int(luck * 9.2))
        self.answers += 1
        self._say(post.chat, {"message": {"text": text, "date": int(self.clock.at.timestamp())}})

    def _alerted(self, chat: int, alert: AlertId) -> None:
        if alert in self._seen:
            return
        self._seen.add(alert)
        for action in ("ack", "close", "c-advice"):
            data = write(AlertTap(alert, action))
            self._say(chat, {"callback_query": {"id": f"{alert}{action}", "data": data}})

    def _say(self, chat: int, said: dict[str, dict[str, Any]]) -> None:
        """Have it arrive with the next updates, as Telegram would give it."""
        number = self._said = self._said + 1
        person = {"id": chat, "is_bot": False, "first_name": "p"}
        under = {"message_id": number, "chat": {"id": chat, "type": "private", "first_name": "p"}}
        ((kind, content),) = said.items()
        where = under if kind == "message" else {"message": under}
        self.updates.append({"update_id": number, kind: {**where, "from": person, **content}})


@dataclass(frozen=True)
class Lived:
    """So many patients lived through so many days in so many seconds."""

    patients: int
    days: int
    seconds: float

    @property
    def a_second(self) -> float:
        """Patient-days in a second."""
        return self.patients * self.days / self.seconds


def live(patients: int = PATIENTS, days: int = DAYS, longest: float = LONGEST) -> Lived:
    """Live through `days`, or as many of them as were begun within `longest` seconds."""
    with ExitStack() as stack:
        there = clinic.Clinic(stack.enter_context(clinic.sqlite()), load(STUDY).study)
        stack.callback(there.close)
        there.staff()
        there.patients(patients)
        today = read_clock().date()
        clock = Day(datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1))
        phones = Phones(clock)
        runtime = build_runtime(
            there.store, clock, phones, Reader(Myself(BOT, "b")), clock.now, None, phones, in_threads=False
        )
        rubbish.look_less_often()  # as `probot run` does
        began = time.perf_counter()
        lived = asyncio.run(_live(runtime, clock, phones, days, began + longest))
        took = time.perf_counter() - began
        _assert_lived(there, phones, patients * lived)
        return Lived(patients, lived, took)


async def _live(runtime: Runtime, clock: Day, phones: Phones, days: int, until: float) -> int:
    first = clock.at
    for day in range(days):
        if time.perf_counter() > until:
            return day
        for hour in (9, 12, 23):
            clock.at = first + timedelta(days=day, hours=hour)
            await runtime.office.look(pulses.beat, receive.HEARD, clock.at)
            await runtime.settle()
            while phones.updates:
                given, phones.updates = phones.updates, []
                await runtime.keep(BOT, given)
                await runtime.settle()
    return days


def _assert_lived(there: clinic.Clinic, phones: Phones, patient_days: int) -> None:
    if there.count("response") < phones.answers or phones.answers < patient_days:
        raise AssertionError(f"{there.count('response')} answers on record of {phones.answers} given")
    if there.count("alert") < 1 or there.count("alert WHERE state <> 'closed'"):
        raise AssertionError("no rule was ever met, or an alert was left")
