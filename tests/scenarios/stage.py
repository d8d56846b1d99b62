"""Where is a scenario played? A clinic with a cast, whose process may be made to die and rises again.

The rule: the clock moves only when the script says so, except that after a death the claims of the dead process are
waited out. The command line is a process of its own and does not die with the bot.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import make_url

from probot import ports as outside
from probot.app.world import World, build_world
from probot.sandbox.botapi import BotApi
from probot.sandbox.limits import LimitSettings
from probot.sandbox.server import serving
from probot.sandbox.state import State
from probot.sandbox.transcript import Call
from probot.services import invite, tick
from probot.services.publish import publish
from probot.services.receive import HEARD
from probot.services.turn import Studies, Turn
from probot.store import pulses
from probot.study.load import load
from probot.study.model import Study
from probot.telegram.decode import Myself
from probot.wording import say
from tests.scenarios.crash import Crash, LastingStore, Life, MortalPaths, MortalRequest, MortalStore
from tests.scenarios.phones import messages
from tests.scenarios.script import DAY_ONE, STUDIES, Scenario
from tests.world import BOT, TOKEN, TestClock, no_pause

IN_PROCESS = "http://sandbox.invalid"
LEASES = timedelta(seconds=61)
"""After this long nothing is held by a dead process any more."""
POLLS = timedelta(seconds=30)
"""While nothing happens the bot polls all the same; this is when it did so last."""
RETRIES, A_LITTLE = 4, timedelta(seconds=10)
MOST_WAITS = 600
BEFORE_IT_COUNTS = 1_000_000
"""A process that goes on from a snapshot has to start first, which the process in the snapshot had done."""
KNOWN = Studies()
"""Versions that were read once in this test process; a version never changes."""


@cache
def study_named(name: str) -> Study:
    """The study of that name. Raises if it has any error."""
    loaded = load(STUDIES[name])
    assert loaded.study is not None, [problem.message for problem in loaded.problems]
    return loaded.study


@dataclass
class Cast:
    """Who is there: names to accounts, the group's chat, and the links that were made."""

    people: dict[str, int] = field(default_factory=dict)
    group: int | None = None
    links: dict[str, list[str]] = field(default_factory=dict)
    tokens: int = 0

    def copy(self) -> Cast:
        """The same cast, to go on with separately."""
        return Cast(dict(self.people), self.group, {k: list(v) for k, v in self.links.items()}, self.tokens)


@dataclass(frozen=True)
class Snapshot:
    """A stage at one moment, to be gone on with as often as wanted (SQLite only)."""

    database: bytes
    server: str
    said: tuple[Call, ...]
    now: datetime
    cast: Cast
    calls: int
    """How many calls the process had made by then."""


@dataclass
class Stage:
    """A clinic with its cast. `transport`: over sockets, or in this process."""

    url: str
    scenario: Scenario
    life: Life
    over_http: bool = False
    snapshot: Snapshot | None = None
    doubled: bool = False
    retries: int = 0
    """How often a process that rose again still tries to reach the channel before the script goes on."""

    called: list[outside.Call] = field(default_factory=list)
    """What was called beside the messenger; `called_before`: how much of it before this step."""
    called_before: int = 0

    async def __aenter__(self) -> Self:
        scenario, before = self.scenario, self.snapshot
        day_one = datetime.combine(DAY_ONE, datetime.min.time()).astimezone()
        self.clock = TestClock(before.now if before else scenario.instant(scenario.begins, day_one))
        state = State.from_json(json.loads(before.server)) if before else None
        self.api = BotApi(now=self.clock.now, limits=LimitSettings(on=False), state=state)
        self.bot = self.api.add_bot(TOKEN, BOT).id
        if self.doubled:
            self.api.faults.set("duplicate")
        self.api.transcript.calls.extend(before.said if before else ())
        self.cast = before.cast.copy() if before else Cast()
        self.study = study_named(scenario.study)
        self.stack = AsyncExitStack()
        asyncio.get_running_loop().set_exception_handler(_but_for_deaths)
        if before is not None:
            _write_database(self.url, before.database)
        self.root = await self.stack.enter_async_context(serving(self.api)) if self.over_http else IN_PROCESS
        self.operator = LastingStore(self.url)
        self.stack.callback(self.operator.close)
        self.world: World | None = None
        if before is None:
            self.command(publish, self.study)
        if before is not None:
            self.life.calls = -BEFORE_IT_COUNTS
        await self.start()
        self.stack.push_async_callback(self.fall)
        if before is None:
            await _gather_the_cast(self)
        await self.settle()
        if before is not None:
            self.life.calls = before.calls
        return self

    async def __aexit__(self, *why: object) -> None:
        await self.stack.aclose()

    # -------------------------------------------------------------------- one process after another

    async def rise(self) -> None:
        """A new process on the same database, towards the same server."""
        store = MortalStore(self.url, self.life)
        request = None if self.over_http else MortalRequest(self.api, self.life)
        self.world = build_world(
            store,
            self.clock,
            TOKEN,
            self.root,
            request=request,
            poll_seconds=0,
            pause=no_pause,
            beside=MortalPaths(self.life, self.called),
        )
        self.world.runtime.office.studies = KNOWN
        self.world.reader.myself = Myself(self.bot, BOT)
        if all(fault["kind"] == "duplicate" for fault in self.api.faults.active()):
            await self.world.introduce()

    async def fall(self) -> None:
        """The process is gone, with everything it had in hand."""
        world, self.world = self.world, None
        if world is None:
            return
        if self.life.dead:
            ours = {asyncio.current_task()}
            left = [task for task in asyncio.all_tasks() if task not in ours and _is_of_the_world(task)]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        else:
            await world.close()
        world.runtime.office.close()

    async def start(self) -> None:
        """A new process; it may die while it starts."""
        try:
            await self.rise()
        except Crash:
            await self._rise_again()

    async def _rise_again(self) -> None:
        await self.fall()
        self.life = Life()
        self.clock.at += LEASES
        self.retries = RETRIES
        await self.rise()

    # -------------------------------------------------------------------- time

    async def settle(self) -> None:
        """Everything that can happen at this moment has happened when this returns, however often it takes."""
        while self.world is not None:
            poller = self.world.poller
            assert poller is not None
            with suppress(Crash):
                await self.world.runtime.settle(receive=poller.turn, wait=self._a_second)
            if self.life.dead:
                await self._rise_again()
            elif self.retries and not self._listening():
                self.retries -= 1
                self.clock.at += A_LITTLE
            else:
                return

    async def _a_second(self) -> bool:
        if not self._listening():
            return False
        self.clock.at += timedelta(seconds=1)
        return True

    def _listening(self) -> bool:
        poller = self.world.poller if self.world else None
        return poller is not None and poller.reception.state == "listening"

    async def travel(self, to: datetime) -> None:
        """Go on to an instant, stopping wherever something is due."""
        waits = 0
        while self.world is not None:
            due = self.operator.transact(tick.next_moment)
            if due is None or due > to:
                break
            if due <= self.clock.at:  # held by somebody, or by trouble: look again in a moment
                waits += 1
                assert waits < MOST_WAITS, f"something has been due since {due} and is never done"
                due = self.clock.at + timedelta(seconds=5 if self._listening() else 60)
                if due > to:
                    break
            await self._stop_at(due)
        await self._stop_at(max(to, self.clock.at))

    async def _stop_at(self, moment: datetime) -> None:
        if self._listening() and moment - self.clock.at > POLLS:
            # Nothing arrives meanwhile, so of all the polls only the last leaves a trace.
            assert self.world is not None
            assert self.world.poller is not None
            self.world.poller.heard = max(self.clock.at, moment - POLLS)
            self.operator.transact(pulses.beat, HEARD, self.world.poller.heard)
        self.clock.at = max(moment, self.clock.at)
        await self.settle()

    # -------------------------------------------------------------------- the command line

    def command(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a service as the command line does: in its own process, at once."""
        self.cast.tokens += 1
        cause = f"command:{self.cast.tokens}"
        now = self.clock.now()
        return self.operator.transact(
            lambda connection: act(
                Turn(connection, KNOWN, now, cause, actor="operator", role="operator"), *arguments, **named
            )
        )

    def new_token(self) -> str:
        """The secret of a new link."""
        self.cast.tokens += 1
        return f"token-{self.cast.tokens:04d}-0123456789abcdefghij"

    def freeze(self) -> Snapshot:
        """The stage as it is now."""
        path = make_url(self.url).database
        assert path is not None
        with closing(sqlite3.connect(path)) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database = source.serialize()
        server, said = json.dumps(self.api.state.to_json()), tuple(self.api.transcript.calls)
        return Snapshot(database, server, said, self.clock.at, self.cast.copy(), self.life.calls)


def _but_for_deaths(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tasks that died with their process are nobody's loss."""
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(context)


def _write_database(url: str, content: bytes) -> None:
    path = make_url(url).database
    assert path is not None
    for end in ("-wal", "-shm"):
        Path(path + end).unlink(missing_ok=True)
    Path(path).write_bytes(content)


def _is_of_the_world(task: asyncio.Task[Any]) -> bool:
    """Whether the task was started by probot's own loops."""
    name = getattr(task.get_coro(), "__qualname__", "")
    return name.startswith(("Sender.", "TelegramChannel."))


# ------------------------------------------------------------------------------ the cast


async def _gather_the_cast(stage: Stage) -> None:
    scenario, people = stage.scenario, stage.api.people
    for name, staff in scenario.staff.items():
        token = stage.new_token()
        stage.command(invite.invite_staff, token, name, staff.role, staff.language, staff.centre)
        stage.cast.people[name] = people.new_person(name, language_code=staff.language, seat="staff")
        people.start_link(stage.cast.people[name], token)
    for name in scenario.others:
        stage.cast.people[name] = people.new_person(name)
    await stage.settle()
    if scenario.group != "none":
        await _tie_the_group(stage)
    for code, one in scenario.participants.items():
        enrol(stage, code)
        if one.stands == "taking part":
            await _welcome(stage, code)


async def _tie_the_group(stage: Stage) -> None:
    scenario, people = stage.scenario, stage.api.people
    names = [name for name, staff in scenario.staff.items() if staff.in_group]
    names += [name for name, place in scenario.others.items() if place == "in the group"]
    first, *rest = [stage.cast.people[name] for name in names]
    token = stage.new_token()
    stage.command(invite.invite_team, token, next(iter(scenario.staff.values())).language)
    assert scenario.group != "none"
    stage.cast.group = people.new_group(first, "Care team", members=tuple(rest), kind=scenario.group)
    people.startgroup(first, stage.cast.group, token)
    await stage.settle()


def enrol(stage: Stage, code: str) -> None:
    """The coordinator enrols the participant of that code, as the file describes them."""
    one, study = stage.scenario.participants[code], stage.study
    token = stage.new_token()
    attributes = {"arm": [one.arm], "site": one.sites, "hospital": [one.hospital]}
    anchors = {"transplant": "2026-02-21", "treatment_start": one.start or DAY_ONE.isoformat()}
    stage.command(
        invite.enrol, token, code, language=one.language, zone=one.zone,
        attributes={name: values for name, values in attributes.items() if name in study.attributes},
        anchors={name: day for name, day in anchors.items() if name in study.anchors},
    )  # fmt: skip
    stage.cast.links.setdefault(code, []).append(token)
    name = one.name or ("小林" if one.language == "zh" else "Emma")
    app = "zh-hans" if one.language == "zh" else one.language
    stage.cast.people[code] = stage.api.people.new_person(name, language_code=app)


async def _welcome(stage: Stage, code: str) -> None:
    one, person = stage.scenario.participants[code], stage.cast.people[code]
    stage.api.people.start_link(person, stage.cast.links[code][-1])
    await stage.settle()
    labels = [say(one.language, "language.name"), say(one.language, "welcome.seen")]
    labels += [say(one.language, "welcome.agree")] * len(stage.study.consent.parts)
    for label in [*labels, one.hour]:
        shown = last_keyboard(stage, person)
        assert label in shown[1], (label, shown)
        stage.api.people.tap(person, stage.bot, shown[0], label=label)
        await stage.settle()


def last_keyboard(stage: Stage, person: int) -> tuple[int, list[str]]:
    """Number and labels of the newest message with buttons in a private chat."""
    for message in reversed(messages(stage, person, stage.bot)):
        if labels := list(message.buttons):
            return message.number, labels
    return 0, []
