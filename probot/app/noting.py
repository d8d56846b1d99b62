"""How does it get written down what became of a sending, whatever fails at that? By itself, and at last put aside.

The rule: a message that goes wrong is settled in any case, so that neither is it sent for ever nor do others wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

from probot.app.office import Office
from probot.ports import Outcome, Sent
from probot.services import deliver, fetch, refused
from probot.services.deliver import Addressed
from probot.services.turn import Turn
from probot.store import outbox
from probot.store.engine import is_the_worlds
from probot.store.records import Outgoing
from probot.store.together import together

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Went = tuple[Outgoing, Addressed, Outcome]
"""A message, where it went, and what became of it."""


class Noting:
    """Writes down how single messages went."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.failures = 0
        """Defects of ours that were met in sending."""

    async def noted(self, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
        """Write down how it went. While the database fails it is tried on: else the message would be sent again."""
        for act in (note, _note_plainly, _note_the_least):
            try:
                await self._in_the_end(act, f"sent:{row.id}:{row.attempts}", row, to, outcome)
            except Exception:
                self.failures += 1
                log.exception("what follows from a sending failed", extra={"seq": row.seq})
            else:
                return

    async def _in_the_end(self, act: Callable[Concatenate[Turn, Given], None], cause: str, *given: Given.args,
                          **named: Given.kwargs) -> None:  # fmt: skip
        while True:
            try:
                return await self._office.act(act, cause, *given, **named)
            except Exception as error:
                if not is_the_worlds(error):
                    raise
                log.warning("an outcome waits for the database", extra={"cause": cause})
                await asyncio.sleep(1)

    async def failed(self, row: Outgoing, error: Exception) -> None:
        """A defect of ours kept it from being sent. Raises nothing but what the database fails with."""
        self.failures += 1
        log.error("message failed", extra={"seq": row.seq, "attempt": row.attempts}, exc_info=error)
        for act in (refused.failed, refused.put_aside, _bury):
            try:
                await self._office.act(act, f"failed:{row.id}:{row.attempts}", row, type(error).__name__)
            except Exception as another:
                if is_the_worlds(another):
                    raise
                self.failures += 1
                log.exception("a message that failed cannot be seen to", extra={"seq": row.seq})
            else:
                return


def note_all(turn: Turn, went: Sequence[Went]) -> None:
    """How all of these went, in one transaction."""
    with together(turn.connection):
        fetch.for_noting(turn.connection, [row for row, _, _ in went])
        for row, to, outcome in went:
            note(turn.on_behalf_of(f"sent:{row.id}:{row.attempts}"), row, to, outcome)


def note(turn: Turn, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
    """How it went, and whatever follows from it."""
    deliver.note_outcome(turn, row, to.contact, outcome)


def _note_plainly(turn: Turn, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
    """What is certain, and nothing that follows from it."""
    if isinstance(outcome, Sent):
        outbox.sent(turn.connection, row, turn.now, to.contact.id if to.contact else None, outcome.number)
    else:
        refused.failed(turn, row, type(outcome).__name__)


def _note_the_least(turn: Turn, row: Outgoing, to: Addressed, outcome: Outcome) -> None:
    """It is over, so that it is not sent again and again."""
    del to
    _bury(turn, row, f"{type(outcome).__name__}, and that could not be noted")


def _bury(turn: Turn, row: Outgoing, fault: str) -> None:
    outbox.bury(turn.connection, row, fault)
