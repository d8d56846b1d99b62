"""How soon would the participant like to be contacted? Asked after a rule was met, and shown to the team.

The rule: a wish may bring an alert to the front and have it said again, and it raises what the same answer in a form
would if nothing as pressing stands; it never makes one wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from probot.alerts import life, steps
from probot.alerts.ladder import CARE_TEAM
from probot.alerts.model import WISHES, Alert, Hit, Wish
from probot.alerts.rules import hits
from probot.flows.commands import contact_offer
from probot.services import alerting, gather, telling
from probot.services.turn import Turn
from probot.store import alerts, outbox
from probot.store.records import Enrolment
from probot.study.model import TIERS, Study
from probot.values import Value

STILL_ABOUT = timedelta(hours=24)
"""Alerts that were met this lately are what a wish is about."""
WITHOUT_THEM = frozenset({"missed", "blocked", "undelivered", "paused", "withdrawn"})
"""Signals that nobody has to be asked about: the participant said nothing."""


def offer(turn: Turn, enrolment: Enrolment, since: datetime) -> None:
    """Ask for it, if a rule was met by what the participant said from `since` on, and they have not told already."""
    contact = turn.study.contact
    if contact is None or enrolment.status not in {"active", "paused"}:
        return
    met = [
        alert
        for alert in alerts.standing(turn.connection, enrolment.id)
        if (alert.last_hit_at or alert.raised_at) >= since and _is_theirs(turn, alert)
    ]
    if not met or all(_told_since(alert, since) for alert in met):
        return
    asked = outbox.said_lately(
        turn.connection, enrolment.principal, "reply", "contact", turn.now - contact.again
    )
    if asked and not _is_graver(turn, enrolment, met, since):
        return
    message = contact_offer(turn.study, enrolment.language)
    turn.say(enrolment.principal, message, lane="reply", purpose="reply", item="contact")


def _is_graver(turn: Turn, enrolment: Enrolment, met: list[Alert], since: datetime) -> bool:
    """Whether something urgent is new since they were asked, and they did not want somebody at once already."""
    standing = alerts.standing(turn.connection, enrolment.id)
    return all(alert.wish != "now" for alert in standing) and any(
        alert.tier == "urgent" and alert.raised_at >= since for alert in met
    )


def _is_theirs(turn: Turn, alert: Alert) -> bool:
    rule = turn.pinned(alert.study).rules.get(alert.rule)
    return rule is None or rule.on not in WITHOUT_THEM


def _told_since(alert: Alert, since: datetime) -> bool:
    return any(entry.deed == "wished" and entry.at >= since for entry in alert.history)


def in_a_form(
    turn: Turn, study: Study, enrolment: Enrolment, given: Mapping[str, Value | None], *, told: bool
) -> None:
    """An answer to the study's own item on contact. `told`: the answer met a rule, so the team knows already."""
    if study.contact is None:
        return
    for item in study.contact.items:
        wish = _read(given.get(item))
        if wish is not None:
            note(turn, enrolment, wish, louder=not told)


def _read(value: Value | None) -> Wish | None:
    return next((wish for wish in WISHES if wish == value), None)


def chosen(turn: Turn, enrolment: Enrolment, choice: str) -> bool:
    """A button under the question was tapped. False if there is no alert that it could be about."""
    wish = _read(choice)
    if wish is None:
        return False
    found = _more_pressing(turn, enrolment, wish)
    told = bool(found) and alerting.raise_all(turn, turn.study, enrolment, found)
    return note(turn, enrolment, wish, louder=not told)


def _more_pressing(turn: Turn, enrolment: Enrolment, wish: Wish) -> list[Hit]:
    """What the same answer in a form would raise, where nothing stands that is as pressing."""
    study, items = turn.study, turn.study.contact.items if turn.study.contact is not None else ()
    standing = max((TIERS.index(alert.tier) for alert in _about(turn, enrolment)), default=-1)
    for item in items:
        facts = gather.for_rules(
            turn, study, enrolment, [item], {item: wish}, frozenset(), "", turn.now, with_days_before=True
        )
        found = hits(study, facts, frozenset({item}), zone=enrolment.zone)
        if found:
            return [hit for hit in found if TIERS.index(hit.tier) > standing]
    return []


def note(turn: Turn, enrolment: Enrolment, wish: Wish, *, louder: bool) -> bool:
    """Put the wish down in each alert it is about. `louder`: say again what should not wait; False if there is none."""
    about = _about(turn, enrolment)
    louder = louder and not any(one.tier == "urgent" and one.state == "open" for one in about)
    for alert in about:
        study, after = turn.pinned(alert.study), steps.wished(alert, wish, turn.now)
        names = _who_hears(alert, wish) if louder else ()
        if names:
            after = replace(after, notified_at=turn.now)
        alerts.save(turn.connection, alert, after)
        alerting.trail(turn, enrolment, after, "contact wished", old=alert.wish, new=wish)
        telling.tell(
            turn, study, enrolment, after, names, dict.fromkeys(names, "wished"), aloud=wish == "now"
        )
        telling.refresh(turn, study, enrolment, after)
    return bool(about)


def _about(turn: Turn, enrolment: Enrolment) -> list[Alert]:
    standing = alerts.standing(turn.connection, enrolment.id)
    return [one for one in standing if turn.now - (one.last_hit_at or one.raised_at) <= STILL_ABOUT]


def _who_hears(alert: Alert, wish: Wish) -> tuple[str, ...]:
    """Who is told once more: whoever has it, if she cannot wait. An urgent alert that nobody has rings by itself, and a
    wish for today calls nobody twice.
    """
    if wish == "no_need":
        return ()
    had = steps.holder(alert)
    if had is not None:
        return (f"staff:{had}",) if wish == "now" else ()
    if alert.tier != "urgent" and (wish == "now" or life.by_digest(alert)):
        return tuple(dict.fromkeys((CARE_TEAM, *alert.told)))
    return ()
