"""What happens when many alerts come at once? The group gets those without hurry together, and each urgent one alone.

The rule: a group takes twenty messages a minute, so what is not urgent must never stand in front of what is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from probot.alerts.model import Alert
from probot.alerts.present import MOST_BUTTONS, Listed, round_message, storm_message
from probot.messages import Message
from probot.services.audience import language_of, names
from probot.services.turn import Turn
from probot.store import alerts, people, threads
from probot.wording import say

MOST_SINGLY = 5
"""So many alerts without hurry may wait for the group one by one; from the next on they are said together."""
ROUND = "round"
"""Marks a list of steps that fell due together."""


def gathered(turn: Turn, recipient: str, language: str, alert: Alert, *, silent: bool) -> bool:
    """Say the alert together with those that wait for the group. False if it is to be said alone.

    `silent`: it would come without a sound; together they do if each of them would.
    """
    if recipient != people.TEAM or alert.tier == "urgent":
        return False
    waiting = threads.waiting(turn.connection, recipient)
    together = dict.fromkeys([each.alert for each in waiting] + [alert.id])
    if len(together) <= MOST_SINGLY:
        return False
    threads.drop(turn.connection, [each.message for each in waiting], "said together")
    silent = silent and all(each.silent for each in waiting)
    listed = list(together)
    for first in range(0, len(listed), MOST_BUTTONS):  # each of them is to be taken by a button of its own
        say_together(turn, recipient, language, listed[first : first + MOST_BUTTONS], silent=silent)
    return True


def say_together(
    turn: Turn, recipient: str, language: str, listed: Sequence[str], kind: str = "", *, silent: bool = False
) -> None:
    """Say several alerts in one message, each with its button. `kind`: `ROUND`, or they came at once."""
    message = replace(_together(turn, listed, language, kind), silent=silent)
    key = turn.say(recipient, message, lane="alert", purpose="alert")
    threads.add(
        turn.connection, message=key, alerts=listed, kind="list", recipient=recipient, now=turn.now, detail=kind
    )  # fmt: skip


def refresh(turn: Turn, alert: Alert) -> None:
    """Make the newest list of each reader that names the alert show how things stand."""
    for message, recipient, kind in threads.newest_lists(turn.connection, alert.id):
        _say_anew(turn, recipient, message, kind, alert.id)


def retire_earlier(turn: Turn, recipient: str, message: str) -> None:
    """This list stands in the chat now, for certain: the lists before it name no more what stands here."""
    for earlier, kind in threads.lists_before(turn.connection, message):
        _say_anew(turn, recipient, earlier, kind)


def _say_anew(turn: Turn, recipient: str, message: str, kind: str, about: str | None = None) -> None:
    """Change a list into what it would say now, of the alerts that no newer list names."""
    language = language_of(turn, recipient)
    listed = threads.still_listed(turn.connection, message)
    words = _together(turn, listed, language, kind) if listed else Message(say(language, "alert.below"))
    turn.say(recipient, words, lane="edit", purpose="notice", kind="edit", edits=message, alert_id=about)


def _together(turn: Turn, ids: Sequence[str], language: str, kind: str) -> Message:
    listed: list[Listed] = []
    for one in ids:
        alert = alerts.find(turn.connection, one)
        enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
        if alert is not None and enrolment is not None:
            listed.append((alert, enrolment.code))
    said = round_message if kind == ROUND else storm_message
    return said(turn.study, listed, language, turn.now, names(turn))
