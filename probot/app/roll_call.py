"""Who is in the care team's chat? Telegram tells a number, and of each known account whether it is there.

The rule: more people than known staff means that somebody hears what they should not, whoever it is.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from probot.app.office import Office
from probot.messages import Message
from probot.ports import Gone
from probot.services import alerting, outsiders
from probot.services.centres import is_apart
from probot.services.turn import Studies, Turn
from probot.services.watch import study_in_force
from probot.store import people, receipts
from probot.store.outsiders import of_team as outsiders_of_team
from probot.telegram.channel import TelegramChannel
from probot.telegram.outcomes import outcome_of
from probot.wording import say

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LOOK_SECONDS = 30.0
"""How often it is looked whether the roster has changed, so that a roll call is due at once."""
UNPROVEN = timedelta(hours=26)
"""What was said in the team's chat longer ago than this does not show that alerts arrive there now."""
Roster = tuple[int, tuple[int, ...], tuple[int, ...]]
"""The team's chat, the accounts of staff who belong into it, and of those who do not: they left, or belong to one centre
and the chat to all.
"""


class RollCall:
    """Calls the roll from time to time, and whenever somebody joined or left the staff."""

    def __init__(self, office: Office, channel: TelegramChannel) -> None:
        self._office = office
        self._channel = channel
        self._called: tuple[Roster, datetime] | None = None
        self.failures = 0
        """Roll calls that a defect of ours has ended."""

    async def call(self) -> None:
        """Call the roll if it is due. Raises TelegramError and SQLAlchemyError."""
        roster = await self._office.look(_roster, self._office.studies)
        now = self._office.clock.now()
        if roster is None:
            return
        if self._called is not None and self._called[0] == roster and now - self._called[1] < EVERY:
            return
        chat, active, former = roster
        cause = f"roll call:{now.isoformat()}"
        try:
            total, there = await self._channel.members(chat, (*active, *former))
        except TelegramError as error:
            if not isinstance(outcome_of(error), Gone):
                raise
            await self._office.act(_lost, cause, chat)
            return
        present, gone = there & frozenset(active), there & frozenset(former)
        await self._office.act(outsiders.counted, cause, chat, total, present, gone)
        await self._office.act(_prove, f"proof:{now.isoformat()}", chat)
        self._called = (roster, now)

    async def go_on(self) -> None:
        """Call the roll until cancelled."""
        while True:
            try:
                await self.call()
            except (TelegramError, SQLAlchemyError) as error:
                log.info("no roll call", extra={"error": type(error).__name__})
            except Exception:
                self.failures += 1
                log.exception("the roll call failed")
            await asyncio.sleep(LOOK_SECONDS)


def _roster(connection: Connection, known: Studies) -> Roster | None:
    team = people.contact_of(connection, people.TEAM)
    study = study_in_force(connection, known)
    if team is None or study is None:
        return None
    accounts = {True: set[int](), False: set[int]()}
    for person in people.active_staff(connection):
        contact = people.contact_of(connection, person.principal)
        if contact is not None and contact.account:
            accounts[is_apart(study, person)].add(contact.account)
    others = (accounts[True] | set(people.accounts_of_former_staff(connection))) - accounts[False]
    return team.chat, tuple(sorted(accounts[False])), tuple(sorted(others))


def _prove(turn: Turn, chat: int) -> None:
    """Nothing has been said in the team's chat for longer than a day: a line without a sound shows whether it can be."""
    team = people.contact_of(turn.connection, people.TEAM)
    if team is None or team.chat != chat or outsiders_of_team(turn.connection):
        return
    if receipts.tried_since(turn.connection, people.TEAM, max(team.bound_at, turn.now - UNPROVEN)):
        return
    said = Message(say(team.language, "staff.proof"), silent=True)
    turn.say(people.TEAM, said, lane="reply", purpose="reply")


def _lost(turn: Turn, chat: int) -> None:
    team = people.contact_of(turn.connection, people.TEAM)
    if team is not None and team.chat == chat:
        alerting.lose_team(turn, "not found at a roll call")
