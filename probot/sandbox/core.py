"""What do methods and people both work on? The state, the clock, the waiting updates and the record of what happened.

The rule: the clock is handed in; whoever changes the state says so by `changed()`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from probot.sandbox.errors import CannotAct
from probot.sandbox.faults import Faults
from probot.sandbox.limits import Limits, LimitSettings
from probot.sandbox.state import Bot, Group, Json, Person, State
from probot.sandbox.transcript import Transcript
from probot.sandbox.updates import MESSAGE_LIFE, UpdateQueues


class Core:
    """Everything that the server's parts share. `now` gives the present instant, aware and UTC."""

    def __init__(
        self, *, now: Callable[[], datetime], limits: LimitSettings | None = None, state: State | None = None
    ) -> None:
        self.now = now
        self.state = state or State()
        self.transcript = Transcript()
        self.faults = Faults()
        self.limits = Limits(limits or LimitSettings())
        self.updates = UpdateQueues(self.transcript, self.faults)
        self.version = 0
        self._listeners: list[Callable[[], None]] = []

    def unix(self) -> int:
        """The present second."""
        return int(self.now().timestamp())

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after every change; the result takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Says that something is different now."""
        self.version += 1
        for listener in list(self._listeners):
            listener()

    def push(
        self,
        bot: Bot,
        kind: str,
        body: Json,
        *,
        chat: int | None,
        person: int | None,
        life: float = MESSAGE_LIFE,
    ) -> int | None:
        """Gives a bot an update; its id, or None when the bot does not want it."""
        return self.updates.add(bot, kind, body, now=self.now(), life=life, chat=chat, person=person)

    def person(self, person: int) -> Person:
        """A person by id. Raises CannotAct."""
        found = self.state.people.get(person)
        if found is None:
            raise CannotAct(f"nobody has the id {person}")
        return found

    def group(self, chat: int) -> Group:
        """A group by id. Raises CannotAct."""
        found = self.state.groups.get(chat)
        if found is None:
            raise CannotAct(f"there is no group {chat}")
        return found

    def bot(self, bot: int | None = None) -> Bot:
        """A bot by id; the only one when none is named. Raises CannotAct."""
        if bot is None and len(self.state.bots) == 1:
            return next(iter(self.state.bots.values()))
        found = self.state.bots.get(bot or 0)
        if found is None:
            raise CannotAct(f"there is no bot {bot}" if bot else "name the bot: there is not exactly one")
        return found
