"""When does anybody look at what is due? Every second; and what is found is worked through row by row.

The rule: a row that fails does not keep others waiting; while Telegram is not heard, nothing is closed, because
what would have been answered may still be waiting there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from probot.app.office import Office
from probot.services import alerting, open_due, plan_ahead, receive, tick
from probot.services.pause import resume
from probot.services.turn import Turn
from probot.store import assessments, inbox, people
from probot.values import EnrolmentId

log = logging.getLogger(__name__)


class Ticker:
    """Looks at every kind of due row. `heard` tells when Telegram was last heard (None: never yet)."""

    def __init__(
        self, office: Office, token: Callable[[], str], heard: Callable[[], datetime | None]
    ) -> None:
        self._office = office
        self._token = token
        self._heard = heard
        self._noted: datetime | None = None
        self.failures = 0

    async def tick(self) -> int:
        """One look; how many rows were worked on."""
        await self._note_hearing()
        done = await self._plan()
        done += await self._resume()
        if await self._may_advance():
            done += await self._advance()
        return done + await self._escalate()

    async def _note_hearing(self) -> None:
        heard = self._heard()
        if heard is None or heard == self._noted:
            return
        was_deaf = await self._office.look(receive.heard, heard)
        self._noted = heard
        if was_deaf:
            for enrolment, assessment in await self._office.look(assessments.asking_sessions):
                await self._one(
                    tick.ask_again, f"heard:{heard.isoformat()}:{assessment}", enrolment, assessment
                )

    async def _may_advance(self) -> bool:
        heard = self._heard()
        if heard is None or self._office.clock.now() - heard > receive.DEAF:
            return False
        return await self._office.look(inbox.oldest_waiting) is None

    async def _plan(self) -> int:
        keys = await self._office.act(tick.due_for_planning, "tick")
        for key in keys:
            await self._one(plan_ahead.plan_ahead, f"plan:{key}", key)
        return len(keys)

    async def _resume(self) -> int:
        keys = await self._office.act(tick.ended_pauses, "tick")
        for key in keys:
            await self._one(_end_of_pause, f"pause:{key}:{self._office.clock.now().isoformat()}", key)
        return len(keys)

    async def _advance(self) -> int:
        token = self._token()
        keys = await self._office.act(tick.due_assessments, "tick", token)
        for key in keys:
            await self._one(
                open_due.advance, f"assessment:{key}:{self._office.clock.now().isoformat()}", key, token
            )
        return len(keys)

    async def _escalate(self) -> int:
        token = self._token()
        keys = await self._office.act(tick.due_alerts, "tick", token)
        if keys and not await self._one(
            alerting.escalate, f"ladder:{self._office.clock.now().isoformat()}", keys, token
        ):
            for key in keys:
                await self._one(
                    alerting.escalate, f"ladder:{key}:{self._office.clock.now().isoformat()}", [key], token
                )
        return len(keys)

    async def _one(self, act: Callable[..., object], cause: str, *arguments: object) -> bool:
        try:
            await self._office.act(act, cause, *arguments)
        except SQLAlchemyError:
            raise  # the database itself: whoever supervises waits and looks again
        except Exception as error:
            self.failures += 1
            log.exception("due row failed", extra={"cause": cause, "error": type(error).__name__})
            return False
        return True


def _end_of_pause(turn: Turn, key: EnrolmentId) -> None:
    enrolment = people.by_id(turn.connection, key, lock=True)
    if enrolment is not None and enrolment.status == "paused":
        resume(turn, enrolment, by_itself=True)
