"""What happens when many alerts come at once? The group gets those without hurry together, and each urgent one alone.

The rule: a group takes twenty messages a minute, so what is not urgent must never stand in front of what is.
"""

from __future__ import annotations

from collections.abc import Sequence

from probot.alerts.model import Alert
from probot.alerts.present import Listed, storm_message
from probot.messages import Message
from probot.services.audience import names
from probot.services.turn import Turn
from probot.store import alerts, people, threads

MOST_SINGLY = 5
"""So many alerts without hurry may wait for the group one by one; from the next on they are said together."""


def gathered(turn: Turn, recipient: str, language: str, alert: Alert) -> bool:
    """Say the alert together with those that wait for the group. False if it is to be said alone."""
    if recipient != people.TEAM or alert.tier == "urgent":
        return False
    waiting = threads.waiting(turn.connection, recipient)
    together = dict.fromkeys([each for _, each in waiting] + [alert.id])
    if len(together) <= MOST_SINGLY:
        return False
    threads.drop(turn.connection, [message for message, _ in waiting], "said together")
    key = turn.say(recipient, _together(turn, list(together), language), lane="alert", purpose="notice")
    threads.add(turn.connection, message=key, alerts=together, kind="list", recipient=recipient, now=turn.now)
    return True


def refresh(turn: Turn, alert: Alert, language: str) -> None:
    """Make the newest list that names the alert show how things stand."""
    found = threads.newest_list(turn.connection, alert.id)
    if found is None:
        return
    message, recipient, listed = found
    turn.say(
        recipient, _together(turn, listed, language), lane="edit", purpose="notice", kind="edit", edits=message,
        alert_id=alert.id,
    )  # fmt: skip


def _together(turn: Turn, ids: Sequence[str], language: str) -> Message:
    listed: list[Listed] = []
    for one in ids:
        alert = alerts.find(turn.connection, one)
        enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
        if alert is not None and enrolment is not None:
            listed.append((alert, enrolment.code))
    return storm_message(turn.study, listed, language, turn.now, names(turn))
