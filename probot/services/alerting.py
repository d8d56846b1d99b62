"""Who is told when a rule is met, and who next when nobody takes it?

The rule: an alert and its first message go down in the transaction of what met the rule; from then on either a
named person has it or a next step is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import and_

from probot.alerts import life
from probot.alerts.ladder import CARE_TEAM, MOST_EARLY, Climbed, Reason, climb, climb_early, quiet_now, reason
from probot.alerts.model import Alert, Hit
from probot.alerts.present import Listed, digest_message, note_message, open_list_message
from probot.alerts.rules import strongest
from probot.alerts.steps import holder, lapsed, recounted
from probot.flows.session import ItemAnswered
from probot.messages import Message
from probot.services import centres, summary, telling
from probot.services.advise import advise
from probot.services.audience import able, chat_of_team, direct, hearing, names, readers
from probot.services.turn import Turn
from probot.store import alerts, calls, claims, outbox, people
from probot.store.records import Enrolment, Outgoing
from probot.store.tables import alert as table
from probot.study.model import TIERS, Study

CLOSED_LATELY = timedelta(days=7)
"""For so long after closing, whoever closed an alert hears that an answer it rests on was corrected."""
LOOK_FOR_SOMEBODY = timedelta(hours=1)
"""How often it is looked whether somebody has come whom a held message can be told; a binding looks at once."""


class LostClaim(Exception):
    """Somebody else holds the alert by now; this transaction must not be committed."""


# ------------------------------------------------------------------------------ a rule is met


def raise_all(
    turn: Turn, study: Study, enrolment: Enrolment, found: Sequence[Hit], *, tell: bool = True
) -> bool:
    """Raise, or add to, one alert for each concept met; every other hit is kept on record as well.

    `tell`: the participant gets the rules' safety text. True if the care team has just been told of any.
    """
    by_tier = tuple(sorted(found, key=lambda hit: -TIERS.index(hit.tier)))
    new = {hit.concept for hit in strongest(by_tier) if _is_new_and_urgent(turn, enrolment, hit)}
    told = [_raise(turn, study, enrolment, hit) for hit in strongest(by_tier)]
    spoken = {id(hit) for hit in strongest(by_tier)}
    for hit in by_tier:
        if id(hit) not in spoken:
            turn.note(
                "rule met as well", "alert", hit.concept, code=enrolment.code, field=hit.rule, new=hit.tier
            )
    if tell:
        advise(turn, study, enrolment, by_tier, new)
    return any(told)


def _is_new_and_urgent(turn: Turn, enrolment: Enrolment, hit: Hit) -> bool:
    if hit.tier != "urgent":
        return False
    standing = alerts.open_of(turn.connection, enrolment.id, hit.concept)
    return standing is None or standing.tier != "urgent"


def _raise(turn: Turn, study: Study, enrolment: Enrolment, hit: Hit) -> bool:
    standing = alerts.open_of(turn.connection, enrolment.id, hit.concept)
    if standing is None:
        alert = life.raise_alert(study, enrolment.id, hit, turn.cause, turn.now)
        alerts.add(turn.connection, alert)
        calls.nothing_shows(turn.connection, alert.id)
        trail(turn, enrolment, alert, "alert raised", new=hit.rule)
        return _climb(turn, study, enrolment, alert).notified_at == turn.now
    absorbed = life.absorb(study, standing, hit, turn.now)
    alerts.save(turn.connection, standing, absorbed.alert)
    trail(turn, enrolment, absorbed.alert, "rule met again", new=hit.rule, reason=absorbed.why or "no rise")
    if absorbed.notify and not absorbed.tell:
        absorbed = replace(absorbed, alert=_climb(turn, study, enrolment, absorbed.alert))
    telling.tell(
        turn, study, enrolment, absorbed.alert, absorbed.tell, dict.fromkeys(absorbed.tell, "repeat")
    )
    telling.refresh(turn, study, enrolment, absorbed.alert)
    return absorbed.notify


def show_words(
    turn: Turn, enrolment: Enrolment, words: str, kind: Literal["note", "unclear", "media"], item: str | None = None
) -> None:  # fmt: skip
    """What a participant wrote, to the team as it is: no alert, or none that anybody is called to anew, carries it."""
    for recipient, language in readers(turn, CARE_TEAM, enrolment):
        message = note_message(turn.study, enrolment.code, language, words, turn.now, kind=kind, item=item)
        turn.say(recipient, message, lane="reply", purpose="notice")


def note_correction(
    turn: Turn, study: Study, enrolment: Enrolment, fact: ItemAnswered, met: frozenset[str] | set[str]
) -> None:
    """An answer was corrected: standing alerts that rest on it say so, and stay; so do those closed lately, silently."""
    before = fact.before.value if fact.before else None
    _note_after_closing(turn, study, enrolment, fact, met)
    for alert in alerts.standing(turn.connection, enrolment.id):
        if alert.concept in met:
            continue
        after = life.corrected(alert, fact.item, before, fact.given.value, turn.now)
        if after is alert:
            continue
        alerts.save(turn.connection, alert, after)
        trail(turn, enrolment, after, "answer corrected", old=before, new=fact.given.value)
        telling.tell(turn, study, enrolment, after, after.told, dict.fromkeys(after.told, "corrected"))
        telling.refresh(turn, study, enrolment, after)


def _note_after_closing(
    turn: Turn, study: Study, enrolment: Enrolment, fact: ItemAnswered, met: frozenset[str] | set[str]
) -> None:
    """An alert was closed on an answer that is no longer so: whoever closed it may have to undo what was done."""
    if fact.before is None:
        return
    since = turn.now - CLOSED_LATELY
    for alert in alerts.closed_since(turn.connection, enrolment.id, since):
        before, now = fact.before.value, fact.given.value
        if alert.concept in met or not life.rests_on(alert, fact.item, before, fact.before.at):
            continue
        after = life.corrected(alert, fact.item, before, now, turn.now)
        alerts.save(turn.connection, alert, after)
        trail(turn, enrolment, after, "answer corrected", old=before, new=now)
        telling.refresh(turn, study, enrolment, after)
        person = people.staff_by_id(turn.connection, alert.closed_by or "")
        here = person is not None and person.status == "active"
        name = person.principal if person is not None and here else CARE_TEAM
        for recipient, language in readers(turn, name, enrolment):
            message = telling.shown(turn, study, enrolment, after, language, "corrected")
            silently = replace(message, silent=True)
            turn.say(recipient, silently, lane="reply", purpose="notice", alert_id=alert.id)


# ------------------------------------------------------------------------------ the ladder


def claim(turn: Turn, token: str, limit: int) -> list[str]:
    """Claim alerts whose next rung is due, and with them those without hurry that may be told of together with them."""
    due = claims.claim_due(turn.connection, table, turn.now, token, limit)
    calm = [tier for tier in TIERS if tier != "urgent" and not quiet_now(turn.study, tier, turn.now)]
    if not due or not calm:
        return due
    near = and_(table.c.next_at > turn.now, table.c.tier.in_(calm), table.c.state == "open", table.c.rung > 0)
    soon = claims.claim_due(turn.connection, table, turn.now, token, limit, ahead=MOST_EARLY, which=near)
    return due + soon


def escalate(turn: Turn, keys: Sequence[str], token: str) -> None:
    """Climb the claimed alerts. Steps that fall due together are told together, once for each reader."""
    together = telling.Round(turn)
    digests: dict[tuple[str, str], list[Listed]] = {}
    held = [one for key in sorted(keys) if (one := hold(turn, key)) is not None]
    for study, enrolment, alert in sorted(held, key=lambda one: _waits(turn, one[2])):
        if alert.state == "acknowledged":
            _lapse(turn, study, enrolment, alert, together)
            climbed: Climbed | None = None
        elif _waits(turn, alert):
            climbed = _early(turn, study, alert, together)
        else:
            climbed = climb(study, alert, turn.now)
        if climbed is not None:
            _climbed(turn, study, enrolment, alert, climbed, together)
            told = [one for name in climbed.digest for one in readers(turn, name, enrolment)]
            for reader in dict.fromkeys(told):
                digests.setdefault(reader, []).append((climbed.alert, enrolment.code))
        if not claims.settle(turn.connection, table, alert.id, token):
            raise LostClaim(alert.id)
    together.close()
    for (recipient, language), entries in digests.items():
        if not summary.is_told(turn, recipient):
            message = digest_message(turn.study, entries, language, turn.now)
            turn.say(recipient, message, lane="digest", purpose="notice")


def hold(turn: Turn, key: str) -> tuple[Study, Enrolment, Alert] | None:
    """An alert with its study and participant, whom nobody else changes until the commit. None: there is no such alert."""
    alert = alerts.find(turn.connection, key)
    if alert is None:
        return None
    enrolment = people.by_id(turn.connection, alert.enrolment, lock=True)
    alert = alerts.find(turn.connection, key)  # as it is now that nobody else can change it
    assert enrolment is not None
    assert alert is not None
    return turn.pinned(alert.study), enrolment, alert


def _waits(turn: Turn, alert: Alert) -> bool:
    return alert.state == "open" and alert.next_at is not None and alert.next_at > turn.now


def _early(turn: Turn, study: Study, alert: Alert, together: telling.Round) -> Climbed | None:
    """The next step of an alert that is not due yet, if somebody whom it would tell is being told of others now."""
    climbed = climb_early(study, alert, turn.now)
    return climbed if climbed is not None and together.names.intersection(climbed.notify) else None


def _climb(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert) -> Alert:
    if alert.next_at is None or alert.next_at > turn.now:
        return alert
    climbed = climb(study, alert, turn.now)
    _climbed(turn, study, enrolment, alert, climbed)
    return climbed.alert


def _climbed(
    turn: Turn, study: Study, enrolment: Enrolment, before: Alert, climbed: Climbed,
    together: telling.Round | None = None,
) -> None:  # fmt: skip
    alerts.save(turn.connection, before, climbed.alert)
    if climbed.notify or climbed.digest:
        trail(turn, enrolment, climbed.alert, "alert told", new=[*climbed.notify, *climbed.digest])
    whys = {name: reason(before, name) for name in climbed.notify}
    telling.tell(turn, study, enrolment, climbed.alert, climbed.notify, whys, together=together)


def _lapse(turn: Turn, study: Study, enrolment: Enrolment, alert: Alert, together: telling.Round) -> None:
    if alert.next_at is not None and alert.next_at <= turn.now:
        open_again(turn, study, enrolment, alert, together=together)


BECAUSE: dict[str, tuple[Reason, str]] = {
    "woken": ("woken", "the snooze is over"),
    "lapsed": ("lapsed", "nothing followed"),
    "left": ("left", "whoever had it left the team"),
}
"""Why an alert is open again: what readers are told, and what the trail says."""


def open_again(
    turn: Turn, study: Study, enrolment: Enrolment, alert: Alert, *, left: bool = False,
    together: telling.Round | None = None,
) -> None:  # fmt: skip
    """A taken alert is open again, its ladder begins anew, and whoever knew of it hears so.

    Without hurry, those on the upper rungs hear it from the ladder, should it climb to them again; and whoever let it
    lapse is named to all, so that their own chat need not ring as well. What is routine waits for the next digest.
    """
    had = holder(alert)
    after = lapsed(study, alert, turn.now, left=left)
    why, because = BECAUSE[after.history[-1].deed]
    trail(turn, enrolment, after, "alert open again", old=alert.state, new=after.state, reason=because)
    climbed = climb(study, after, turn.now)
    calm = after.tier != "urgent" and not left
    known = () if calm or life.by_digest(alert) else alert.told
    told = tuple(dict.fromkeys((*known, *climbed.notify)))
    final = replace(climbed.alert, notified_at=turn.now if told else climbed.alert.notified_at)
    alerts.save(turn.connection, alert, final)
    person = people.staff_by_id(turn.connection, had) if had else None
    directly = [person.principal] if person is not None and person.status == "active" else []
    softly = directly if calm and why == "lapsed" else ()
    names = (*told, *directly)
    telling.tell(
        turn, study, enrolment, final, names, dict.fromkeys(names, why), softly=softly, together=together
    )
    if together is None:
        telling.refresh(turn, study, enrolment, final)
    else:
        together.changed(study, enrolment, final)


def recount(turn: Turn, key: str, ahead: timedelta, why: str, *, at_once: bool = True) -> None:
    """The next step of an alert is counted anew: a clock was wrong by `ahead`, or nobody knows what became of it.

    `at_once`: whoever is due to hear of it does in this turn; else with whatever else is due then.
    """
    held = hold(turn, key)
    if held is None or held[2].next_at is None:
        return
    study, enrolment, alert = held
    after = recounted(study, alert, ahead, turn.now)
    alerts.save(turn.connection, alert, after)
    trail(turn, enrolment, after, "alert counted anew", old=alert.next_at, new=after.next_at,
          reason=why)  # fmt: skip
    if at_once:
        _climb(turn, study, enrolment, after)
    telling.refresh(turn, study, enrolment, after)


# ------------------------------------------------------------------------------ when somebody cannot be told


def pass_on(turn: Turn, row: Outgoing, why: str) -> None:
    """A message to the care team cannot arrive where it was meant to go: everybody able hears it instead.

    Whoever it has failed at is not tried again, and whoever has it anyway does not get it twice. If nobody is
    left, it is held until somebody is bound.
    """
    everybody = _who_may_hear(turn, row)
    heard, vain = outbox.others_told(turn.connection, row)
    team = chat_of_team(turn)
    there = ([(people.TEAM, team.language)] if team is not None else []) + everybody
    others = [recipient for recipient, _ in there if recipient not in {row.recipient, *heard, *vain}]
    for recipient, language in there:
        if recipient in others:
            outbox.copy_to(turn.connection, row, recipient, turn.now, content=_in_words(turn, row, language))
    if others:
        outbox.drop(turn.connection, row, f"passed on: {why}")
        turn.note("alert path broken", "message", row.id, reason=why, old=row.recipient, new=others)
    elif heard:
        outbox.drop(turn.connection, row, f"others have it: {why}")
    elif team is None:
        outbox.hold(turn.connection, row, people.TEAM, turn.now, turn.now + LOOK_FOR_SOMEBODY)
        outbox.drop(turn.connection, row, f"held: {why}")
        if why != outbox.NOBODY:
            turn.note("alert path broken", "message", row.id, reason=why, old=row.recipient, new=[])
    else:
        outbox.bury(turn.connection, row, why)
        turn.note("alert path broken", "message", row.id, reason=why, old=row.recipient, new=[])


def _who_may_hear(turn: Turn, row: Outgoing) -> list[tuple[str, str]]:
    """Everybody able who may hear what this message says."""
    # Two that fail at the same moment must see each other, or each believes that the other one was told.
    here = able(turn, people.active_staff(turn.connection, lock=True))
    alert = alerts.find(turn.connection, row.alert_id) if row.alert_id else None
    if alert is not None:
        return direct(hearing(turn, here, people.by_id(turn.connection, alert.enrolment)))
    # Whom it names is not known, so it goes to those who hear of all that its reader may hear of.
    meant = people.staff_by_id(turn.connection, row.recipient.removeprefix("staff:"))
    its = meant.centre if meant is not None else centres.EVERYWHERE
    return direct([each for each in here if not centres.is_apart(turn.study, each) or each.centre == its])


def also_directly(turn: Turn, row: Outgoing) -> None:
    """The chat it was meant for will not take it for a while: everybody able who has not been told is, meanwhile."""
    everybody = _who_may_hear(turn, row)
    heard, vain = outbox.others_told(turn.connection, row)
    for recipient, language in everybody:
        if recipient not in {row.recipient, *heard, *vain}:
            outbox.copy_to(turn.connection, row, recipient, turn.now, content=_in_words(turn, row, language))


def _in_words(turn: Turn, row: Outgoing, language: str) -> Message | None:
    """What a message about an alert says to a reader of that language, as things stand; None: as it is written."""
    alert = alerts.find(turn.connection, row.alert_id) if row.alert_id else None
    enrolment = people.by_id(turn.connection, alert.enrolment) if alert is not None else None
    if alert is None or enrolment is None:
        return None
    return telling.shown(turn, turn.pinned(alert.study), enrolment, alert, language)


def lose_team(turn: Turn, why: str) -> None:
    """The care team's chat is gone: whoever can be reached directly gets all that is open, at once."""
    people.unbind(turn.connection, people.TEAM, turn.now, why)
    turn.note("team chat lost", "contact", people.TEAM, reason=why)
    tell_what_is_open(turn, [one for one in readers(turn, CARE_TEAM, None) if one[0] != people.TEAM])


def somebody_is_there(turn: Turn, recipient: str, language: str) -> None:
    """The team's chat or a member of staff has been bound: what waited for anybody goes now, and what is open is told."""
    outbox.let_go(turn.connection, turn.now)
    if recipient == people.TEAM:
        tell_what_is_open(turn, [(recipient, language)])


def tell_what_is_open(turn: Turn, to: Sequence[tuple[str, str]]) -> None:
    """The list of /open, unasked, to somebody who has not seen the alerts themselves. Nothing if there are none."""
    listed = [
        (alert, enrolment.code)
        for alert in alerts.standing(turn.connection)
        if (enrolment := people.by_id(turn.connection, alert.enrolment)) is not None
    ]
    if not listed:
        return
    for recipient, language in to:
        hidden = centres.unheard_by(turn, recipient)
        theirs = [entry for entry in listed if entry[1] not in hidden]
        if theirs:
            message = open_list_message(turn.study, theirs, language, turn.now, names(turn))
            turn.say(recipient, message, lane="alert", purpose="notice")


def trail(
    turn: Turn,
    enrolment: Enrolment,
    alert: Alert,
    action: str,
    *,
    old: Any = None,
    new: Any = None,
    reason: str = "",
) -> None:
    """Add what happened to an alert to the audit trail."""
    turn.note(
        action, "alert", alert.id, code=enrolment.code, field=alert.concept, old=old, new=new, reason=reason,
        study=alert.study,
    )  # fmt: skip
