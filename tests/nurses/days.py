"""How are the days lived? The shipped study, the real worker, sender, ticker and services on a real SQLite, a moved clock.

The rule: the loop stands still until something is due or somebody acts; phones and nurses answer in this very process.
"""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bench.clinic import Clinic
from bench.days import BOT, Day
from probot.app.build import Reader, build_runtime
from probot.app.runtime import Runtime
from probot.flows.buttons import AlertTap, AnswerTap, CommandTap, read
from probot.messages import Button, Message
from probot.ports import Edit, Outcome, Post, Sending, Sent
from probot.services import invite, plan_ahead
from probot.services.receive import HEARD
from probot.services.turn import Turn
from probot.store import people, pulses
from probot.study.load import load
from probot.study.model import Study
from probot.telegram.decode import Myself
from tests.nurses.course import Patient, minutes, patient
from tests.nurses.team import MEMBERS, TEAM_CHAT, CareTeam, Habits

CONFIG = Path(__file__).parents[2] / "config"
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""08:00 on a Monday in Chengdu: the first day of treatment of everybody."""
FIRST_CHAT = 5_000_001
LOCAL = timedelta(hours=8)
CODE = re.compile(r"N-\d+")
"""A subject code, as it stands in the first line of an alert."""


@dataclass(frozen=True)
class Plan:
    """What one run is made of."""

    seed: str = "nurses"
    patients: int = 120
    days: int = 28
    habits: Habits = field(default_factory=Habits)
    since: int = 0
    """The day of the patients' course on which the run begins."""

    @property
    def end(self) -> datetime:
        """When the run is over."""
        return START + timedelta(days=self.days)


@cache
def the_study() -> Study:
    """The shipped study, as it lies in config/."""
    study = load(CONFIG).study
    assert study is not None
    return study


class Ward:
    """All phones: a channel that takes everything, and the people who look at it."""

    def __init__(self, plan: Plan, clock: Day) -> None:
        self.plan, self.clock = plan, clock
        self.patients: dict[int, Patient] = {
            FIRST_CHAT + number: patient(plan.seed, number) for number in range(plan.patients)
        }
        self.team = CareTeam(plan.seed, plan.habits, self.later, self._tap, lambda: self._local().hour)
        self.updates: list[dict[str, Any]] = []
        self.agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._question: dict[tuple[int, str], str] = {}
        """Chat and assessment to the item that was asked last."""
        self._begun: dict[tuple[int, str], bool] = {}
        self._just_answered: dict[tuple[int, str], tuple[str, datetime]] = {}
        self._count = 0

    # -------------------------------------------------------------------- the channel

    async def deliver(self, sending: Sending) -> Outcome:
        """Take it, and let whoever it is for look at it."""
        self._count += 1
        if isinstance(sending, Post | Edit):
            if sending.chat in self.patients:
                if isinstance(sending, Post):
                    self._patient_sees(sending.chat, sending.message)
            else:
                self._staff_sees(sending.chat, sending.message, rings=isinstance(sending, Post))
        return Sent(self._count)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        """Nothing spins here."""

    # -------------------------------------------------------------------- staff

    def _staff_sees(self, chat: int, message: Message, *, rings: bool) -> None:
        actions: dict[str, set[str]] = {}
        for button in _buttons(message):
            tap = read(button.data)
            if isinstance(tap, AlertTap):
                actions.setdefault(tap.alert, set()).add(tap.action)
        for alert, offered in actions.items():
            self.team.shown(alert, frozenset(offered))
            if not rings or "ack" not in offered:
                continue
            code = CODE.search(message.text)
            about = code.group() if code is not None and len(actions) == 1 else ""
            if not message.silent:
                self.team.paged(alert, chat, about, in_a_list=len(actions) > 1)
            elif about:
                self.team.stands(alert, chat, about)

    # -------------------------------------------------------------------- patients

    def _patient_sees(self, chat: int, message: Message) -> None:
        tap = next((tap for each in _buttons(message) if (tap := read(each.data)) is not None), None)
        one = self.patients[chat]
        if isinstance(tap, CommandTap) and tap.command == "contact":
            dice = one.dice("contact", self.clock.at)
            if dice.random() < 0.5:
                wish = dice.choices(("now", "today", "no_need"), (10, 40, 50))[0]
                self.later(minutes(dice, 10, 120), lambda: self._tap(chat, chat, f"c:contact:{wish}"))
        if not isinstance(tap, AnswerTap):
            return
        key = (chat, tap.assessment)
        self._question[key] = tap.item
        if self._begun.get(key):
            self._answer(key)
        elif key not in self._begun:
            self._begun[key] = False
            dice = one.dice("begins", tap.assessment)
            if dice.random() < one.answers:
                self.later(
                    5 + 15 * dice.choice((1, 2, 3, 4, 6, 8, 10, 14, 20, 28, 36)), lambda: self._begin(key)
                )

    def _begin(self, key: tuple[int, str]) -> None:
        self._begun[key] = True
        self._answer(key)

    def _answer(self, key: tuple[int, str]) -> None:
        chat, assessment = key
        item = the_study().item(self._question[key])
        if self._just_answered.get(key) == (item.id, self.clock.at):
            return  # a reminder came in the very moment
        self._just_answered[key] = (item.id, self.clock.at)
        given = self.patients[chat].answer(item.id, self._day())
        if item.kind == "several" and isinstance(given, tuple):
            taps = ["none"] if given == ("none",) else [*(f"+{option}" for option in given), "~ok"]
        elif item.kind in {"choice", "yes_no"}:
            taps = [str(given)]
        else:
            self._write(chat, str(given))
            return
        for choice in taps:
            self._tap(chat, chat, f"a:{assessment}:{item.id}:{choice}")

    # -------------------------------------------------------------------- acting

    def later(self, minutes_on: int, act: Callable[[], None]) -> None:
        """Have something done, on a full minute."""
        self._count += 1
        at = self.clock.at.replace(second=0, microsecond=0) + timedelta(minutes=minutes_on)
        heapq.heappush(self.agenda, (at, self._count, act))

    def act(self) -> None:
        """Let everybody do what they meant to do by now."""
        while self.agenda and self.agenda[0][0] <= self.clock.at:
            heapq.heappop(self.agenda)[2]()

    def _local(self) -> datetime:
        return self.clock.at + LOCAL

    def _day(self) -> int:
        return self.plan.since + (self._local().date() - (START + LOCAL).date()).days

    def _tap(self, account: int, chat: int, data: str) -> None:
        message = {"message_id": 1, "chat": _chat(chat), "date": int(self.clock.at.timestamp()), "text": "…"}
        self._came({"callback_query": {"id": str(self._count), "from": _person(account), "chat_instance": "1",
                                       "data": data, "message": message}})  # fmt: skip

    def _write(self, chat: int, words: str) -> None:
        self._came({"message": {"message_id": self._count, "from": _person(chat), "chat": _chat(chat),
                                "date": int(self.clock.at.timestamp()), "text": words}})  # fmt: skip

    def _came(self, content: dict[str, Any]) -> None:
        self._count += 1
        self.updates.append({"update_id": self._count, **content})


def _buttons(message: Message) -> list[Button]:
    return [each for row in message.buttons for each in row if isinstance(each, Button)]


def _person(account: int) -> dict[str, Any]:
    return {"id": account, "is_bot": False, "first_name": "p"}


def _chat(chat: int) -> dict[str, Any]:
    if chat < 0:
        return {"id": chat, "type": "supergroup", "title": "Care team"}
    return {"id": chat, "type": "private", "first_name": "p"}


# ------------------------------------------------------------------------------ a run


def live(plan: Plan, url: str, tell: Callable[[int], None] = lambda _: None) -> None:
    """Live through a plan on an empty database. `tell` hears of each day that is over."""
    clock = Day(START)
    with closing(Clinic(url, the_study(), clock.now)) as there:
        ward = Ward(plan, clock)
        there.act(_bind_team)
        for chat, one in ward.patients.items():
            there.act(_join, chat, one)
        runtime = build_runtime(
            there.store, clock, ward, Reader(Myself(BOT, "b")), clock.now, None, ward, in_threads=False
        )
        asyncio.run(_live(there, runtime, ward, tell))


async def _live(there: Clinic, runtime: Runtime, ward: Ward, tell: Callable[[int], None]) -> None:
    clock, end, day = ward.clock, ward.plan.end, 0
    while clock.at < end:
        # The line was up all the while; only the last moment of it is written down.
        there.store.transact(pulses.beat, HEARD, clock.at - timedelta(seconds=1))
        ward.act()
        await _settle(runtime, ward)
        due = await runtime.next_event()
        moments = [end, *([due] if due else []), *([ward.agenda[0][0]] if ward.agenda else [])]
        clock.at = max(min(moments), clock.at + timedelta(seconds=1))
        while (clock.at - START).days > day:
            day += 1
            tell(day)


async def _settle(runtime: Runtime, ward: Ward) -> None:
    while True:
        while ward.updates:  # a conversation; what is due by the clock is looked at once nobody speaks
            given, ward.updates = ward.updates, []
            await runtime.keep(BOT, given)
            while await runtime.work():
                pass
            while await runtime.send():
                await runtime.sender.finish()
        await runtime.settle()
        if not ward.updates:
            return


def _bind_team(turn: Turn) -> None:
    for name, role, account in MEMBERS:
        invite.invite_staff(turn, f"token-of-{account}-0123456789abcdef", name, role, "en")
        person = people.staff_by_name(turn.connection, name)
        assert person is not None
        _bind(turn, person.principal, account, account)
        people.change_staff(turn.connection, person.id, status="active")
    _bind(turn, people.TEAM, TEAM_CHAT, None)


def _join(turn: Turn, chat: int, one: Patient) -> None:
    day = (turn.now + LOCAL).date()
    anchors = {"treatment_start": day.isoformat(), "transplant": (day - timedelta(days=2)).isoformat()}
    invite.enrol(
        turn, f"token-of-{one.code}-0123456789abcdef", one.code,
        attributes={"arm": [one.arm], "site": list(one.sites)}, anchors=anchors, language="en",
    )  # fmt: skip
    enrolment = people.by_code(turn.connection, one.code)
    assert enrolment is not None
    _bind(turn, enrolment.principal, chat, chat)
    people.change_enrolment(
        turn.connection,
        enrolment.id,
        status="active",
        reach="ok",
        active_from=turn.now - timedelta(seconds=1),
    )
    plan_ahead.plan_ahead(turn, enrolment.id)


def _bind(turn: Turn, principal: str, chat: int, account: int | None) -> None:
    people.bind(
        turn.connection, principal=principal, chat=chat, account=account, name="p", handle="", language="en",
        now=turn.now,
    )  # fmt: skip
