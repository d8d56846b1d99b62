"""How do these tests drive probot? As other programs do: real processes, environment variables, and a Bot API server.

Rule: nothing is waited for by the clock; a change at the server or a line of the process ends each wait.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from probot.app.build import system_clock
from probot.app.office import Office
from probot.sandbox import chats
from probot.sandbox.botapi import BotApi
from probot.services import export, invite
from probot.store.engine import Store
from probot.wording import say

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "tests" / "studies" / "good" / "minimal"
TOKEN = "7001234567:made-up-for-tests_so-no-secret"
BOT = "clinic_bot"
PATIENCE = 120.0
"""Seconds until a wait is a failure; the machine may be busy."""


def noon_zone(now: datetime) -> str:
    """A zone in which it is about noon: far from midnight and from quiet hours, whenever the tests run."""
    return f"Etc/GMT{now.hour - 12:+d}"


def write_study(folder: Path, now: datetime) -> None:
    """A small study whose diary is due at this very minute."""
    shutil.copytree(GOOD, folder)
    local = now.astimezone(ZoneInfo(noon_zone(now)))
    due = f'at: "{local:%H:%M}"\n    late_start: {{within: 4h, else: skip}}'
    _change(folder / "plan.yaml", 'at: "09:00"', due)
    _change(folder / "plan.yaml", "closes: 12h", "closes: 8h")
    _change(folder / "study.yaml", "Asia/Shanghai", noon_zone(now))
    _change(folder / "roles.yaml", "acknowledge]", "acknowledge, bind]")


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Running:
    """A `probot run` that has said that it runs."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    reading: asyncio.Task[None] | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())
            self.heard.set()
        self.heard.set()

    async def says(self, words: str) -> None:
        """Comes back once it has said so; fails if it ends before."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.said:
                assert self.reading is not None
                assert not self.reading.done(), f"it ended and said: {self.said}"
                self.heard.clear()
                await self.heard.wait()

    async def stop(self, number: int = signal.SIGTERM, within: float = PATIENCE) -> int:
        """Send a signal; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(within):
            code = await self.process.wait()
            assert self.reading is not None
            await self.reading
        return code


@dataclass
class Site:
    """A folder with a study, settings, and a Bot API server that the test serves."""

    folder: Path
    api: BotApi
    settings: dict[str, str]
    started: list[Running] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        dropped = (
            "PROBOT_",
            "PYTHONDONTWRITEBYTECODE",
        )  # many starts: the second need not compile everything again
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "COLUMNS": "200"} | self.settings

    async def probot(self, *arguments: str) -> Done:
        """One command, as a program would run it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "probot", *arguments, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    async def json(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        done = await self.probot(*arguments, "--json")
        assert done.code == 0, done.err
        return done.json

    async def run(self, *arguments: str, until: str = "probot runs", **settings: str) -> Running:
        """`probot run`, once it has said so. `settings`: its own, beside those of the site."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "probot", "run", *arguments, cwd=self.folder, env=self.environment | settings,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        running = Running(process)
        self.started.append(running)
        running.reading = asyncio.create_task(running.read())
        await running.says(until)
        return running

    async def close(self) -> None:
        """No process outlives its test."""
        for running in self.started:
            if running.process.returncode is None:
                running.process.kill()
            await running.process.wait()
            if running.reading is not None:
                await running.reading

    # ------------------------------------------------------------------------------ people

    async def until(self, holds: Callable[[], Any]) -> Any:
        """Comes back with what `holds` gives once that is true; looked at whenever something changes at the server."""
        changed = asyncio.Event()
        off = self.api.on_change(changed.set)
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := holds()):
                    changed.clear()
                    await changed.wait()
            return found
        except TimeoutError:
            raise AssertionError(self.story()) from None
        finally:
            off()

    def story(self) -> str:
        """What everybody has seen, and what the processes said."""
        seen = [f"{phone.person} in {phone.chat}: {phone.texts[-4:]}" for phone in self.phones]
        return "\n".join(["it never came to that", *seen, *(running.said for running in self.started)])

    def phone(self, name: str, language: str = "en", seat: str = "patient") -> Phone:
        """Somebody with a Telegram account."""
        person = self.api.people.new_person(name, language_code=language, seat=seat)
        return self._seen(Phone(self, person, int(TOKEN.partition(":")[0])))

    def _seen(self, phone: Phone) -> Phone:
        self.phones.append(phone)
        return phone

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The operator's services without a process for each, for tests that are not about the command line."""
        url = self.settings.get("PROBOT_DATABASE_URL") or f"sqlite:///{self.folder}/data/probot.db"
        office = Office(Store(url), system_clock())
        try:
            yield office
        finally:
            office.close()

    def enrol_at_once(self, code: str, token: str) -> None:
        """Enrol without the command line."""
        day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        with self.office() as office:
            office.act_now(
                invite.enrol, "test", token, code, attributes={"arm": ["control"], "site": ["oral"]},
                anchors={"treatment_start": day}, language="en",
            )  # fmt: skip

    def rows(self, what: export.What) -> list[dict[str, Any]]:
        """An export without the command line."""
        with self.office() as office:
            return office.store.look(lambda connection: list(export.rows(connection, what)))

    async def enrol(self, code: str, *more: str, language: str = "en") -> dict[str, Any]:
        """Enrol by the command line; what it prints."""
        day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        return await self.json(
            "enrol", code, "--arm", "control", "--site", "oral", "--language", language,
            "--anchor", f"treatment_start={day}", *more,
        )  # fmt: skip

    async def team(self, nurse: Phone) -> Phone:
        """A nurse and the care team's group."""
        with self.office() as office:
            office.act_now(invite.invite_staff, "test", "of-the-nurse", "Mei", "nurse", "en")
            office.act_now(invite.invite_team, "test", "of-the-team", "en")
        nurse.start("of-the-nurse")
        await nurse.sees("Mei")
        group = self.api.people.new_group(nurse.person, "Care team", kind="supergroup")
        self.api.people.startgroup(nurse.person, group, "of-the-team")
        team = self._seen(Phone(self, nurse.person, group))
        await team.sees("receives the alerts")
        return team


@dataclass
class Phone:
    """What somebody sees in one chat, and does there."""

    site: Site
    person: int
    chat: int

    @property
    def shown(self) -> list[dict[str, Any]]:
        place = self.site.api.people.place(self.person, self.chat)
        found = chats.records(self.site.api, place).values()
        return [one.message for one in found if one.by_bot is not None and not one.deleted]

    @property
    def texts(self) -> list[str]:
        return [message.get("text", "") for message in self.shown]

    def _with(self, label: str) -> int | None:
        for message in reversed(self.shown):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(button["text"] == label for row in rows for button in row):
                return int(message["message_id"])
        return None

    def start(self, token: str) -> None:
        self.site.api.people.start_link(self.person, token)

    def say(self, words: str) -> None:
        self.site.api.people.say(self.person, self.chat, words)

    async def sees(self, words: str) -> str:
        """The newest message with these words, once there is one."""
        return str(await self.site.until(lambda: next((t for t in reversed(self.texts) if words in t), None)))

    async def tap(self, label: str) -> None:
        """Tap the newest button of that label, once there is one."""
        number = await self.site.until(lambda: self._with(label))
        self.site.api.people.tap(self.person, self.chat, number, label=label)

    async def welcome(self, token: str, language: str = "en") -> None:
        """Through language, information and consent."""
        self.start(token)
        await self.tap(say(language, "language.name"))
        await self.tap(say(language, "welcome.seen"))
        await self.tap(say(language, "welcome.agree"))
