"""Who is told when a rule is met, and who next when nobody takes it?

The rule: an alert and its first message go down in the transaction of what met the rule; from then on either a
named person has it or a next step is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from probot.alerts import life
from probot.alerts.ladder import CARE_TEAM, Climbed, Reason, climb, quiet_now, reason
from probot.alerts.model import Alert, Hit
from probot.alerts.present import alert_message, digest_message
from probot.alerts.rules import strongest
from probot.flows.commands import safety_text
from probot.flows.session import ItemAnswered
from probot.messages import Message
from probot.services.turn import Turn
from probot.store import alerts, claims, outbox, people
from probot.store.records import Enrolment, Outgoing, Staff
from probot.store.tables import alert as table
from probot.study.model import Study
from probot.values import AlertId

SAME_ADVICE = timedelta(hours=1)
"""The same safety text is not sent to a participant twice within this time."""


# ------------------------------------------------------------------------------ a rule is met


def raise_all(
    turn: Turn, study: Study, enrolment: Enrolment, found: Sequence[Hit], *, tell: bool = True
) -> bool:
    """Raise, or add to, one alert for each concept met; every other hit is kept on record as well.

    `tell`: the participant gets the rules' safety text. True if the care team has just been told of any.
    """
    told = [_raise(turn, study, enrolment, hit) for hit in strongest(tuple(found))]
    spoken = {id(hit) for hit in strongest(tuple(found))}
    for hit in found:
        if id(hit) not in spoken:
            turn.note(
                "rule met as well", "alert", hit.concept, code=enrolment.code, field=hit.rule, new=hit.tier
            )
    if tell:
        _advise(turn, study, enrolment, found)
    return any(told)


def _raise(turn: Turn, study: Study, enrolment: Enrolment, hit: Hit) -> bool:
    standing = alerts.open_of(turn.connection, enrolment.id, hit.concept)
    if standing is None:
        alert = life.raise_alert(study, enrolment.id, hit, turn.cause, turn.now)
        alerts.add(turn.connection, alert)
        _trail(turn, enrolment, alert, "alert raised", new=hit.rule)
        return _climb(turn, study, enrolment, alert).notified_at == turn.now
    absorbed = life.absorb(study, standing, hit, turn.now)
    alerts.save(turn.connection, standing, absorbed.alert)
    _trail(turn, enrolment, absorbed.alert, "rule met again", new=hit.rule, reason=absorbed.why or "no rise")
    if absorbed.notify and not absorbed.tell:
        absorbed = replace(absorbed, alert=_climb(turn, study, enrolment, absorbed.alert))
    _tell(turn, study, enrolment, absorbed.alert, absorbed.tell, dict.fromkeys(absorbed.tell, "repeat"))
    _refresh(turn, study, enrolment, absorbed.alert)
    return absorbed.notify


def note_correction(
    turn: Turn, study: Study, enrolment: Enrolment, fact: ItemAnswered, met: frozenset[str] | set[str]
) -> None:
    """An answer was corrected: standing alerts that rest on it say so, and stay."""
    before = fact.before.value if fact.before else None
    for alert in alerts.standing(turn.connection, enrolment.id):
        if alert.concept in met:
            continue
        after = life.corrected(alert, fact.item, before, fact.given.value, turn.now)
        if after is alert:
            continue
        alerts.save(turn.connection, alert, after)
        _trail(turn, enrolment, after, "answer corrected", old=before, new=fact.given.value)
        _tell(turn, study, enrolment, after, after.told, dict.fromkeys(after.told, "corrected"))
        _refresh(turn, study, enrolment, after)


def _advise(turn: Turn, study: Study, enrolment: Enrolment, found: Sequence[Hit]) -> None:
    """The safety text of the strongest rule that has one; once an hour is enough for the same words."""
    named = [study.rules[hit.rule].tell_participant for hit in found if hit.rule in study.rules]
    key = next((name for name in named if name), None)
    if key is None:
        return
    if outbox.said_lately(turn.connection, enrolment.principal, "safety", key, turn.now - SAME_ADVICE):
        return
    message = safety_text(study, enrolment.language, key)
    turn.say(enrolment.principal, message, lane="alert", purpose="safety", item=key)


# ------------------------------------------------------------------------------ the ladder


def claim(turn: Turn, token: str, limit: int) -> list[str]:
    """Claim alerts whose next rung is due."""
    return claims.claim_due(turn.connection, table, turn.now, token, limit)


def escalate(turn: Turn, keys: Sequence[str], token: str) -> None:
    """Climb the claimed alerts; what belongs into a digest is told together, once for each reader."""
    digests: dict[str, list[tuple[Alert, str]]] = {}
    for key in sorted(keys):
        alert = alerts.find(turn.connection, key)
        if alert is None:
            continue
        enrolment = people.by_id(turn.connection, alert.enrolment, lock=True)
        assert enrolment is not None
        study = turn.pinned(alert.study)
        climbed = climb(study, alert, turn.now)
        _climbed(turn, study, enrolment, alert, climbed)
        for name in climbed.digest:
            digests.setdefault(name, []).append((climbed.alert, enrolment.code))
        claims.settle(turn.connection, table, key, token)
    for name, entries in digests.items():
        for recipient, language in readers(turn, name):
            message = digest_message(turn.study, entries, language, turn.now)
            turn.say(recipient, message, lane="digest", purpose="notice")


def _climb(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert) -> Alert:
    if alert.next_at is None or alert.next_at > turn.now:
        return alert
    climbed = climb(study, alert, turn.now)
    _climbed(turn, study, enrolment, alert, climbed)
    return climbed.alert


def _climbed(turn: Turn, study: Study, enrolment: Enrolment, before: Alert, climbed: Climbed) -> None:
    alerts.save(turn.connection, before, climbed.alert)
    if climbed.notify or climbed.digest:
        _trail(turn, enrolment, climbed.alert, "alert told", new=[*climbed.notify, *climbed.digest])
    whys = {name: reason(before, name) for name in climbed.notify}
    _tell(turn, study, enrolment, climbed.alert, climbed.notify, whys)


# ------------------------------------------------------------------------------ saying it


def _tell(
    turn: Turn,
    study: Study,
    enrolment: Enrolment,
    alert: Alert,
    names: Sequence[str],
    whys: dict[str, Reason],
) -> None:
    told: set[str] = set()
    for name in names:
        for recipient, language in readers(turn, name):
            if recipient in told:
                continue
            told.add(recipient)
            message = shown(turn, study, enrolment, alert, language, whys[name])
            silent = quiet_now(study, alert.tier, turn.now)
            turn.say(
                recipient, replace(message, silent=silent), lane="alert", purpose="alert", alert_id=alert.id
            )


def shown(
    turn: Turn, study: Study, enrolment: Enrolment, alert: Alert, language: str, why: Reason | None = None
) -> Message:
    """The alert as the care team sees it."""
    names: dict[str, str] = {person.id: person.name for person in people.all_staff(turn.connection)}
    return alert_message(
        study, alert, enrolment.code, language, reason=why or "raised", staff=names, now=turn.now
    )


def _refresh(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert) -> None:
    """Make the newest message of each reader show the alert as it stands now."""
    newest = {recipient: message for message, recipient in outbox.posts_of_alert(turn.connection, alert.id)}
    for recipient, message_id in newest.items():
        message = shown(turn, study, enrolment, alert, language_of(turn, recipient))
        turn.say(
            recipient, message, lane="edit", purpose="notice", kind="edit", edits=message_id, alert_id=alert.id
        )  # fmt: skip


def readers(turn: Turn, name: str) -> list[tuple[str, str]]:
    """Who is meant by a name of the ladder: `(principal, language)`, never nobody while anybody is there."""
    team = people.contact_of(turn.connection, people.TEAM)
    here = people.active_staff(turn.connection)
    if name == CARE_TEAM:
        if team is not None:
            return [(people.TEAM, team.language)]
        return _direct(_able(turn, here))
    holders = [person for person in here if person.role == name]
    if holders:
        return _direct(holders)
    return [(people.TEAM, team.language)] if team is not None else _direct(_able(turn, here))


def _able(turn: Turn, here: Sequence[Staff]) -> list[Staff]:
    return [person for person in here if may(turn, person, "acknowledge")]


def _direct(persons: Sequence[Staff]) -> list[tuple[str, str]]:
    return [(person.principal, person.language) for person in persons]


def may(turn: Turn, person: Staff, power: str) -> bool:
    """Whether a member of staff may do this, by the role's powers in the study in force."""
    role = turn.study.roles.get(person.role)
    return role is not None and power in role.may


def language_of(turn: Turn, recipient: str) -> str:
    """The language in which a reader of the care team is spoken to."""
    contact = people.contact_of(turn.connection, recipient)
    return contact.language if contact is not None else turn.study.languages[0]


# ------------------------------------------------------------------------------ somebody takes it


def acknowledge(turn: Turn, alert_id: str, person: Staff) -> Alert | life.Refusal | None:
    """`person` has it from now on. None: there is no such alert."""
    return _decide(turn, alert_id, person, "acknowledged")


def close(turn: Turn, alert_id: str, person: Staff) -> Alert | life.Refusal | None:
    """`person` says that it is dealt with. None: there is no such alert."""
    return _decide(turn, alert_id, person, "closed")


def _decide(turn: Turn, alert_id: str, person: Staff, deed: str) -> Alert | life.Refusal | None:
    alert = alerts.find(turn.connection, AlertId(alert_id))
    if alert is None:
        return None
    enrolment = people.by_id(turn.connection, alert.enrolment, lock=True)
    assert enrolment is not None
    alert = alerts.find(turn.connection, alert_id)
    assert alert is not None
    decide = life.acknowledge if deed == "acknowledged" else life.close
    after = decide(alert, person.id, turn.now)
    if not isinstance(after, Alert):
        return after
    alerts.save(turn.connection, alert, after)
    _trail(turn, enrolment, after, f"alert {deed}", old=alert.state, new=after.state)
    outbox.cancel_alert(turn.connection, alert.id, f"{deed} meanwhile")
    _refresh(turn, turn.pinned(alert.study), enrolment, after)
    return after


def pass_on(turn: Turn, row: Outgoing, why: str) -> None:
    """A message to the care team can never arrive where it was meant to go: everybody able hears it instead."""
    if row.kind == "edit":
        return
    turn.note("alert path broken", "message", row.id, reason=why, new=row.recipient)
    if row.recipient == people.TEAM:
        people.unbind(turn.connection, people.TEAM, turn.now, why)
    for person in _able(turn, people.active_staff(turn.connection)):
        if person.principal != row.recipient:
            outbox.copy_to(turn.connection, row, person.principal, turn.now)


def _trail(
    turn: Turn,
    enrolment: Enrolment,
    alert: Alert,
    action: str,
    *,
    old: Any = None,
    new: Any = None,
    reason: str = "",
) -> None:
    turn.note(
        action, "alert", alert.id, code=enrolment.code, field=alert.concept, old=old, new=new, reason=reason,
        study=alert.study,
    )  # fmt: skip
