"""Which participant does a command of the team mean? The one whose code stands behind it.

The rule: whoever may not hear of a participant is not told the code of one either.
"""

from __future__ import annotations

from probot.alerts.staff import not_theirs, unknown_code
from probot.messages import Message
from probot.services import centres
from probot.services.turn import Turn
from probot.store import people
from probot.store.records import Enrolment, Staff


def sought(turn: Turn, person: Staff, command: str, text: str, language: str) -> Enrolment | Message:
    """The participant, in whatever case the code is written; else the words that say why there is none.

    `text`: what stood behind the `command`.
    """
    code = code_in(text)
    enrolment = people.by_code(turn.connection, code) or people.by_code(turn.connection, code.upper())
    if enrolment is None:
        hidden = centres.hidden_from(turn, person)
        known = [one.code for one in people.all_enrolments(turn.connection) if one.code not in hidden]
        return unknown_code(language, command, code, known)
    if centres.closed_to(turn, person, enrolment):
        return Message(not_theirs(language))
    return enrolment


def code_in(text: str) -> str:
    """The first word behind a command; empty if there is none."""
    return text.strip().split()[0] if text.strip() else ""
