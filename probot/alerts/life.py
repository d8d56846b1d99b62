"""What can happen to an alert, and in which order? Raised, met again, taken, corrected, closed.

The rule: forward only. An alert that is closed stays so (the next hit raises another), a tier never falls, and
what happened before stays in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from probot.alerts.evidence import severity
from probot.alerts.ladder import first_due, first_rung_at, ladder_at, ladder_for
from probot.alerts.model import Action, Alert, AlertState, Entry, Evidence, Hit
from probot.study.model import TIERS, Item, Study
from probot.values import AlertId, EnrolmentId, StaffId, Value, derived_id

Happening = Literal[
    "hit", "louder hit", "acknowledge", "correct", "close", "step", "ask", "word", "lapse", "wish"
]  # fmt: skip

MOVES: Mapping[tuple[AlertState, Happening], AlertState | None] = {
    ("open", "hit"): "open",
    ("open", "louder hit"): "open",
    ("open", "acknowledge"): "acknowledged",
    ("open", "correct"): "open",
    ("open", "close"): None,  # somebody has to have it first
    ("acknowledged", "hit"): "acknowledged",
    ("acknowledged", "louder hit"): "open",  # taken is not the same as solved: the ladder starts anew
    ("acknowledged", "acknowledge"): None,  # one name at a time
    ("acknowledged", "correct"): "acknowledged",
    ("acknowledged", "close"): "closed",
    ("closed", "hit"): None,  # raises another alert
    ("closed", "louder hit"): None,
    ("closed", "acknowledge"): None,
    ("closed", "correct"): "closed",  # noted, for whoever reads it later
    ("closed", "close"): None,
    ("open", "step"): None,  # a call, a snooze, an assignment: by somebody who has it
    ("acknowledged", "step"): "acknowledged",
    ("closed", "step"): None,
    ("open", "ask"): "open",  # a question to the participant does not say that somebody has it
    ("acknowledged", "ask"): "acknowledged",
    ("closed", "ask"): "closed",  # asking what became of it opens nothing
    ("open", "word"): "open",  # from the participant, or that nothing could reach them
    ("acknowledged", "word"): "acknowledged",
    ("closed", "word"): "closed",
    ("open", "lapse"): None,
    ("acknowledged", "lapse"): "open",  # taken, and then nothing followed
    ("closed", "lapse"): None,
    ("open", "wish"): "open",
    ("acknowledged", "wish"): "acknowledged",
    ("closed", "wish"): None,
}
"""Where each happening leads; None: it is refused and changes nothing. A louder hit is one that people are
told of (again)."""

AGAIN_AFTER = timedelta(hours=24)
"""A hit this long after people were last told is told again, even without a rise; not where somebody has the alert
and their own term calls them sooner, or the hour until which they have put it off.
"""
BEGIN_ANEW = frozenset({"acknowledged", "reopened", "lapsed", "woken", "left"})
"""Deeds after which a snooze from before counts no more."""

Why = Literal["tier", "rise", "time"]


@dataclass(frozen=True, slots=True)
class Absorbed:
    """A hit that went into an alert that was there already.

    `notify`: people are to know of it, for the reason `why`. `tell`: who is told right now, beside the ladder.
    It is empty where the ladder started anew (climb it: its first rung is due) or where the digest will tell.
    """

    alert: Alert
    notify: bool
    why: Why | None
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyTaken:
    """Refused: `by` has it since `at`."""

    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyClosed:
    """Refused: `by` closed it at `at`."""

    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Refused: an alert is closed by somebody who has it, and nobody has this one."""


Refusal = AlreadyTaken | AlreadyClosed | NotTaken


def raise_alert(study: Study, enrolment: EnrolmentId, hit: Hit, cause: str, now: datetime) -> Alert:
    """A new open alert, its ladder frozen, its first rung not yet climbed.

    `cause` is the id of what met the rule (a response's revision, a note, an assessment): the same cause makes
    the same alert id, so a retry raises nothing twice.
    """
    return Alert(
        id=AlertId(derived_id("alert", enrolment, hit.concept, cause)),
        enrolment=enrolment,
        concept=hit.concept,
        rule=hit.rule,
        tier=hit.tier,
        state="open",
        raised_at=now,
        study=study.hash,
        ladder=ladder_at(study, hit.tier, ladder_for(study, hit.tier), now),
        rung=0,
        next_at=first_due(study, hit.tier, now),
        evidence=hit.evidence,
        peak=_peak(study, hit.evidence.item, (hit.evidence,)),
        last_hit_at=now,
        history=(Entry("raised", now, rule=hit.rule, tier=hit.tier, evidence=hit.evidence),),
    )


def absorb(study: Study, alert: Alert, hit: Hit, now: datetime) -> Absorbed:
    """Add a hit to the participant's alert on the same concept. ValueError for a closed one: raise another."""
    why = _why_louder(study, alert, hit, now)
    state = MOVES[alert.state, "louder hit" if why else "hit"]
    if state is None:
        raise ValueError(f"alert {alert.id} is closed")
    met = Entry("hit", now, rule=hit.rule, tier=hit.tier, evidence=hit.evidence, why=why or "")
    reopened = state == "open" and alert.state != "open"
    louder = replace(
        alert,
        state=state,
        hits=alert.hits + 1,
        last_hit_at=now,
        history=(*alert.history, met, *((replace(met, deed="reopened"),) if reopened else ())),
    )
    if why == "tier":
        louder = replace(louder, rule=hit.rule, tier=hit.tier, ladder=ladder_for(study, hit.tier))
    louder = replace(louder, peak=_peak(study, alert.evidence.item, _evidences(louder), alert.peak))
    if why == "tier" or reopened:
        anew = replace(
            louder,
            ladder=ladder_at(study, louder.tier, louder.ladder, now),
            rung=0,
            next_at=first_rung_at(study, louder.ladder, louder.tier, now),
            told=(),
            acknowledged_by=None,
            acknowledged_at=None,
        )
        return Absorbed(anew, notify=True, why=why)
    if why is None:
        return Absorbed(louder, notify=False, why=None)
    tell = () if by_digest(alert) else alert.told
    return Absorbed(replace(louder, notified_at=now if tell else louder.notified_at), True, why, tell)


def acknowledge(study: Study, alert: Alert, staff: StaffId, now: datetime) -> Alert | Refusal:
    """`staff` has it from now on: the ladder stops, and nothing else ends. It lapses if nothing follows in time."""
    if MOVES[alert.state, "acknowledge"] is None:
        return refusal_of(alert)
    return replace(
        alert,
        state="acknowledged",
        acknowledged_by=staff,
        acknowledged_at=now,
        taken_at=alert.taken_at or now,
        assigned_to=None,
        next_at=now + study.handling[alert.tier].lasts,
        history=(*alert.history, Entry("acknowledged", now, by=staff)),
    )


def close(
    alert: Alert, staff: StaffId, now: datetime, action: Action = "none", reason: str = ""
) -> Alert | Refusal:
    """`staff` says that it is dealt with, and how."""
    if MOVES[alert.state, "close"] is None:
        return refusal_of(alert)
    return replace(
        alert,
        state="closed",
        closed_by=staff,
        closed_at=now,
        action=action,
        action_reason=reason,
        next_at=None,
        history=(*alert.history, Entry("closed", now, by=staff, code=action, words=reason)),
    )


def corrected(alert: Alert, item: str, before: Value | None, after: Value | None, now: datetime) -> Alert:
    """Note that an answer this alert rests on was changed. State, ladder and evidence stay as they are.

    An alert that does not rest on the item is given back unchanged.
    """
    if all(evidence.item != item for evidence in _evidences(alert)):
        return alert
    change = Evidence(item=item, value=after, previous=before)
    return replace(alert, history=(*alert.history, Entry("corrected", now, evidence=change)))


def rests_on(alert: Alert, item: str, value: Value | None, since: datetime) -> bool:
    """Whether this very answer, given at `since`, is what the alert rests on, and not one of another day that says the
    same; also where it is the correction of such an answer.
    """
    return any(
        each.evidence.item == item and each.evidence.value == value and each.at >= since
        for each in alert.history
        if each.deed in {"raised", "hit", "corrected"} and each.evidence is not None
    )


def latest(alert: Alert) -> Evidence:
    """The evidence of the newest hit; `alert.evidence` is that of the first."""
    return next(reversed(_evidences(alert)), alert.evidence)


# ---------------------------------------------------------------- how loud


def _why_louder(study: Study, alert: Alert, hit: Hit, now: datetime) -> Why | None:
    if TIERS.index(hit.tier) > TIERS.index(alert.tier):
        return "tier"
    if _rose(study, alert, hit.evidence):
        return "rise"
    # A milder rule of the same concept is an improvement; it is kept, but no reason to call anybody.
    if hit.tier != alert.tier or _is_in_hand(study, alert):
        return None
    return "time" if now - (alert.notified_at or alert.raised_at) >= AGAIN_AFTER else None


def _is_in_hand(study: Study, alert: Alert) -> bool:
    """Whether somebody has it who must note a step within a day anyway, or has put it off with a reason to an hour that
    all can see. Urgent alerts do not rest on that.
    """
    held = alert.state == "acknowledged" and alert.tier != "urgent"
    return held and (study.handling[alert.tier].lasts <= AGAIN_AFTER or snoozed_until(alert) is not None)


def snoozed_until(alert: Alert) -> datetime | None:
    """Until when it is put off; None if it is not, or if a later step has ended that."""
    for entry in reversed(alert.history):
        if entry.deed == "snoozed":
            return entry.until
        if entry.deed in BEGIN_ANEW or entry.deed in {"called", "assigned", "asked", "closed"}:
            return None
    return None


def _rose(study: Study, alert: Alert, evidence: Evidence) -> bool:
    """A real rise over the worst so far while open; any rise, or another item, once somebody has it."""
    if evidence.item is None:
        return False
    item = study.item(evidence.item)
    now = severity(item, evidence.value)
    if now is None:
        known = any(each.item == evidence.item for each in _evidences(alert))
        return alert.state == "acknowledged" and not known
    before = _worst(item, _evidences(alert))
    if before is None:
        return alert.state == "acknowledged"
    rise = round(now - before, 6)  # 39.4 - 38.5 is a little less than 0.9 in binary
    return rise > 0 if alert.state == "acknowledged" else rise >= round(real_rise(item), 6)


def real_rise(item: Item) -> float:
    """How much worse is worse: a fifth of a scale (2 points of 0-10), a tenth of a number's plausible range
    (0.9 degrees of 34-43), 2 of a count, one step of a choice.
    """
    width = item.highest - item.lowest
    return {"scale": width / 5, "number": width / 10, "count": 2}.get(item.kind, 1)


def _peak(
    study: Study, item_id: str | None, evidences: tuple[Evidence, ...], so_far: float | None = None
) -> float | None:
    """The worst number so far of the item that the alert was raised for; `so_far` where this version has it no more."""
    if item_id is None:
        return None
    try:
        item = study.item(item_id)
    except KeyError:
        return so_far
    worst = _worst(item, evidences)
    return -worst if worst is not None and item.higher_is == "better" else worst


def _worst(item: Item, evidences: tuple[Evidence, ...]) -> float | None:
    """The highest severity that the item has had."""
    known = [severity(item, each.value) for each in evidences if each.item == item.id]
    return max((each for each in known if each is not None), default=None)


def _evidences(alert: Alert) -> tuple[Evidence, ...]:
    met = tuple(
        each.evidence
        for each in alert.history
        if each.deed in {"raised", "hit"} and each.evidence is not None
    )
    return met or (alert.evidence,)


def by_digest(alert: Alert) -> bool:
    """Whether the alert is only spoken of in digests so far, so that the next one will tell of the hit."""
    return all(rung.digest is not None for rung in alert.ladder[: alert.rung])


def refusal_of(alert: Alert) -> Refusal:
    """Why nothing can be done with the alert as it stands."""
    if alert.closed_by is not None and alert.closed_at is not None:
        return AlreadyClosed(alert.closed_by, alert.closed_at)
    if alert.acknowledged_by is not None and alert.acknowledged_at is not None:
        return AlreadyTaken(alert.acknowledged_by, alert.acknowledged_at)
    return NotTaken()
