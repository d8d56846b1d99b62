"""When does anybody look at what is due? Every second; and what is found is worked through row by row.

The rule: a row that fails does not keep others waiting; while Telegram is not heard, nothing is closed, because
what would have been answered may still be waiting there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Table

from probot.app.office import Office
from probot.services import alarms, alerting, keep_hours, open_due, plan_ahead, receive, sae, tick
from probot.services.pause import resume
from probot.services.turn import Turn
from probot.store import assessments, claims, people
from probot.store.due import Due
from probot.store.engine import is_the_worlds
from probot.store.tables import alert as alert_table
from probot.store.tables import assessment as assessment_table
from probot.store.tables_alarms import alarm as alarm_table
from probot.store.tables_outcomes import adverse_event as adverse_table
from probot.values import AssessmentId, EnrolmentId

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Key = TypeVar("Key", bound=str)

REST = timedelta(minutes=5)
"""How long a participant whose plan cannot be made is left alone, so that the log is not filled with it."""


NOTE_EVERY = timedelta(seconds=10)
"""How often it is put on record that somebody looks."""


class _Failed(Enum):
    FAILED = "failed"


FAILED = _Failed.FAILED


class Ticker:
    """Looks at every kind of due row. `heard` tells when Telegram was last heard (None: never yet).

    `elsewhere`: another process receives, and writes down when it heard.
    """

    def __init__(
        self, office: Office, token: Callable[[], str], heard: Callable[[], datetime | None], *,
        elsewhere: bool = False,
    ) -> None:  # fmt: skip
        self._office = office
        self._token = token
        self._heard = self._as_told if elsewhere else heard
        self._elsewhere = elsewhere
        self._told: datetime | None = None
        self._noted: datetime | None = None
        self._asks_again = True  # a process before this one may have been interrupted at it
        self._unplannable: dict[EnrolmentId, datetime] = {}
        self._owed: list[tuple[Table, list[str], str]] = []
        self.failures = 0
        self.looked: datetime | None = None
        """When it was last put on record that this process looked at what is due."""

    async def tick(self) -> int:
        """One look; how many rows were worked on. Raises SQLAlchemyError when the database itself fails."""
        await self._give_back()
        # First the hours, since the ladder's morning list is a part of the digest; then the ladder, so that nothing
        # that goes wrong elsewhere keeps an alert waiting.
        due = await self._look()
        done = await self._keep_hours() if due.hours else 0
        done += await self._escalate() if due.alerts or due.alarms else 0
        done += await self._remind() if due.adverse else 0
        await self._note_hearing()
        done += await self._plan() if due.plans else 0
        done += await self._resume() if due.pauses else 0
        if due.assessments and self._hears():
            done += await self._advance()
        return done

    async def _look(self) -> Due:
        now = self._office.clock.now()
        note = self.looked is None or abs(now - self.looked) >= NOTE_EVERY
        due = await self._office.act(tick.what_is_due, "tick", note=note)
        self.looked = now if note else self.looked
        return due

    def _as_told(self) -> datetime | None:
        return self._told

    def _hears(self) -> bool:
        heard = self._heard()
        return heard is not None and abs(self._office.clock.now() - heard) <= receive.DEAF

    async def _give_back(self) -> None:
        """What was claimed when the database failed is free at once, and no attempt is counted."""
        while self._owed:
            table, keys, token = self._owed[-1]
            await self._office.look(claims.give_back, table, keys, token)
            self._owed.pop()

    # ------------------------------------------------------------------------------ hearing

    async def _note_hearing(self) -> None:
        if self._elsewhere:
            self._told, gap = await self._office.look(receive.standing)
            self._asks_again |= gap
        heard = self._heard()
        if heard is None:
            return
        if heard != self._noted and not self._elsewhere:
            self._asks_again |= await self._office.look(receive.heard, heard)
        self._noted = heard
        if self._asks_again:
            await self._ask_again()

    async def _ask_again(self) -> None:
        """Put every open question again, once for each gap; what a crash interrupts is gone on with."""
        gap = await self._office.look(receive.to_ask_again)
        if gap is not None:
            open_ones = await self._office.look(assessments.asking_sessions)
            for first in range(0, len(open_ones), tick.BATCH):
                if not await self._asked_again(gap, open_ones[first : first + tick.BATCH]):
                    return  # looked at again in a second
            await self._office.look(receive.asked_again, self._office.clock.now())
        self._asks_again = False

    async def _asked_again(self, gap: str, open_ones: list[tuple[EnrolmentId, AssessmentId]]) -> bool:
        """All of these in one transaction, or if that fails each by itself. False if one is still to wait."""
        try:
            return await self._office.act(tick.ask_all_again, "tick", gap, open_ones)
        except Exception as error:
            if is_the_worlds(error):
                raise
            log.info("asked again one by one", extra={"error": type(error).__name__})
        for enrolment, key in open_ones:
            cause = tick.cause_of_asking_again(gap, key)
            if await self._one(tick.ask_again, cause, enrolment, key) is False:
                return False
        return True

    # ------------------------------------------------------------------------------ what is due

    async def _plan(self) -> int:
        now = self._office.clock.now()
        self._unplannable = {key: until for key, until in self._unplannable.items() if until > now}
        found = await self._office.act(tick.due_for_planning, "tick", len(self._unplannable))
        keys = [key for key in found if key not in self._unplannable]
        if await self._together(plan_ahead.plan_together, keys):
            return len(keys)
        done = 0
        for key in keys:
            if await self._one(plan_ahead.plan_ahead, plan_ahead.cause_of(key, now), key) is FAILED:
                self._unplannable[key] = now + REST
            else:
                done += 1
        return done

    async def _resume(self) -> int:
        done = 0
        for key in await self._office.act(tick.ended_pauses, "tick"):
            cause = f"pause:{key}:{self._office.clock.now().isoformat()}"
            done += await self._one(_end_of_pause, cause, key) is not FAILED
        return done

    async def _advance(self) -> int:
        token, heard = self._token(), self._heard()
        keys = await self._office.act(tick.due_assessments, "tick", token)
        owed = (assessment_table, list(keys), token)
        self._owed += [owed] if keys else []
        for key in await self._together(open_due.advance_together, keys, token, heard):
            owed[1].remove(key)
        for key in list(owed[1]):
            await self._one(open_due.advance, open_due.cause_of(key, token), key, token, heard)
            owed[1].remove(key)
        self._owed = []
        return len(keys)

    async def _keep_hours(self) -> int:
        token = self._token()
        keys = await self._office.act(tick.due_hours, "tick", token)
        for key in keys:
            await self._one(keep_hours.keep, f"hour:{key}:{token}", key, token)
        return len(keys)

    async def _together(
        self, act: Callable[Concatenate[Turn, list[Key], Given], list[Key]], keys: list[Key],
        *args: Given.args, **kwargs: Given.kwargs,
    ) -> list[Key]:  # fmt: skip
        """Those that could be worked on in one transaction. None if that failed: each by itself, then."""
        if len(keys) <= 1:
            return []
        try:
            return await self._office.act(act, "tick", keys, *args, **kwargs)
        except Exception as error:
            if is_the_worlds(error):
                raise
            log.info("due rows one by one", extra={"error": type(error).__name__})
            return []

    async def _escalate(self) -> int:
        token = self._token()
        keys, calls = await self._office.act(tick.due_for_staff, "tick", token)
        if not keys and not calls:
            return 0
        self._owed = [(alert_table, list(keys), token), (alarm_table, list(calls), token)]
        if keys and await self._one(alerting.escalate, f"ladder:{token}", keys, token) is FAILED:
            for key in keys:
                await self._one(alerting.escalate, f"ladder:{key}:{token}", [key], token)
        self._owed[0][1].clear()
        for key in calls:
            await self._one(alarms.advance, f"alarm:{key}:{token}", key, token)
            self._owed[1][1].remove(key)
        self._owed = []
        return len(keys) + len(calls)

    async def _remind(self) -> int:
        """Serious events still to be reported, and records that wait for a judgement."""
        token = self._token()
        keys = await self._office.act(tick.due_adverse, "tick", token)
        self._owed = [(adverse_table, list(keys), token)] if keys else []
        for key in keys:
            await self._one(sae.advance, f"adverse:{key}:{token}", key, token)
        self._owed = []
        return len(keys)

    async def _one(self, act: Callable[..., object], cause: str, *arguments: object) -> object:
        """Run one row's transaction; `FAILED` if it could not be done. Only the database's own failures are raised."""
        try:
            return await self._office.act(act, cause, *arguments)
        except (open_due.LostClaim, alerting.LostClaim, alarms.LostClaim, keep_hours.LostClaim):
            log.info("due row was taken over", extra={"cause": cause})
        except Exception as error:
            if is_the_worlds(error):
                raise  # whoever supervises waits and looks again
            self.failures += 1
            log.exception("due row failed", extra={"cause": cause})
        return FAILED


def _end_of_pause(turn: Turn, key: EnrolmentId) -> None:
    enrolment = people.by_id(turn.connection, key, lock=True)
    if enrolment is not None and enrolment.status == "paused":
        resume(turn, enrolment, by_itself=True)
