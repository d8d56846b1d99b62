"""How is an alarm said? To whoever its names mean, in their language, and changed as it changes.

The rule: the row of the outbox names the alarm, so that an answered one is not said any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from probot.alerts.alarm import Alarm, alarm_message
from probot.services import audience
from probot.services.turn import Turn
from probot.store import alarms
from probot.store.receipts import OUTSIDE


def say_to(turn: Turn, alarm: Alarm, names: Sequence[str], marked: str) -> None:
    """Have the alarm said, as it stands, to whoever the names mean. `marked`: test, trouble or over."""
    told: set[str] = set()
    until = alarm.next_at if alarm.kind == "test" and not alarm.climbing else None
    for name in names:
        for recipient, language in audience.readers(turn, name, None):
            if recipient in told:
                continue
            told.add(recipient)
            outside = recipient.startswith(OUTSIDE)
            message = alarm_message(
                turn.study, alarm, language, staff=audience.names(turn), outside=outside, until=until
            )
            turn.say(
                recipient, message, lane="outside" if outside else "alert", purpose="notice",
                item=f"{marked}:{alarm.id}",
            )  # fmt: skip


def say_as_it_stands(turn: Turn, alarm: Alarm) -> None:
    """Change what was said of the alarm in chats into what is true now."""
    for recipient, message_id in alarms.posts(turn.connection, alarm.id):
        language = audience.language_of(turn, recipient)
        message = alarm_message(turn.study, alarm, language, staff=audience.names(turn))
        turn.say(recipient, message, lane="edit", purpose="notice", kind="edit", edits=message_id)
