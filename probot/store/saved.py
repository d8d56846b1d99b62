"""How do conversations and alerts get in and out of a JSON column?

The rule: pydantic stands at this door, so what comes out has the very types that went in or is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from probot.alerts.model import Entry, Evidence
from probot.flows.session import Session
from probot.flows.welcome import WelcomeState
from probot.messages import Message
from probot.store.types import canonical, read
from probot.study.model import Rung
from probot.values import Value

Record = TypeVar("Record")

_session = TypeAdapter(Session)
_welcome = TypeAdapter(WelcomeState)
_message = TypeAdapter(Message)
_evidence = TypeAdapter(Evidence)
_entry = TypeAdapter(Entry)
_ladder = TypeAdapter(tuple[Rung, ...])
_value = TypeAdapter(Value | None)


MOST = 4096
"""Records of one kind that are remembered by their text; when there are more, all are forgotten at once."""


class _Texts(Generic[Record]):
    """Records as canonical text, and the ones that were written lately.

    What is read again soon is mostly what this process wrote: then it is that very record, and the text is not parsed.
    The text alone decides, so it does not matter who else writes, or what was rolled back.
    """

    def __init__(self, kind: type, as_json: Callable[[Record], Any], parse: Callable[[str], Record]) -> None:
        """`kind`: which of the records are remembered, the others are parsed each time."""
        self._kind = kind
        self._as_json = as_json
        self._parse = parse
        self.known: dict[str, Record] = {}

    def write(self, one: Record | None) -> str | None:
        if one is None:
            return None
        written = canonical(self._as_json(one))
        if isinstance(one, self._kind):
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[written] = one
        return written

    def read(self, written: str) -> Record:
        known = self.known.get(written)
        return self._parse(written) if known is None else known


class Conversation(TypeDecorator[Session]):
    """A session."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Session | None], str | None]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Write it."""
        return sessions.write

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str], Session]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Read it back."""
        return sessions.read


class Content(TypeDecorator[Message | Mapping[str, Any]]):
    """A message that is said, or what anything else that is sent is made of when it goes."""

    impl = Text
    cache_ok = True

    def bind_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 -- SQLAlchemy's shape
    ) -> Callable[[Message | Mapping[str, Any] | None], str | None]:
        """Write it."""
        return contents.write

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 -- SQLAlchemy's shape
        coltype: object,  # noqa: ARG002 -- SQLAlchemy's shape
    ) -> Callable[[str], Message | Mapping[str, Any]]:
        """Read it back."""
        return contents.read


def _content_to_json(content: Message | Mapping[str, Any]) -> Any:
    return _message.dump_python(content, mode="json") if isinstance(content, Message) else content


def _read_content(written: str) -> Message | Mapping[str, Any]:
    """What cannot be read as a message is given as it stands: it fails by itself when it is to be sent, and alone."""
    try:
        stored = read(written)
    except ValueError:
        return {}
    if not isinstance(stored, dict):
        return {}
    try:
        return _message.validate_python(stored) if "text" in stored else stored
    except ValidationError:
        return stored


def session_from_json(stored: Any) -> Session:
    """The session that was stored."""
    return _session.validate_python(stored)


def welcome_to_json(state: WelcomeState) -> Any:
    """The enrolment conversation as JSON values."""
    return _welcome.dump_python(state, mode="json")


def welcome_from_json(stored: Any) -> WelcomeState:
    """The enrolment conversation that was stored."""
    return _welcome.validate_python(stored)


def evidence_to_json(evidence: Evidence) -> Any:
    """The evidence as JSON values."""
    return _evidence.dump_python(evidence, mode="json")


def evidence_from_json(stored: Any) -> Evidence:
    """The evidence that was stored."""
    return _evidence.validate_python(stored)


def entry_to_json(entry: Entry) -> Any:
    """One entry of an alert's history as JSON values."""
    return _entry.dump_python(entry, mode="json")


def entry_from_json(stored: Any) -> Entry:
    """The entry that was stored."""
    return _entry.validate_python(stored)


def ladder_to_json(ladder: tuple[Rung, ...]) -> Any:
    """The ladder as JSON values."""
    return _ladder.dump_python(ladder, mode="json")


def ladder_from_json(stored: Any) -> tuple[Rung, ...]:
    """The ladder that was stored."""
    return _ladder.validate_python(stored)


def value_from_json(stored: Any) -> Value | None:
    """An item's value; what was a list in JSON is a tuple of option ids again."""
    return _value.validate_python(tuple(stored) if isinstance(stored, list) else stored)


sessions: _Texts[Session] = _Texts(Session, lambda one: one, lambda written: session_from_json(read(written)))
contents: _Texts[Message | Mapping[str, Any]] = _Texts(Message, _content_to_json, _read_content)
