"""What happened, call by call? Every call of a bot, every act of a person, and what became of every update.

The rule: written by the server alone and never by the bot, so that a checker can compare the two.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from probot.sandbox.state import Json

Fate = Literal["waiting", "confirmed", "expired", "dropped"]
KEEP = 200_000


@dataclass(slots=True)
class Call:
    """One call of a bot. `chat` is the chat it was about; `cut` tells that the answer did not arrive."""

    number: int
    at: datetime
    bot: int | None
    method: str
    chat: int | None
    params: Json
    result: Any = None
    error: Json | None = None
    cut: str | None = None
    executed: bool = True

    def to_json(self) -> Json:
        """As the control API shows it."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "bot": self.bot,
            "method": self.method,
            "chat": self.chat,
            "params": self.params,
            "result": self.result,
            "error": self.error,
            "cut": self.cut,
            "executed": self.executed,
        }


@dataclass(slots=True)
class Act:
    """One act of a person: what they did (`kind`), in which chat, with the details."""

    at: datetime
    person: int
    kind: str
    chat: int | None
    details: Json

    def to_json(self) -> Json:
        """As the control API shows it."""
        return {
            "at": self.at.isoformat(),
            "person": self.person,
            "kind": self.kind,
            "chat": self.chat,
            **self.details,
        }


@dataclass(slots=True)
class UpdateFate:
    """One update from its making to its end. `delivered` are the instants at which a bot was given it."""

    bot: int
    update: Json
    kind: str
    chat: int | None
    person: int | None
    queued_at: datetime
    delivered: list[datetime] = field(default_factory=list)
    fate: Fate = "waiting"
    fate_at: datetime | None = None

    def to_json(self) -> Json:
        """As the control API shows it."""
        return {
            "bot": self.bot,
            "update_id": self.update["update_id"],
            "kind": self.kind,
            "chat": self.chat,
            "person": self.person,
            "queued_at": self.queued_at.isoformat(),
            "delivered": [each.isoformat() for each in self.delivered],
            "fate": self.fate,
            "fate_at": self.fate_at.isoformat() if self.fate_at else None,
            "update": self.update,
        }


class Transcript:
    """The last `KEEP` calls and acts, and the fates of as many updates."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=KEEP)
        self.acts: deque[Act] = deque(maxlen=KEEP)
        self.fates: dict[tuple[int, int], UpdateFate] = {}
        self._numbers = 0

    def call(self, *, at: datetime, bot: int | None, method: str, chat: int | None, params: Json) -> Call:
        """Opens a call's entry. An empty poll is taken out again by `forget`."""
        self._numbers += 1
        entry = Call(self._numbers, at, bot, method, chat, params)
        self.calls.append(entry)
        return entry

    def forget(self, entry: Call) -> None:
        """Takes the newest call out again: a poll that brought nothing is not worth a line."""
        if self.calls and self.calls[-1] is entry:
            self.calls.pop()

    def act(self, *, at: datetime, person: int, kind: str, chat: int | None, details: Json) -> None:
        """Notes an act of a person."""
        self.acts.append(Act(at, person, kind, chat, details))

    def queued(self, fate: UpdateFate) -> None:
        """Notes a new update."""
        if len(self.fates) >= KEEP:
            self.fates.pop(next(iter(self.fates)))
        self.fates[fate.bot, fate.update["update_id"]] = fate

    def delivered(self, bot: int, update_id: int, at: datetime) -> None:
        """Notes that a bot was given an update."""
        if fate := self.fates.get((bot, update_id)):
            fate.delivered.append(at)

    def ended(self, bot: int, update_id: int, fate: Fate, at: datetime) -> None:
        """Notes the end of an update."""
        if found := self.fates.get((bot, update_id)):
            found.fate, found.fate_at = fate, at

    def sent(self, chat: int | None = None, *, method: str | None = None) -> list[Call]:
        """The calls that took effect, optionally for one chat and one method (as called)."""
        return [
            each
            for each in self.calls
            if each.executed
            and each.error is None
            and (chat is None or each.chat == chat)
            and (method is None or each.method.lower() == method.lower())
        ]
