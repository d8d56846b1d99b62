"""How do conversations and alerts get in and out of a JSON column?

The rule: pydantic stands at this door, so what comes out has the very types that went in or is an error.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from probot.alerts.model import Entry, Evidence
from probot.flows.session import Session
from probot.flows.welcome import WelcomeState
from probot.messages import Message
from probot.study.model import Rung
from probot.values import Value

_session = TypeAdapter(Session)
_welcome = TypeAdapter(WelcomeState)
_message = TypeAdapter(Message)
_evidence = TypeAdapter(Evidence)
_entry = TypeAdapter(Entry)
_ladder = TypeAdapter(tuple[Rung, ...])
_value = TypeAdapter(Value | None)


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
