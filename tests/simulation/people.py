"""Who lives in these days, and how do they behave? Participants of every kind, and a care team that is human.

The rule: a person sees only what the phone shows, and does only what a phone can do; everything by seeded dice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from probot.sandbox import chats
from probot.sandbox.botapi import BotApi
from probot.sandbox.errors import CannotAct
from probot.sandbox.state import Record
from probot.wording import say
from tests.simulation import words

AGREE = frozenset(
    say(language, key)
    for language in ("en", "zh")
    for key in ("welcome.seen", "welcome.agree", "language.name")
)


@dataclass
class Handset:
    """A phone: what stands on its screen, and what its owner does with it."""

    api: BotApi
    person: int
    chat: int

    def records(self) -> list[Record]:
        """The bot's messages, newest first."""
        found = chats.records(self.api, self.api.people.place(self.person, self.chat))
        return [one for one in reversed(found.values()) if one.by_bot is not None and not one.deleted]

    def with_buttons(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Message numbers with their buttons (label to data), newest first."""
        for record in self.records():
            rows = (record.markup or {}).get("inline_keyboard", [])
            shown = {
                key["text"]: key["callback_data"] for row in rows for key in row if "callback_data" in key
            }
            if shown:
                yield record.message["message_id"], shown

    def tap(self, number: int, data: str) -> None:
        """Tap a button."""
        self.api.people.tap(self.person, self.chat, number, data, forged=True)

    def say(self, text: str) -> int:
        """Write something; the message's number."""
        return self.api.people.say(self.person, self.chat, text)


HABITS: Mapping[str, Mapping[str, float]] = {
    "diligent": {"tap": 60, "type": 30, "double": 4, "edit": 3, "note": 2, "change": 2},
    "silent": {"ignore": 80, "tap": 15, "note": 2, "block": 3},
    "sloppy": {
        "tap": 30,
        "type": 15,
        "garbage": 15,
        "ignore": 15,
        "double": 8,
        "media": 5,
        "old": 6,
        "edit": 6,
    },
    "mumbler": {"garbage": 70, "tap": 25, "media": 5},
    "talker": {
        "tap": 35,
        "type": 25,
        "note": 12,
        "garbage": 6,
        "flood": 2,
        "report": 8,
        "distress": 1,
        "old": 4,
    },
    "restless": {
        "tap": 45,
        "type": 15,
        "block": 4,
        "pause": 3,
        "language": 4,
        "change": 8,
        "report": 4,
        "old": 4,
    },
    "ill": {"tap": 45, "type": 35, "report": 8, "note": 3, "edit": 4, "double": 4},
}


@dataclass
class Patient:
    """A participant with habits."""

    number: int
    handset: Handset
    dice: random.Random
    habit: str
    language: str
    said: list[int] = field(default_factory=list)
    last_typed: tuple[int, str] | None = None
    in_a_row: int = 0

    @property
    def code(self) -> str:
        """The subject code."""
        return words.code(self.number)

    def wake(self, hour: int) -> float:
        """Look at the phone and perhaps do something; seconds until the next look."""
        try:
            acted = self._act()
        except CannotAct:
            acted = False
        self.in_a_row = self.in_a_row + 1 if acted else 0
        if acted and self.in_a_row < 14:
            return self.dice.uniform(2, 40)
        self.in_a_row = 0
        if hour >= 22 or hour < 7:
            return self.dice.uniform(3, 9) * 3600
        return self.dice.uniform(0.4, 4) * 3600

    def _act(self) -> bool:
        someone = self.handset.api.state.people[self.handset.person]
        if someone.blocked:
            if self.dice.random() < 0.4:
                self.handset.api.people.unblock(self.handset.person)
                return True
            return False
        question = self._question()
        if question is not None and question[1][0].startswith("w:"):
            self.handset.tap(question[0], self._agree(question))
            return True
        habits = HABITS[self.habit]
        deed = self.dice.choices(list(habits), weights=list(habits.values()))[0]
        if question is None and deed in {"tap", "type", "double", "garbage", "ignore", "media"}:
            return False
        return self._do(deed, question)

    def _question(self) -> tuple[int, list[str], dict[str, str]] | None:
        """The newest message that waits for an answer: its number, its data, its buttons."""
        for number, shown in self.handset.with_buttons():
            data = [each for each in shown.values() if each[:2] in {"a:", "w:"} and not each.endswith(":~c")]
            if data:
                return number, data, shown
            if any(each[:2] == "a:" for each in shown.values()):
                return None
        return None

    def _agree(self, question: tuple[int, list[str], dict[str, str]]) -> str:
        shown = question[2]
        own = say(self.language, "language.name")
        wanted = [own] if own in shown else [label for label in shown if label in AGREE] or list(shown)
        return shown[wanted[0]]

    # -------------------------------------------------------------------- deeds

    def _do(self, deed: str, question: tuple[int, list[str], dict[str, str]] | None) -> bool:
        phone, dice = self.handset, self.dice
        match deed:
            case "tap" | "double" if question:
                data = self._choice(question[1])
                for _ in range(2 if deed == "double" else 1):
                    phone.tap(question[0], data)
            case "type" if question:
                self._type(question[1][0].split(":")[2])
            case "garbage":
                self._say(dice.choice(words.NO_ANSWER))
            case "media":
                phone.api.people.send_media(
                    phone.person, phone.chat, dice.choice(("voice", "sticker", "photo"))
                )
            case "edit" if self.last_typed is not None:
                number, item = self.last_typed
                phone.api.people.edit(phone.person, phone.chat, number, dice.choice(list(words.MEANS[item])))
            case "note":
                self._say(f"a note about {words.canary(self.number)} no. {dice.randrange(10**6)}")
            case "distress":
                self._say(f"{dice.choice(words.DISTRESS)} {words.canary(self.number)}")
            case "flood":
                for each in range(12):
                    self._say(f"{words.canary(self.number)} {each} {dice.randrange(10**6)}")
            case _:
                return self._do_rarely(deed)
        return True

    def _do_rarely(self, deed: str) -> bool:
        phone, dice = self.handset, self.dice
        match deed:
            case "report":
                self._say("/report")
            case "language":
                self.language = "zh" if self.language == "en" else "en"
                self._say(f"/language {self.language}")
            case "pause":
                self._say("/pause")
                self._say("tomorrow" if dice.random() < 0.5 else "2 days")
            case "block":
                phone.api.people.block(phone.person)
            case "old" | "change":
                return self._tap_something_old(":~c" if deed == "change" else "")
            case _:
                return False
        return True

    def _tap_something_old(self, ending: str) -> bool:
        """A button of an earlier message, as it stands there or as it once stood there."""
        found = [
            (number, data)
            for number, shown in self.handset.with_buttons()
            for data in shown.values()
            if data.startswith("a:") and data.endswith(ending)
        ][:40]
        if not found:
            return False
        number, data = self.dice.choice(found)
        if not ending and data.endswith(":~c"):
            kind, assessment, item, _ = data.split(":")
            options = sorted(words.OPTIONS[item])
            if options:
                data = ":".join((kind, assessment, item, self.dice.choice(options)))
        self.handset.tap(number, data)
        return True

    def _choice(self, data: list[str]) -> str:
        answers = [each for each in data if not each.rsplit(":", 1)[1].startswith("~")]
        if not answers or self.dice.random() < 0.04:
            return self.dice.choice(data)
        if self.habit == "ill" and len(answers) == 11:
            return self.dice.choice(answers[3:])
        return self.dice.choice(answers)

    def _type(self, item: str) -> None:
        known = list(words.MEANS.get(item, ()))
        text = self.dice.choice(known) if known else f"words of {words.canary(self.number)}"
        number = self._say(text)
        if known:
            self.last_typed = (number, item)

    def _say(self, text: str) -> int:
        number = self.handset.say(text)
        self.said.append(number)
        return number


@dataclass
class Carer:
    """Somebody of the care team, or an outsider who sits in its group."""

    name: str
    handsets: list[Handset]
    dice: random.Random
    takes: float
    """How likely it is, at each look, that an alert that is shown is taken."""
    closes: float = 0.3
    tried: dict[tuple[int, str], int] = field(default_factory=dict)
    """How often a button was tapped: nobody tries for ever."""

    def wake(self, hour: int) -> float:
        """Look at the chats; seconds until the next look."""
        for handset in self.handsets:
            try:
                self._look(handset)
            except CannotAct:
                continue
        asleep = hour >= 23 or hour < 6
        return self.dice.uniform(4, 90 if not asleep else 300) * 60

    def _look(self, handset: Handset) -> None:
        for number, shown in list(handset.with_buttons())[:6]:
            for data in shown.values():
                if not data.startswith("k:"):
                    continue
                chance = self.closes if data.endswith(":close") else self.takes
                tried = self.tried.get((number, data), 0)
                if tried < 2 and self.dice.random() < chance:
                    self.tried[number, data] = tried + 1
                    handset.tap(number, data)


def local_hour(api: BotApi, zone: str) -> int:
    """The hour that people's clocks show."""
    return api.now().astimezone(ZoneInfo(zone)).hour
