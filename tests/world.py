"""How do tests get a clinic? One object: a real database, the real bot, the sandbox's server, and a clock that obeys.

The rule: everything runs as in production, but the clock moves only when it is told to, and nothing is awaited
that is not there yet. `over_http=True` puts real sockets between bot and server.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telegram.request import BaseRequest

from probot.app.world import World, build_world
from probot.outside.channel import OutsideChannel
from probot.sandbox import chats
from probot.sandbox.botapi import BotApi
from probot.sandbox.inprocess import ROOT, InProcessRequest
from probot.sandbox.limits import LimitSettings
from probot.sandbox.server import serving
from probot.services import export, invite
from probot.services.pace import Pace
from probot.services.publish import publish
from probot.services.receive import HEARD
from probot.store import pulses
from probot.store.engine import Store
from probot.store.migrate import upgrade
from probot.study.load import load
from probot.study.model import Study
from probot.wording import say

TOKEN = "100001:clinic-test-token"
BOT = "clinic_bot"
SHIPPED = Path(__file__).parent.parent / "config"
START = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""08:30 on a Monday in Shanghai."""


@dataclass
class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False
    at: datetime = START

    def now(self) -> datetime:
        return self.at


def shipped_study() -> Study:
    """The study that ships with probot."""
    study = load(SHIPPED).study
    assert study is not None
    return study


@dataclass
class Phone:
    """A person with a Telegram account. Every act is followed by everything that follows from it."""

    clinic: Clinic
    person: int
    chat: int
    """The bot's account for the private chat, or a group's number."""

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The bot's messages in words that stand in the chat now, oldest first, as the Bot API shows them."""
        return [message for message in self._standing if not {"photo", "document"} & message.keys()]

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """The bot's pictures that stand in the chat now, oldest first."""
        return [message for message in self._standing if "photo" in message]

    @property
    def files(self) -> dict[str, str]:
        """The text files that the bot has sent into the chat, by name."""
        sent = [message["document"] for message in self._standing if "document" in message]
        kept = self.clinic.api.state.files
        return {one["file_name"]: b64decode(kept[one["file_id"]].content).decode() for one in sent}

    @property
    def _standing(self) -> list[dict[str, Any]]:
        api = self.clinic.api
        place = api.people.place(self.person, self.chat)
        found = chats.records(api, place).values()
        return [record.message for record in found if record.by_bot is not None and not record.deleted]

    @property
    def texts(self) -> list[str]:
        """The words of all the bot's messages in the chat."""
        return [message.get("text", "") for message in self.shown]

    @property
    def last(self) -> dict[str, Any]:
        """The bot's newest message."""
        return self.shown[-1]

    def buttons(self, message: dict[str, Any] | None = None) -> dict[str, str]:
        """Label to data of the buttons under a message (default the newest one that has any)."""
        if message is None:
            message = next((one for one in reversed(self.shown) if one.get("reply_markup")), {})
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    def with_button(self, label: str) -> dict[str, Any]:
        """The newest message that has this button."""
        return next(one for one in reversed(self.shown) if label in self.buttons(one))

    async def say(self, text: str, **how: Any) -> int:
        """Write something."""
        number = self.clinic.api.people.say(self.person, self.chat, text, **how)
        await self.clinic.settle()
        return number

    async def tap(self, label: str, message: dict[str, Any] | None = None) -> str:
        """Tap the button with that label under a message (default the newest that has it)."""
        found = message or self.with_button(label)
        query = self.clinic.api.people.tap(self.person, self.chat, found["message_id"], label=label)
        await self.clinic.settle()
        return query

    async def tap_data(self, data: str, message: dict[str, Any] | None = None) -> str:
        """Tap with this data, as an old or altered client would."""
        found = message or self.last
        query = self.clinic.api.people.tap(self.person, self.chat, found["message_id"], data, forged=True)
        await self.clinic.settle()
        return query

    def toast(self, query: str) -> str:
        """What was shown for a moment as the answer to a tap."""
        answer = self.clinic.api.state.queries[query].answer
        return str((answer or {}).get("text", ""))

    async def start(self, payload: str | None = None) -> None:
        """Open a deep link (or just the chat)."""
        self.clinic.api.people.start_link(self.person, payload)
        await self.clinic.settle()


@dataclass
class Clinic:
    """A database, a bot, the sandbox's server and the people around it."""

    api: BotApi
    store: Store
    clock: TestClock
    world: World
    study: Study
    bot_id: int
    tokens: int = 0
    request: BaseRequest | None = None
    kept: dict[str, Any] = field(default_factory=dict)

    # -------------------------------------------------------------------- time

    async def settle(self) -> None:
        """Everything that can happen at this moment has happened when this returns."""
        poller = self.world.poller
        assert poller is not None
        await self.world.runtime.settle(receive=poller.turn, wait=self._a_second)

    async def _a_second(self) -> bool:
        poller = self.world.poller
        assert poller is not None
        if poller.reception.state != "listening":
            return False
        self.clock.at += timedelta(seconds=1)
        return True

    async def pass_time(self, **length: float) -> None:
        """Let time pass, stopping wherever something is due."""
        await self.travel(self.clock.at + timedelta(**length))

    async def travel(self, to: datetime) -> None:
        """Go on to an instant, stopping wherever something is due."""
        while True:
            due = await self.world.runtime.next_event()
            if due is None or due > to:
                break
            await self._stop_at(max(due, self.clock.at))
        await self._stop_at(max(to, self.clock.at))

    async def _stop_at(self, moment: datetime) -> None:
        heard = self.world.poller.heard if self.world.poller else None
        while self.world.poller and heard is not None and moment - self.clock.at > timedelta(seconds=100):
            # The bot polls all the while; nothing arrives, so only the moments are kept.
            self.clock.at = moment - timedelta(seconds=30)
            self.world.poller.heard = self.clock.at
            await self.world.runtime.office.look(pulses.beat, HEARD, self.clock.at)
        self.clock.at = moment
        await self.settle()

    async def sleep_through(self, **length: float) -> None:
        """Time passes while probot is down or deaf: nothing is looked at meanwhile."""
        self.clock.at += timedelta(**length)

    # -------------------------------------------------------------------- people

    def new_token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens:04d}-0123456789abcdefghij"

    async def act(self, act: Any, *arguments: Any, **named: Any) -> Any:
        """Run a service as the operator's command line does."""
        self.tokens += 1
        return await self.world.runtime.office.act(act, f"command:{self.tokens}", *arguments, **named)

    def phone(self, name: str = "Emma", language: str = "en") -> Phone:
        """Somebody new with a phone."""
        person = self.api.people.new_person(name, language_code="zh-hans" if language == "zh" else language)
        return Phone(self, person, self.bot_id)

    async def enrol(
        self, code: str = "P-001", *, language: str = "en", sites: tuple[str, ...] = ("oral",), arm: str = "control",
        start: str | None = None, transplant: str = "2026-02-21", zone: str | None = None,
    ) -> str:  # fmt: skip
        """Enrol a participant; the token of the link."""
        token = self.new_token()
        day = start or (self.clock.at + timedelta(hours=8)).date().isoformat()
        attributes = {"arm": [arm], "site": list(sites)}
        anchors = {"transplant": transplant, "treatment_start": day}
        await self.act(
            invite.enrol, token, code,
            attributes={name: value for name, value in attributes.items() if name in self.study.attributes},
            anchors={name: value for name, value in anchors.items() if name in self.study.anchors},
            language=language, zone=zone,
        )  # fmt: skip
        return token

    async def patient(
        self, code: str = "P-001", *, language: str = "en", hour: str = "09:00", **how: Any
    ) -> Phone:
        """A participant who has gone through the whole welcome."""
        phone = self.phone("小林" if language == "zh" else "Emma", language)
        await phone.start(await self.enrol(code, language=language, **how))
        await self.welcome(phone, language, hour)
        return phone

    async def welcome(self, phone: Phone, language: str, hour: str = "09:00") -> None:
        """Tap through language, information, consent and hour."""
        if len(self.study.languages) > 1:
            await phone.tap(say(language, "language.name"))
        await phone.tap(say(language, "welcome.seen"))
        for _ in self.study.consent.parts:
            await phone.tap(say(language, "welcome.agree"))
        if hour in phone.buttons():
            await phone.tap(hour)

    async def staff(self, name: str = "Mei", role: str = "nurse", language: str = "en") -> Phone:
        """A member of staff who has taken up the invitation."""
        token = self.new_token()
        await self.act(invite.invite_staff, token, name, role, language)
        phone = Phone(
            self, self.api.people.new_person(name, language_code=language, seat="staff"), self.bot_id
        )
        await phone.start(token)
        return phone

    async def team(self, by: Phone, *others: Phone, language: str = "en") -> Phone:
        """The care team's group, tied to the study by a member of staff; as `by` sees it."""
        token = self.new_token()
        await self.act(invite.invite_team, token, language)
        members = tuple(phone.person for phone in others)
        group = self.api.people.new_group(by.person, "Care team", members=members, kind="supergroup")
        self.api.people.startgroup(by.person, group, token)
        await self.settle()
        return Phone(self, by.person, group)

    # -------------------------------------------------------------------- what is on record

    def rows(self, what: export.What) -> list[dict[str, Any]]:
        """An export, as the statistician gets it."""
        return self.store.transact(lambda connection: list(export.rows(connection, what)))


@asynccontextmanager
async def a_clinic(
    url: str, *, study: Study | None = None, over_http: bool = False, at: datetime = START,
    limits: LimitSettings | None = None, migrated: bool = False, beside: OutsideChannel | None = None,
    pace: Pace | None = None,
) -> AsyncIterator[Clinic]:  # fmt: skip
    """Open a clinic on an empty database and close it in the end."""
    if not migrated:
        upgrade(url)
    clock = TestClock(at)
    api = BotApi(now=clock.now, limits=limits or LimitSettings(on=False))
    bot = api.add_bot(TOKEN, BOT)
    published = study or shipped_study()
    async with AsyncExitStack() as stack:
        root, request = ROOT, None
        if over_http:
            root = await stack.enter_async_context(serving(api))
        else:
            request = InProcessRequest(api)
        store = Store(url)
        world = build_world(
            store,
            clock,
            TOKEN,
            root,
            request=request,
            poll_seconds=0,
            pause=no_pause,
            beside=beside,
            pace=pace,
        )
        stack.push_async_callback(close, world)
        await world.runtime.office.act(publish, "publish", published)
        await world.introduce()
        yield Clinic(api, store, clock, world, published, bot.id, request=request)


async def no_pause(_: float) -> None:
    """Waiting is moving the clock; nothing is waited for in real time."""


async def close(world: World) -> None:
    """Stop a world as `probot run` does."""
    await world.close()
    world.runtime.office.close()
