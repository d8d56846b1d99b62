"""How do conversations and alerts get in and out of a JSON column?

The rule: pydantic stands at this door, so what comes out has the very types that went in or is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
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

_session = TypeAdapter(Session)
_welcome = TypeAdapter(WelcomeState)
_message = TypeAdapter(Message)
_evidence = TypeAdapter(Evidence)
_entry = TypeAdapter(Entry)
_ladder = TypeAdapter(tuple[Rung, ...])
_value = TypeAdapter(Value | None)


class Conversation(TypeDecorator[Session]):
    """A session as canonical text.

    A conversation is read again at its next answer, mostly as this process wrote it: then it is that very session, and
    the text is not parsed. The text alone decides, so it does not matter who else writes, or what was rolled back.
    """

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Session | None], str | None]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Write it."""
        return _session_to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str], Session]:  # noqa: ARG002 -- SQLAlchemy's shape
        """Read it back."""
        return _session_from_text


MOST_SESSIONS = 4096
"""Sessions that are remembered by their text; when there are more, all are forgotten at once."""
_sessions: dict[str, Session] = {}


def _session_to_text(one: Session | None) -> str | None:
    if one is None:
        return None
    written = canonical(one)
    if len(_sessions) >= MOST_SESSIONS:
        _sessions.clear()
    _sessions[written] = one
    return written


def _session_from_text(written: str) -> Session:
    return _sessions.get(written) or session_from_json(read(written))


def session_from_json(stored: Any) -> Session:
    """The session that was stored."""
    return _session.validate_python(stored)


def welcome_to_json(state: WelcomeState) -> Any:
    """The enrolment conversation as JSON values."""
    return _welcome.dump_python(state, mode="json")


def welcome_from_json(stored: Any) -> WelcomeState:
    """The enrolment conversation that was stored."""
    return _welcome.validate_python(stored)


def message_to_json(message: Message) -> Any:
    """The message as JSON values."""
    return _message.dump_python(message, mode="json")


def message_from_json(stored: Any) -> Message:
    """The message that was stored."""
    return _message.validate_python(stored)


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
