"""What does every service need? One transaction's surroundings: the database, the study, the time and who acts.

The rule: ids follow from the turn's cause, so a turn that is run again after a crash writes the very same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from probot.messages import Lane, Message
from probot.store import asked, outbox, people, studies, trail
from probot.store.records import Purpose
from probot.study.load import from_source
from probot.study.model import Study
from probot.values import derived_id

TOPIC = "topic"
"""In the content of a row of the outbox: the topic that it answers in."""


class NothingPublished(Exception):
    """No version of the study is in force yet."""


@dataclass(slots=True)
class Studies:
    """The versions read so far, by hash; a version never changes, so it is parsed once."""

    _known: dict[str, Study] = field(default_factory=dict)

    def get(self, connection: Connection, version: str) -> Study:
        """The stored version of that hash."""
        study = self._known.get(version)
        if study is None:
            study = self._known[version] = from_source(studies.source_of(connection, version))
        return study

    def in_force(self, connection: Connection) -> Study:
        """The version that is in force. Raises `NothingPublished`."""
        version = studies.in_force(connection)
        if version is None:
            raise NothingPublished
        return self.get(connection, version)


@dataclass(slots=True)
class Turn:
    """One transaction on behalf of somebody. `cause`: the update, timer or command that made it happen."""

    connection: Connection
    studies: Studies
    now: datetime
    cause: str
    actor: str = "probot"
    role: str = "system"
    toast: str = ""
    """A few words shown for a moment to whoever tapped a button; cosmetic, and lost if the process dies."""
    topic: int | None = None
    """The topic of the team's chat in which somebody acts: what answers them there stands in it as well."""
    _study: Study | None = None
    _said: int = 0

    @property
    def study(self) -> Study:
        """The version in force."""
        if self._study is None:
            self._study = self.studies.in_force(self.connection)
        return self._study

    def pinned(self, version: str | None) -> Study:
        """The version under which something was opened; the one in force for what never was."""
        return self.study if version is None else self.studies.get(self.connection, version)

    def on_behalf_of(self, cause: str) -> Turn:
        """Another cause's turn in the same transaction."""
        return Turn(self.connection, self.studies, self.now, cause)

    def first_message(self, assessment_id: str) -> str:
        """The id of the first message said in this turn, if it is about that assessment: as it is or will be."""
        return derived_id("message", self.cause, "1", beside=assessment_id)

    def note(
        self, action: str, object: str, object_id: str, *, code: str = "", field: str = "",  # noqa: A002
        old: Any = None, new: Any = None, reason: str = "", study: str = "",
    ) -> None:  # fmt: skip
        """Add to the audit trail, in the name of whoever this turn is for."""
        trail.record(
            self.connection, at=self.now, actor=self.actor, role=self.role, action=action, object=object,
            object_id=object_id, code=code, field=field, old=old, new=new, reason=reason, study_hash=study,
            cause=self.cause,
        )  # fmt: skip

    def say(
        self, recipient: str, message: Message, *, lane: Lane, purpose: Purpose,
        kind: Literal["post", "edit", "leave"] = "post", assessment_id: str | None = None, item: str | None = None,
        alert_id: str | None = None, edits: str | None = None, edits_number: int | None = None,
        not_before: datetime | None = None, expires_at: datetime | None = None,
    ) -> str:  # fmt: skip
        """Have a message sent after the commit; the id of its outbox row."""
        self._said += 1
        if kind == "edit":
            asked.supersede(self.connection, recipient, edits, edits_number)
        key = derived_id("message", self.cause, str(self._said), beside=assessment_id or "")
        if self.topic is not None and lane == "reply" and recipient == people.TEAM and kind == "post":
            message = replace(message, topic=self.topic)
        outbox.put(
            self.connection, message_id=key, lane=lane, recipient=recipient, purpose=purpose, kind=kind,
            content=message, now=self.now, assessment_id=assessment_id, item=item,
            alert_id=alert_id, edits=edits, edits_number=edits_number, not_before=not_before, expires_at=expires_at,
        )  # fmt: skip
        return key
