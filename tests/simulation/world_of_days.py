"""What happens in a clinic over many days? One seed decides everything: who comes, what they do, what breaks.

The rule: the same seed writes the same log, byte for byte; nothing here looks at a real clock or real dice.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import json
import random
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, text

from probot.sandbox.botapi import BotApi
from probot.sandbox.errors import CannotAct
from probot.services import invite, withdraw
from probot.services.publish import publish
from probot.services.receive import HEARD
from probot.services.turn import Studies, Turn
from probot.services.watch import status
from probot.store import claims, pulses
from probot.store.engine import Store
from probot.store.types import Instant
from probot.study.load import load
from probot.study.model import Study
from tests.simulation import words
from tests.simulation.faults import CALM, NOBODY, Rates, Trouble
from tests.simulation.people import HABITS, Carer, Handset, Patient, local_hour
from tests.simulation.process import BOT, TOKEN, Process
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, WallClock, play

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""08:00 on a Monday where the participants live."""
CALM_AT_THE_END = timedelta(minutes=25)
NOTHING_NEW_AT_THE_END = timedelta(minutes=14)
FOLDER = Path(__file__).parent / "study"
HOW_IS_IT = 1560.0
"""Every so many seconds somebody asks the product how it is."""
EVERY = timedelta(minutes=2)
"""How often the product ticks at least while something else happens; a tick that finds nothing changes nothing."""
WHAT_IS_DUE = """
SELECT
 (SELECT count(*) FROM inbox WHERE state = 'new'),
 (SELECT count(*) FROM assessment WHERE next_at <= :now) + (SELECT count(*) FROM alert WHERE next_at <= :now)
  + (SELECT count(*) FROM enrolment WHERE status = 'paused' AND paused_until <= :now)
  + (SELECT count(*) FROM enrolment WHERE status IN ('active', 'paused') AND planned_until < :week),
 (SELECT count(*) FROM outbox WHERE state = 'waiting' AND not_before <= :now)
  + (SELECT count(*) FROM outbox WHERE state = 'sending' AND claimed_until <= :now),
 (SELECT min(next_at) FROM assessment WHERE next_at > :now),
 (SELECT min(next_at) FROM alert WHERE next_at > :now),
 (SELECT min(paused_until) FROM enrolment WHERE status = 'paused' AND paused_until > :now),
 (SELECT min(not_before) FROM outbox WHERE state = 'waiting' AND not_before > :now),
 (SELECT min(claimed_until) FROM outbox WHERE state = 'sending' AND claimed_until > :now),
 (SELECT min(claimed_until) FROM inbox WHERE state = 'new' AND claimed_until > :now),
 (SELECT min(claimed_until) FROM assessment WHERE claimed_until > :now),
 (SELECT min(claimed_until) FROM alert WHERE claimed_until > :now)
"""


_DUE = text(WHAT_IS_DUE).bindparams(bindparam("now", type_=Instant), bindparam("week", type_=Instant))


@dataclass(frozen=True)
class Plan:
    """What one run is made of."""

    seed: str
    patients: int = 6
    days: int = 7
    rates: Rates = field(default_factory=Rates)
    habits: tuple[str, ...] = tuple(HABITS)
    nurse_takes: float = 0.5
    asks_how_it_is: bool = True
    events: bool = True
    """Whether participants move, stop, staff leave and the group is upgraded."""
    zone: str = "Asia/Shanghai"
    """Where all of them live."""
    start: datetime = START
    """The beginning: eight in the morning there."""
    script: Callable[[Life], None] | None = None
    """What happens besides, planned when the days begin."""


@cache
def the_study(zone: str = "Asia/Shanghai", edition: int = 1) -> Study:
    """The small study of the simulation; in its second edition some words are others."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        for name, old, new in (
            ("study.yaml", "zone: Asia/Shanghai", f"zone: {zone}"),
            *([("items.yaml", "Did you take extra", "Have you taken extra")] if edition > 1 else ()),
        ):
            file = Path(folder, name)
            words_there = file.read_text(encoding="utf-8")
            assert old in words_there
            file.write_text(words_there.replace(old, new), encoding="utf-8")
        study = load(Path(folder)).study
    assert study is not None
    return study


class Life:
    """One run."""

    def __init__(self, plan: Plan, url: str, loop: VirtualLoop) -> None:
        self.plan = plan
        self.url = url
        self._loop = loop
        self.clock = VirtualClock(loop, plan.start)
        self.wall = WallClock(self.clock)
        self.api = BotApi(now=self.clock.now)
        self.api.add_bot(TOKEN, "simulated_bot")
        self.trouble = Trouble(plan.rates, plan.seed, self.api, loop)
        self.dice = random.Random(f"{plan.seed}/people")
        self.operator = Store(url)
        self.studies = Studies()
        self.process: Process | None = None
        self.patients: list[Patient] = []
        self.carers: list[Carer] = []
        self.unexpected: list[str] = []
        """What the process died of without being killed."""
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._bell = asyncio.Event()
        self._quiet_since: datetime = plan.start
        self._ticked = plan.start
        self._step = 1.0
        self._next = plan.start
        self._waits = False
        self.end = plan.start + timedelta(days=plan.days)
        self.health: list[tuple[datetime, tuple[str, ...]]] = []
        """At some moments, what the product says is wrong."""
        self._asks_how_it_is = False

    # -------------------------------------------------------------------- the agenda

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Have something done at an instant."""
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something done after a while."""
        self.at(self.clock.now() + timedelta(seconds=seconds), act)

    def _someone(self, wake: Callable[[int], float]) -> None:
        """Somebody looks at the phone, now and again and again."""
        if self.clock.now() > self.end - NOTHING_NEW_AT_THE_END:
            return
        self.after(wake(local_hour(self.api, self.plan.zone)), lambda: self._someone(wake))

    def command(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What the operator does on the command line, in a process of its own that never fails."""
        self._count += 1
        cause = f"command:{self._count}"
        now = self.wall.now()
        done = self.operator.transact(
            lambda connection: act(
                Turn(connection, self.studies, now, cause, actor="operator", role="operator"),
                *arguments,
                **named,
            )
        )
        self._loop.advance(0.001)
        return done

    # -------------------------------------------------------------------- living

    async def live(self) -> None:
        """From the first day to the last."""
        self.command(publish, the_study(self.plan.zone))
        quiet, self.trouble.on = self.trouble.on, False
        self.start_process()
        await self._staff_arrives()
        self.trouble.on = quiet
        self._plan_days()
        await self._until(self.end - CALM_AT_THE_END)
        self._calm()
        await self._until(self.end)
        if self.process is not None:
            await self.process.stop()
        self.operator.close()

    def start_process(self) -> None:
        """The product comes up."""
        self.operator.transact(claims.end_all, self.wall.now())
        self.process = Process(self.url, self.api, self.wall, self._loop, self.trouble, self._bell.set)
        self._step = 1.0

    def _calm(self) -> None:
        """From here on nothing breaks."""
        self.trouble.note("calm")
        self.trouble.on = False
        self.trouble.rates = CALM
        self.line(up=True)
        self.disk(full=False)

    async def _until(self, end: datetime) -> None:
        while (now := self.clock.now()) < end:
            while self._agenda and self._agenda[0][0] <= now:
                heapq.heappop(self._agenda)[2]()
            self._bell.clear()
            wake = await self._turn()
            if self._asks_how_it_is:
                self._asks_how_it_is = False
                self.health.append(
                    (self.clock.now(), self.operator.transact(status, self.wall.now()).problems)
                )
            wake = min(wake, end, self._agenda[0][0] if self._agenda else end)
            await self._rest(wake)

    async def _turn(self) -> datetime:
        """Let the product do what it can; when to look again."""
        process = self.process
        if process is None:
            return self.end
        done = 0
        if not process.dead:
            self._hear(process)
            ticked = self._asks_how_it_is or self.clock.now() - self._ticked >= EVERY
            if ticked:
                self._ticked = self.clock.now()
            done = await process.turn(self._due, tick=ticked)
            self._quiet_since = self.clock.now()
        if process.dead:
            await self._crashed(process)
            return self.clock.now()
        return self._look_again(done)

    def _hear(self, process: Process) -> None:
        if not process.hears():
            return
        now = self.clock.now()
        if now - self._quiet_since > timedelta(seconds=100):
            # The bot polled and ticked all the while; nothing came, so only the last moment is kept.
            self.operator.transact(pulses.beat, HEARD, self.wall.now() - timedelta(seconds=1))
        process.heard_now()

    def _due(self) -> tuple[bool, bool, bool]:
        """Whether there is something to handle, to tick for, to send. A look that finds nothing is left out."""
        now = self.wall.now()
        with self.operator._engine.connect() as connection:
            row = connection.execute(_DUE, {"now": now, "week": now + timedelta(days=7)}).one()
        self._next = min(
            (_instant(each) for each in row[3:] if each is not None), default=now + timedelta(days=1)
        )
        self._next -= self.wall.wrong_by
        self._waits = any(row[:3])
        return bool(row[0]), bool(row[1]), bool(row[2])

    def _look_again(self, done: int) -> datetime:
        now = self.clock.now()
        self._step = 1.0 if done else min(300.0 if self.trouble.offline else 60.0, self._step * 2)
        if done < 0:
            return now + timedelta(seconds=1)
        return min(self._next, now + timedelta(seconds=self._step)) if self._waits else self._next

    async def _rest(self, until: datetime) -> None:
        if until <= self.clock.now() or self._bell.is_set():
            await asyncio.sleep(0)
            return
        handle = self._loop.call_later((until - self.clock.now()).total_seconds(), self._bell.set)
        await self._bell.wait()
        handle.cancel()

    async def _crashed(self, process: Process) -> None:
        self.unexpected += process.causes
        self.process = None
        await process.bury()
        self.after(self.dice.choice((2, 20, 90, 600)), self.start_process)

    # -------------------------------------------------------------------- who and what

    async def _settled(self, minutes: float) -> None:
        await self._until(self.clock.now() + timedelta(minutes=minutes))

    def _token(self) -> str:
        self._count += 1
        return f"token-{self._count:05d}-0123456789abcdefgh"

    def _person(self, name: str) -> int:
        return self.api.people.new_person(name)

    async def _staff_arrives(self) -> None:
        people = self.api.people
        accounts = {}
        for name, role in (("Mei", "nurse"), ("Lan", "nurse"), ("Wu", "doctor"), ("Qian", "head")):
            accounts[name] = self._person(name)
            token = self._token()
            self.command(invite.invite_staff, token, name, role, "en")
            people.start_link(accounts[name], token)
        accounts["Outsider"] = self._person("Outsider")
        await self._settled(1)
        members = (accounts["Lan"], accounts["Outsider"])
        self.group = people.new_group(accounts["Mei"], "Care team", members=members, kind="group")
        token = self._token()
        self.command(invite.invite_team, token, "en")
        people.startgroup(accounts["Mei"], self.group, token)
        await self._settled(1)
        assert self._team_is_bound(), "the care team's group could not be tied to the study"
        takes = self.plan.nurse_takes
        for name, chance in (
            ("Mei", takes),
            ("Lan", takes),
            ("Wu", takes),
            ("Qian", takes / 2),
            ("Outsider", 0.3),
        ):
            chats = [Handset(self.api, accounts[name], BOT)] if name != "Outsider" else []
            if name in {"Mei", "Lan", "Outsider"}:
                chats.append(Handset(self.api, accounts[name], self.group))
            carer = Carer(name, chats, random.Random(f"{self.plan.seed}/{name}"), chance)
            self.carers.append(carer)
            self._someone(carer.wake)

    def _team_is_bound(self) -> bool:
        with self.operator._engine.connect() as connection:
            bound = connection.execute(text("SELECT count(*) FROM contact WHERE principal = 'team'")).scalar()
        return bool(bound)

    def _plan_days(self) -> None:
        plan = self.plan
        for number in range(plan.patients):
            self.after(self.dice.uniform(60, 7200), self._joining(number))
        for seconds in self.trouble.crashes(plan.days):
            self.at(self._in(seconds), lambda: self.trouble.plan_crash(40))
        for seconds, length in self.trouble.outages(plan.days):
            self.at(self._in(seconds), lambda: self.line(up=False))
            self.at(self._in(seconds + length), lambda: self.line(up=True))
        for seconds, length in self.trouble.full_disks(plan.days):
            self.at(self._in(seconds), lambda: self.disk(full=True))
            self.at(self._in(seconds + length), lambda: self.disk(full=False))
        if plan.asks_how_it_is:
            self._ask_how_it_is()
        if plan.script is not None:
            plan.script(self)
        if plan.events:
            for act in (self.upgrade_group, self.somebody_leaves, self.new_phone, self.withdraw):
                if self.dice.random() < 0.6:
                    self.at(self._in(86_400 * self.dice.uniform(0.4, max(0.5, plan.days - 0.5))), act)
            own = random.Random(f"{plan.seed}/editions")  # kept seeds go on meaning what they meant
            self.at(self._in(86_400 * own.uniform(0.4, max(0.5, plan.days - 0.5))), self.republish)

    def _in(self, seconds: float) -> datetime:
        return self.plan.start + timedelta(seconds=seconds)

    def _ask_how_it_is(self) -> None:
        self._asks_how_it_is = True
        self.after(HOW_IS_IT, self._ask_how_it_is)

    def line_down(self, day: int, hour: float, hours: float) -> None:
        """The line fails on that day (0 is the first) at that local hour, for so long."""
        began = self.plan.start + timedelta(days=day, hours=hour - 8)
        self.at(began, lambda: self.line(up=False))
        self.at(began + timedelta(hours=hours), lambda: self.line(up=True))

    def on(self, day: int, hour: float, act: Callable[[], object]) -> None:
        """Something happens on that day (0 is the first) at that local hour."""
        self.at(self.plan.start + timedelta(days=day, hours=hour - 8), lambda: (act(), None)[1])

    def line(self, *, up: bool) -> None:
        if self.trouble.offline != (not up):
            self.trouble.offline = not up
            self.trouble.note("line", "up" if up else "down")

    def disk(self, *, full: bool) -> None:
        """The disk fills up, or there is room again."""
        if self.trouble.full != full:
            self.trouble.full = full
            self.trouble.note("disk", "full" if full else "up")

    def set_clock(self, *, wrong_by: timedelta) -> None:
        """Somebody sets the machine's clock."""
        self.wall.wrong_by = wrong_by
        self.trouble.note("clock", f"wrong by {wrong_by}")

    def republish(self) -> None:
        """Other words are put in force while questions stand open."""
        self.command(publish, the_study(self.plan.zone, edition=2))

    def _joining(self, number: int) -> Callable[[], None]:
        def join() -> None:
            habit = self.plan.habits[number % len(self.plan.habits)]
            dice = random.Random(f"{self.plan.seed}/patient/{number}")
            language = dice.choice(("en", "zh"))
            person = self._person("Somebody")
            patient = Patient(number, Handset(self.api, person, BOT), dice, habit, language)
            self.patients.append(patient)
            token = self._token()
            day = self.clock.now().astimezone(ZoneInfo(self.plan.zone)).date().isoformat()
            self.command(
                invite.enrol, token, patient.code, attributes={"arm": ["control"]}, anchors={"treatment_start": day},
                language=language,
            )  # fmt: skip
            self.api.people.start_link(person, token)
            self._someone(patient.wake)

        return join

    def everybody(self, act: Callable[[Patient], object]) -> Callable[[], None]:
        """Something that all participants do at once."""

        def all_of_them() -> None:
            for patient in self.patients:
                with suppress(CannotAct):
                    act(patient)

        return all_of_them

    def anybody(self) -> Patient | None:
        return self.dice.choice(self.patients) if self.patients else None

    def upgrade_group(self) -> None:
        """The team's group becomes a supergroup."""
        new = self.api.people.migrate(self.group)
        for carer in self.carers:
            for handset in carer.handsets:
                if handset.chat == self.group:
                    handset.chat = new
        self.group = new

    def somebody_leaves(self, name: str = "Lan") -> None:
        """A member of staff is taken off the team."""
        self.command(invite.remove_staff, name, "moved away")

    def new_phone(self) -> None:
        """Somebody goes on with another account."""
        patient = self.anybody()
        if patient is None:
            return
        token = self._token()
        try:
            self.command(invite.enrol, token, patient.code, attributes={}, anchors={}, again=True)
        except invite.NotPossible:
            return
        old = patient.handset
        person = self._person("Somebody")
        patient.handset = replace(old, person=person)
        patient.last_typed = None
        self.api.people.start_link(person, token)

    def withdraw(self) -> None:
        """The team takes somebody out."""
        patient = self.anybody()
        if patient is not None:
            try:
                self.command(withdraw.by_code, patient.code, "questions", "wishes to stop")
            except invite.NotPossible:
                return


def _instant(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


# ------------------------------------------------------------------------------ the record of it


@dataclass(frozen=True)
class Record:
    """What is left when the days are over: the server's transcript and the database."""

    plan: Plan
    url: str
    api: BotApi
    start: datetime
    end: datetime
    unexpected: tuple[str, ...]
    health: tuple[tuple[datetime, tuple[str, ...]], ...]

    def log(self) -> bytes:
        """Everything that happened, a line each: the same bytes for the same seed."""
        found = self.api.transcript
        lines = [_line("call", each.to_json()) for each in found.calls]
        lines += [_line("act", each.to_json()) for each in found.acts]
        lines += [_line("update", each.to_json()) for each in found.fates.values()]
        store = Store(self.url)
        lines += store.transact(_rows)
        store.close()
        return "\n".join(lines).encode()

    def digest(self) -> str:
        """The log in one word."""
        return hashlib.sha256(self.log()).hexdigest()


def _rows(connection: Connection) -> list[str]:
    found = []
    for table, order in (
        ("enrolment", "id"), ("contact", "id"), ("assessment", "id"), ("response", "id"), ("note", "id"),
        ("alert", "id"), ("alert_event", "alert_id, number"), ("inbox", "seq"), ("outbox", "seq"), ("audit", "seq"),
    ):  # fmt: skip
        for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")):
            values = {name: str(value) for name, value in row._mapping.items() if name != "claim_token"}
            found.append(_line(table, values))
    return found


def _line(kind: str, value: Any) -> str:
    return json.dumps([kind, value], ensure_ascii=False, sort_keys=True, default=str)


def run(plan: Plan, url: str) -> Record:
    """Live through a plan on an empty, migrated database."""

    async def story(loop: VirtualLoop) -> Record:
        life = Life(plan, url, loop)
        await life.live()
        return Record(
            plan, url, life.api, plan.start, life.clock.now(), tuple(life.unexpected), tuple(life.health)
        )

    found = play(story)
    assert isinstance(found, Record)
    return found


__all__ = ["NOBODY", "Life", "Plan", "Record", "run", "the_study", "words"]
