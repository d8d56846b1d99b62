"""What does the sandbox's page get when it enrols somebody or moves the clock? The real services, hurried along.

The rule: the clock stops at every moment at which something is due, and everything settles there before it goes
on; so a day in the sandbox is a day, not an outage.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from probot.alerts.staff import staff_welcome, team_bound
from probot.app.clocks import MovableClock
from probot.app.world import World
from probot.sandbox.clinic import Choice, Description, Refused
from probot.schedule.civil import local_day
from probot.services import invite, menus, tick
from probot.services.invite import NotPossible
from probot.services.receive import HEARD
from probot.services.turn import Turn
from probot.store import inbox, people, pulses
from probot.store.tables import outbox
from probot.study.model import Study

STAFF = (("Mei", "nurse"), ("Tom", "doctor"), ("Dr. Zhou", "investigator"))
"""Whose phones stand on the page beside the patients', and their roles."""
MOST_STEPS = 20_000
WHILE_DEAF = timedelta(minutes=30)
"""How far the clock goes at a time while what is due stays due."""
MOST_RETRIES = 3
"""Stops in a row for messages alone; after them the next event of the study is gone to."""
MOST_LOOKS, LOOK_SECONDS = 100, 0.1
"""How long the first poll is waited for before the clock is moved."""
SINCE_TRANSPLANT = timedelta(days=9)
"""Mouth sores peak about this long after a transplantation, so a sandbox participant has had it then."""


class SandboxClinic:
    """`probot.sandbox.clinic.Clinic` over a running world."""

    def __init__(self, clock: MovableClock, new_token: Callable[[], str], bot_username: str) -> None:
        self._opened: World | None = None
        self._clock = clock
        self._new_token = new_token
        self._bot_username = bot_username
        self._travelling = asyncio.Lock()
        self._study: Study | None = None

    @property
    def _world(self) -> World:
        if self._opened is None:
            raise Refused("The study is still being opened; try again in a moment.")
        return self._opened

    async def open(self, world: World) -> None:
        """From now on the page has a study behind it: the one in force."""
        self._opened = world
        self._study = await self._world.runtime.office.act(lambda turn: turn.study, "sandbox")

    def describe(self) -> Description:
        """The study in words."""
        study = self._study
        if study is None:
            return {
                "bot_username": self._bot_username,
                "title": {},
                "arms": [],
                "sites": [],
                "zone": "UTC",
                "staff": {},
                "paths": [],
            }
        return {
            "bot_username": self._bot_username, "title": dict(study.title), "arms": _choices(study, "arm"),
            "sites": _choices(study, "site"), "zone": study.zone,
            "staff": {name: dict(study.roles[role].label) for name, role in STAFF if role in study.roles},
            "paths": [{"key": path.id, "label": dict(path.label)} for path in study.paths.values()],
        }  # fmt: skip

    def now(self) -> datetime:
        """The present instant of the sandbox."""
        return self._clock.now()

    async def enrol(self, code: str, arm: str, sites: list[str], language: str) -> str:
        """Enrol somebody whose treatment begins today; the one-time token. Raises `Refused`."""
        try:
            invited = await self._world.runtime.office.act(
                _enrol, f"sandbox:enrol:{code}", self._new_token(), code, arm, sites, language
            )
        except NotPossible as error:
            raise Refused(str(error)) from None
        return invited.token

    async def speak(self, language: str) -> None:
        """Speak to the care team in this language from now on, on record."""
        if self._study is not None and language in self._study.languages:
            cause = f"sandbox:speak:{language}:{self._clock.now().isoformat()}"
            await self._world.runtime.office.act(_speak, cause, language)

    async def next_event(self) -> datetime | None:
        """When something is due next."""
        if self._opened is None:
            return None
        found = await self._opened.runtime.office.look(tick.next_planned)
        return None if found is None else max(found, self._clock.now())

    async def travel(self, to: datetime) -> None:
        """Move the clock on to `to`, stopping wherever something is due."""
        to = max(to, self._clock.now())  # it ran on since it was looked at
        async with self._travelling:
            await self._first_heard()
            retries, settled = 0, self._clock.now() - WHILE_DEAF
            for _ in range(MOST_STEPS):
                office = self._world.runtime.office
                planned, due = await office.look(tick.next_planned), await office.look(tick.next_moment)
                # A line that is down would be tried again every few seconds of a day.
                retries = retries + 1 if due != planned else 0
                if retries > MOST_RETRIES:
                    due = planned
                if due is not None and due <= settled:
                    due = settled + WHILE_DEAF  # nothing is opened or closed while Telegram is not heard
                if due is None or due > to:
                    break
                await self._stop_at(due)
                settled = max(settled, due)
            await self._stop_at(to)
            await self._world.watchman.look()  # else the last look would lie hours back

    async def _first_heard(self) -> None:
        """Whoever opens the page may be quicker than the first poll; moved before it, the clock would find hours of silence."""
        for _ in range(MOST_LOOKS):
            if self._world.poller is None or self._world.poller.reception.state != "starting":
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _stop_at(self, moment: datetime) -> None:
        listening = self._world.poller is not None and self._world.poller.reception.state == "listening"
        self._clock.move_to(moment)
        if listening and self._world.poller is not None:
            # Nothing was missed: no time has passed for Telegram, only for the study.
            self._world.poller.heard = self._clock.now()
            await self._world.runtime.office.look(pulses.beat, HEARD, self._clock.now())
        while await self._world.runtime.office.look(inbox.oldest_waiting) is not None:
            await self._world.runtime.work()
        await self._world.runtime.settle(wait=self._let_a_second_pass)

    async def _let_a_second_pass(self) -> bool:
        """Messages that the channel's limits hold back are waited for in the sandbox's time, which costs nothing."""
        if self._world.poller is not None and self._world.poller.reception.state != "listening":
            return False
        self._clock.move_to(self._clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0)
        return True


def _choices(study: Study, attribute: str) -> list[Choice]:
    found = study.attributes.get(attribute)
    return [{"key": option.id, "label": dict(option.text)} for option in found.options] if found else []


def _enrol(turn: Turn, token: str, code: str, arm: str, sites: list[str], language: str) -> invite.Invited:
    study = turn.study
    today = local_day(turn.now, study.zone)
    needed = [name for name, anchor in study.anchors.items() if not anchor.optional]
    anchors = {
        name: (today - SINCE_TRANSPLANT if name == "transplant" else today).isoformat() for name in needed
    }
    given = {"arm": [arm], "site": list(sites)}
    attributes = {name: values for name, values in given.items() if name in study.attributes and any(values)}
    return invite.enrol(turn, token, code, attributes=attributes, anchors=anchors, language=language or None)


def _speak(turn: Turn, language: str) -> None:
    """The group and every member of staff, those that already hear this language left out."""
    for person in people.all_staff(turn.connection):
        if person.language != language:
            people.change_staff(turn.connection, person.id, language=language)
    for principal in (people.TEAM, *(each.principal for each in people.all_staff(turn.connection))):
        contact = people.contact_of(turn.connection, principal)
        if contact is not None and contact.language != language:
            people.change_contact(turn.connection, contact.id, language=language)
            _greet_again(turn, principal, language)
            if principal != people.TEAM:
                menus.show(turn, principal)
            turn.note("language changed", "contact", contact.id, old=contact.language, new=language)


def _greet_again(turn: Turn, principal: str, language: str) -> None:
    """Who has heard nothing but the greeting reads it in the language of the page: nobody knew it when it was said."""
    said = turn.connection.execute(
        select(outbox.c.id).where(outbox.c.recipient == principal, outbox.c.kind == "post").order_by(outbox.c.seq)
    ).scalars().all()  # fmt: skip
    if len(said) != 1:
        return
    if principal == people.TEAM:
        greeting = team_bound(turn.study, language)
    else:
        person = people.staff_by_id(turn.connection, principal.removeprefix("staff:"))
        if person is None:
            return
        greeting = staff_welcome(turn.study, person.name, person.role, language, person.centre)
    turn.say(principal, greeting, lane="edit", purpose="notice", kind="edit", edits=said[0])
