"""How is the sandbox played as a newcomer plays it? The real `probot run` in a process of its own, and its page.

The rule: everything is done by what can be seen on the page or typed into a shell; nothing is reached into.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

TREE = Path(__file__).parent.parent.parent
PROBOT = (sys.executable, "-c", "from probot.app.cli import main; main()")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
TEAM = {"en": "Care team", "zh": "医护团队"}
PATIENCE = 30_000
"""Milliseconds after which something will not happen any more, on a machine that is busy with other tests as well."""
READ = {"en": "I have read this", "zh": "我看过了"}
AGREE = {"en": "I agree", "zh": "我同意"}
SPOKEN = {"en": "English", "zh": "中文"}
ALL_SET = {"en": "everything is set", "zh": "都设置好了"}


@dataclass
class Running:
    """A sandbox that runs on a database of its own."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None
    limited: bool = False
    """Whether a chat gets one message a second, as with Telegram: each tap then waits for the one before."""

    @property
    def root(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROBOT_")},
            "PYTHONPATH": str(TREE),
            "PROBOT_DATABASE_URL": f"sqlite:///{self.folder}/sandbox.db",
            "PROBOT_SANDBOX_LISTEN": f"127.0.0.1:{self.port}",
            "PROBOT_SEND_LIMITS": "telegram" if self.limited else "none",
        }

    async def start(self) -> None:
        """Start it and wait until it says that the page can be opened."""
        self.process = await asyncio.create_subprocess_exec(
            *PROBOT, "run", cwd=TREE, env=self._environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stderr is not None
        said = ""
        while "Open this page" not in said:
            line = await asyncio.wait_for(self.process.stderr.readline(), 60)
            assert line, said
            said += line.decode()
        self._listening = asyncio.create_task(self._listen(self.process.stderr))

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        """What it says later shows below a failed test."""
        while line := await stream.readline():
            print(line.decode(), end="")

    async def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 20)
            await self._listening
            self.process = None

    async def exported(self, what: str) -> list[dict[str, Any]]:
        """What `probot export` writes while it runs."""
        process = await asyncio.create_subprocess_exec(
            *PROBOT, "export", what, "--format", "jsonl", cwd=TREE, env=self._environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, wrong = await process.communicate()
        assert process.returncode == 0, wrong.decode()
        return [json.loads(line) for line in out.decode().splitlines()]


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """A sandbox on a free port, ended with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sandbox = Running(folder, port)
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


class Screen:
    """The sandbox's page as somebody sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)

    @staticmethod
    async def of(
        browser: Browser, root: str, width: int, height: int, locale: str = "en-GB", **how: Any
    ) -> Screen:
        """Open the page at that size, in a browser of that language."""
        context = await browser.new_context(viewport={"width": width, "height": height}, locale=locale, **how)
        screen = Screen(await context.new_page())
        await screen.page.goto(root)
        await expect(screen.page.locator(".phone:visible").first).to_be_visible(timeout=PATIENCE)
        return screen

    def phone(self, name: str) -> Phone:
        """The column with this person's phone, or the care team's."""
        return Phone(self.page.get_by_role("tabpanel", name=name))

    async def look_at(self, name: str) -> Phone:
        """On a narrow screen: choose the tab of that phone."""
        await self.page.get_by_role("tab", name=name).click()
        return self.phone(name)

    async def enrol(self, code: str, name: str, language: str = "zh") -> Phone:
        """Fill in the form and send it; the new patient's phone."""
        await self.page.locator("#enrol").click()
        form = self.page.locator("#enrol-panel")
        await form.locator("[name=code]").fill(code)
        await form.locator("[name=first_name]").fill(name)
        await form.locator("[name=language]").select_option(language)
        await form.locator("button[type=submit]").click()
        await expect(form).to_be_hidden()
        return self.phone(name)

    async def next_event(self) -> None:
        """Move the clock to the next event and wait until it is there."""
        await self._moved("#next-event")

    async def days(self, days: int) -> None:
        """Move the clock on by 1, 2 or 7 days."""
        await self.page.locator("#jump").click()
        await self._moved(f"[data-days='{days}']")

    async def today(self, clock: str) -> None:
        """Move the clock to that time of the day that is shown."""
        shown = datetime.fromisoformat(await self.page.locator("#now-time").get_attribute("datetime") or "")
        await self.page.locator("#jump").click()
        day = shown.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
        await self.page.locator("#jump-panel [name=day]").fill(day)
        await self.page.locator("#jump-panel [name=time]").fill(clock)
        await self._moved("#jump-panel button[type=submit]")

    async def tomorrow(self, clock: str) -> None:
        """Move the clock to tomorrow at that time, which the panel suggests."""
        await self.page.locator("#jump").click()
        await self.page.locator("#jump-panel [name=time]").fill(clock)
        await self._moved("#jump-panel button[type=submit]")
        await expect(self.page.locator("#now-time")).to_have_text(clock)

    async def _moved(self, button: str) -> None:
        async with self.page.expect_response(re.compile("/sim/clock"), timeout=PATIENCE) as answered:
            await self.page.locator(button).click()
        response = await answered.value
        assert response.ok, await response.text()


class Phone:
    """One chat on the page, used by tapping and typing."""

    def __init__(self, panel: Locator) -> None:
        self.panel = panel

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.panel.locator("article").last

    async def tap(self, label: str) -> None:
        """Tap the newest button with that label."""
        await self.panel.get_by_role("button", name=label, exact=True).last.click()

    async def has(self, text: str) -> None:
        """Wait until the chat says this somewhere."""
        await expect(self.panel).to_contain_text(text, timeout=PATIENCE)

    async def say(self, text: str) -> None:
        """Type something and send it."""
        field = self.panel.locator("textarea")
        await field.fill(text)
        await field.press("Enter")

    async def reply(self, text: str) -> None:
        """Write a reply to the newest message."""
        await self.last.locator(".answer").click()
        await self.say(text)

    async def shows(self, *texts: str) -> None:
        """Wait until the newest message says all this."""
        for text in texts:
            await expect(self.last).to_contain_text(text, timeout=PATIENCE)

    async def answer(self, asked: str, label: str) -> None:
        """Wait until this is asked, and tap that button under it."""
        await self.shows(asked)
        await self.last.get_by_role("button", name=label, exact=True).click()

    async def page_settles(self) -> None:
        """Wait until the tapped message has been marked, so that the next question can follow."""
        await expect(self.panel.locator(".waits")).to_have_count(0, timeout=PATIENCE)

    async def welcome(self, language: str, *, start: str, hour: str = "09:00") -> None:
        """From START through language, information and consent to the hour."""
        await self.panel.get_by_role("button", name=start, exact=True).click()
        await self.answer("Please choose your language", SPOKEN[language])
        await self.answer("", READ[language])
        for part in ("1 / 4", "2 / 4", "3 / 4", "4 / 4"):
            await self.answer(part, AGREE[language])
        await self.tap(hour)
        await self.shows(ALL_SET[language])
