"""How is an alert said, in which chats, and does it ring there? One message for each reader, kept as it stands.

The rule: an urgent alert always rings, alone and at once. What is without hurry may come without a sound beside
something that has just rung for the same participant, and steps that fall due together are one message in each chat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from probot.alerts.ladder import Reason, quiet_now
from probot.alerts.menus import Menu
from probot.alerts.model import Alert
from probot.alerts.present import MOST_BUTTONS, alert_message, said_below
from probot.messages import Lane, Message
from probot.services import outside, pictures, storm
from probot.services.audience import able, hearing, language_of, names, readers
from probot.services.turn import Turn
from probot.store import alerts, calls, people, threads
from probot.store.receipts import OUTSIDE
from probot.store.records import Enrolment, Outgoing
from probot.study.model import TIERS, Study

SITTING = timedelta(minutes=30)
"""What one participant says within this time is one sitting: a form takes minutes."""
FROM_A_SITTING: frozenset[Reason] = frozenset({"raised", "repeat", "wished"})
"""Reasons that lie in what the participant has just said; a step of the ladder is none."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One alert for one reader."""

    study: Study
    enrolment: Enrolment
    alert: Alert
    why: Reason
    silent: bool


@dataclass(slots=True)
class Round:
    """Steps that fall due together. What is put in is said by `close`: one message for each chat.

    `names`: whom of the ladder it tells aloud, so that whatever is nearly due for the same readers can join.
    """

    turn: Turn
    names: set[str] = field(default_factory=set)
    _said: dict[tuple[str, str], list[_Said]] = field(default_factory=dict)
    _changed: list[tuple[Study, Enrolment, Alert]] = field(default_factory=list)

    def put(self, reader: tuple[str, str], name: str, said: _Said) -> None:
        """One more alert for a reader, `(principal, language)`, who was meant by `name`."""
        self._said.setdefault(reader, []).append(said)
        if not said.silent:
            self.names.add(name)

    def changed(self, study: Study, enrolment: Enrolment, alert: Alert) -> None:
        """Have what shows the alert made current, once everything is said."""
        self._changed.append((study, enrolment, alert))

    def close(self) -> None:
        """Say it all."""
        for (recipient, language), said in self._said.items():
            if len(said) == 1:
                _say_alone(self.turn, recipient, language, said[0])
                continue
            for first in range(0, len(said), MOST_BUTTONS):
                part = said[first : first + MOST_BUTTONS]
                for one in part:
                    calls.supersede_alert(self.turn.connection, recipient, one.alert.id)
                silent = all(one.silent for one in part)
                listed = [one.alert.id for one in part]
                storm.say_together(self.turn, recipient, language, listed, storm.ROUND, silent=silent)
        for study, enrolment, alert in self._changed:
            refresh(self.turn, study, enrolment, alert)


def tell(
    turn: Turn,
    study: Study,
    enrolment: Enrolment,
    alert: Alert,
    names: Sequence[str],
    whys: dict[str, Reason],
    *,
    aloud: bool = False,
    softly: Iterable[str] = (),
    together: Round | None = None,
) -> None:
    """Have the alert said anew to whoever the names mean, each for its reason.

    `aloud`: in quiet hours as well. `softly`: names that hear it without a sound. `together`: what falls due at the
    same time; an alert without hurry is said with it.
    """
    told: set[str] = set()
    for name in names:
        for recipient, language in readers(turn, name, enrolment):
            if recipient in told:
                continue
            told.add(recipient)
            if recipient.startswith(OUTSIDE):
                outside.call(turn, study, enrolment, alert, recipient, "rung")
                continue
            why = whys[name]
            silent = alert.tier != "urgent" and (
                name in softly
                or (not aloud and quiet_now(study, alert.tier, turn.now))
                or (why in FROM_A_SITTING and _rang_just_now(turn, recipient, alert, aloud=aloud))
            )
            said = _Said(study, enrolment, alert, why, silent)
            if together is not None and alert.tier != "urgent":
                together.put((recipient, language), name, said)
            else:
                _say_alone(turn, recipient, language, said)
    outside.stand_by(turn, study, enrolment, alert, names)


def _rang_just_now(turn: Turn, recipient: str, alert: Alert, *, aloud: bool) -> bool:
    """Whether this chat has rung in the same sitting for something of the same participant that nobody has taken yet
    and that is no less pressing. `aloud`: only a ring of this very moment counts.
    """
    others = [each for each in alerts.standing(turn.connection, alert.enrolment) if each.id != alert.id]
    if not others:
        return False
    since = turn.now if aloud else turn.now - SITTING
    rung = threads.rung_for(turn.connection, recipient, alert.enrolment, since)
    return any(key != alert.id and TIERS.index(tier) >= TIERS.index(alert.tier) for key, tier in rung)


def _say_alone(turn: Turn, recipient: str, language: str, said: _Said) -> None:
    alert = said.alert
    if storm.gathered(turn, recipient, language, alert, silent=said.silent):
        return
    calls.supersede_alert(turn.connection, recipient, alert.id)
    message = replace(shown(turn, said.study, said.enrolment, alert, language, said.why), silent=said.silent)
    lane: Lane = "urgent" if alert.tier == "urgent" else "alert"
    key = turn.say(recipient, message, lane=lane, purpose="alert", alert_id=alert.id)
    pictures.under_alert(turn, alert, recipient, key)


def shown(
    turn: Turn,
    study: Study,
    enrolment: Enrolment,
    alert: Alert,
    language: str,
    why: Reason | None = None,
    *,
    menu: Menu = "main",
) -> Message:
    """The alert as the care team sees it, with the buttons of a menu."""
    here = hearing(turn, people.active_staff(turn.connection), enrolment) if menu == "assign" else ()
    receivers: dict[str, str] = {person.id: person.name for person in able(turn, here)}
    return alert_message(
        study, alert, enrolment.code, language, reason=why or "raised", staff=names(turn), now=turn.now, menu=menu,
        able=receivers if menu == "assign" else None,
    )  # fmt: skip


def retire_earlier(turn: Turn, row: Outgoing, language: str) -> None:
    """What the message tells of stands further down in this chat now, for certain: what stood above points there and
    has no buttons any more.
    """
    if not row.message.buttons:
        return  # the words alone, because the channel would take no more: what can be tapped stands above
    if row.alert_id is None:
        storm.retire_earlier(turn, row.recipient, row.id)
        return
    earlier = calls.earlier_post(turn.connection, row)
    alert = alerts.find(turn.connection, row.alert_id) if earlier is not None else None
    enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
    if alert is None or enrolment is None:
        return
    words = said_below(turn.pinned(alert.study), alert, enrolment.code, language)
    turn.say(
        row.recipient, words, lane="edit", purpose="notice", kind="edit", edits=earlier, alert_id=alert.id
    )


def refresh(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert) -> None:
    """Make the newest message of each reader show the alert as it stands now."""
    newest = {recipient: message for message, recipient in calls.posts_of_alert(turn.connection, alert.id)}
    for recipient, message_id in newest.items():
        message = shown(turn, study, enrolment, alert, language_of(turn, recipient))
        turn.say(
            recipient, message, lane="edit", purpose="notice", kind="edit", edits=message_id, alert_id=alert.id
        )  # fmt: skip
    storm.refresh(turn, alert)
