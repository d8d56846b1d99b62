"""What do patients and a nurse do all the while? They answer whatever they are asked, at once, and note it for themselves.

Rule: a phone knows only what reached its screen; what it gave is written down before the server has it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from probot.flows.buttons import AlertTap, AnswerTap, CommandTap, WelcomeTap, read
from probot.sandbox import chats
from probot.sandbox.botapi import BotApi
from probot.values import AlertId
from probot.wording import say
from tests.kills.words import CHOICES, ITEMS, TYPED

Question = tuple[str, str]
"""A report and an item of it."""


class Screen:
    """One chat on one phone."""

    def __init__(self, api: BotApi, person: int, chat: int) -> None:
        self.api = api
        self.person = person
        self.chat = chat
        self._last = 0

    def new(self) -> list[Any]:
        """The bot's messages that came since the last look, oldest first."""
        records = chats.records(self.api, self.api.people.place(self.person, self.chat))
        found = []
        for number in reversed(records):
            if number <= self._last:
                break
            if records[number].by_bot is not None:
                found.append(records[number])
        self._last = next(reversed(records), 0)
        return found[::-1]

    def record(self, number: int) -> Any:
        """One message as it stands now."""
        return chats.records(self.api, self.api.people.place(self.person, self.chat))[number]


def buttons(record: Any) -> Iterator[tuple[str, str]]:
    """Label and data of each button under a message."""
    for row in (record.markup or {}).get("inline_keyboard", []):
        for button in row:
            yield button["text"], button["callback_data"]


class Patient:
    """One who reports, again and again, for as long as the ward is open."""

    def __init__(self, api: BotApi, code: str, bot: int, dice: random.Random) -> None:
        self.code = code
        self.person = api.people.new_person(code)
        self.given: dict[Question, str] = {}
        self.shown: Counter[Question] = Counter()
        self.reports = 0
        self.waits = False
        """For the first question of a report that was begun."""
        self._api = api
        self._bot = bot
        self._dice = dice
        self._screen = Screen(api, self.person, bot)

    def arrive(self, token: str) -> None:
        """Open the invitation's link."""
        self._api.people.start_link(self.person, token)

    @property
    def rests(self) -> bool:
        """Whether nothing is asked that was not answered."""
        return not self.waits and (not self.given or len(self.given) == self.reports * len(ITEMS))

    def look(self, *, goes_on: bool) -> int:
        """Look at the phone and do what is asked; how many messages were new."""
        new = self._screen.new()
        for record in new:
            for label, data in buttons(record):
                match read(data):
                    case AnswerTap(report, item, _):
                        self._asked(record, (report, item), goes_on=goes_on)
                        break
                    case WelcomeTap() if label in _WELCOME:
                        self._tap(record, data)
                        if label == _WELCOME[-1] and not self.reports:
                            self.begin()
                    case CommandTap() | WelcomeTap() | None:
                        continue
        return len(new)

    def begin(self) -> None:
        """Report again."""
        self.reports += 1
        self.waits = True
        self._api.people.say(self.person, self._bot, "/report")

    def _asked(self, record: Any, question: Question, *, goes_on: bool) -> None:
        self.shown[question] += 1
        item = question[1]
        if question in self.given:
            # A copy, after a death in the middle of a sending. Some tap it once more; that must change nothing.
            if item != TYPED and self._dice.random() < 0.5:
                self._tap(record, _data(question, self.given[question]))
            return
        self.waits = False
        if item == TYPED:
            self.given[question] = f"{self._dice.randint(360, 410) / 10:.1f}"
            self._api.people.say(self.person, self._bot, self.given[question])
        else:
            self.given[question] = self._dice.choice(CHOICES[item])
            self._tap(record, _data(question, self.given[question]))
            if self._dice.random() < 0.1:
                self._tap(record, _data(question, self.given[question]))
        if item == ITEMS[-1] and goes_on:
            self.begin()

    def _tap(self, record: Any, data: str) -> None:
        number = record.message["message_id"]
        self._api.people.tap(self.person, self._bot, number, data, forged=True)


_WELCOME = (say("en", "language.name"), say("en", "welcome.seen"), say("en", "welcome.agree"))


def _data(question: Question, choice: str) -> str:
    return f"a:{question[0]}:{question[1]}:{choice}"


class Nurse:
    """One who takes some of the alerts, and closes some of those she took."""

    def __init__(self, api: BotApi, person: int, group: int, dice: random.Random) -> None:
        self.seen: set[str] = set()
        """The alerts that were shown to the team."""
        self.copies = 0
        self.taken: list[tuple[int, str]] = []
        """Messages with the alert that was taken there; a list of alerts has a button for each."""
        self._dice = dice
        self._screen = Screen(api, person, group)

    def look(self) -> int:
        """Look at the team's chat; how many messages were new."""
        new = self._screen.new()
        for record in new:
            for _, data in buttons(record):
                match read(data):
                    case AlertTap(alert, "ack"):
                        self.copies += alert in self.seen
                        self.seen.add(alert)
                        if self._dice.random() < 0.4:
                            self._tap(record, data)
                            self.taken.append((record.message["message_id"], alert))
        for number, taken in self.taken[:20]:
            record = self._screen.record(number)
            closing = [data for _, data in buttons(record) if read(data) == AlertTap(AlertId(taken), "close")]
            if closing:
                self.taken.remove((number, taken))
                if self._dice.random() < 0.7:
                    self._tap(record, closing[0])
        return len(new)

    def _tap(self, record: Any, data: str) -> None:
        api, number = self._screen.api, record.message["message_id"]
        api.people.tap(self._screen.person, self._screen.chat, number, data, forged=True)


class Ward:
    """All of them together, awake whenever something changes at the server."""

    def __init__(self, api: BotApi, patients: list[Patient], nurse: Nurse | None) -> None:
        self.patients = patients
        self.nurse = nurse
        self.open = True
        self.messages = 0
        """How many messages reached a phone."""
        self._api = api
        self._changed = asyncio.Event()
        self._looked = asyncio.Event()

    async def live(self) -> None:
        """Until cancelled."""
        off = self._api.on_change(self._changed.set)
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                self.messages += sum(patient.look(goes_on=self.open) for patient in self.patients)
                self.messages += self.nurse.look() if self.nurse is not None else 0
                self._looked.set()
        finally:
            off()

    async def until(self, holds: Callable[[], bool], patience: float) -> bool:
        """Wait until it holds; False if it did not within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                while not holds():
                    self._looked.clear()
                    await self._looked.wait()
        except TimeoutError:
            return False
        return True

    async def more(self, messages: int, patience: float) -> bool:
        """Wait until so many more messages have reached phones."""
        enough = self.messages + messages
        return await self.until(lambda: self.messages >= enough, patience)
