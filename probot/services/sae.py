"""Who is reminded that a serious event is still to be reported, or that a record waits? Whoever its ladder names.

The rule: nothing stops the clock but the report; what nobody has judged or signed is said again every day.
"""

from __future__ import annotations

from probot.outcomes.adverse_words import call, reminder
from probot.outcomes.sae_clock import remind
from probot.services import alerting, audience
from probot.services.adverse_form import mark, tell_judges
from probot.services.turn import Turn
from probot.store import adverse, claims, people
from probot.store.receipts import OUTSIDE
from probot.store.tables_outcomes import adverse_event as table


def claim(turn: Turn, token: str, limit: int) -> list[str]:
    """Claim adverse events whose next reminder is due."""
    return claims.claim_due(turn.connection, table, turn.now, token, limit)


def advance(turn: Turn, key: str, token: str) -> None:
    """Remind of one claimed event whoever is due to hear of it."""
    event = adverse.find(turn.connection, key)
    assert event is not None
    enrolment = people.by_id(turn.connection, event.enrolment, lock=True)
    assert enrolment is not None
    event = adverse.find(turn.connection, key)  # as it is now that nobody else can change it
    assert event is not None
    climbed = remind(turn.study, event, turn.now)
    adverse.save(turn.connection, event, climbed.event)
    if climbed.waits:
        tell_judges(turn, climbed.event, enrolment)
    told: set[str] = set()
    by_principal = {person.principal: person for person in people.active_staff(turn.connection)}
    for name in climbed.notify:
        for recipient, language in audience.readers(turn, name, enrolment):
            if recipient in told:
                continue
            told.add(recipient)
            if recipient.startswith(OUTSIDE):
                words = call(turn.study, climbed.event, enrolment.code, language, turn.now)
                turn.say(recipient, words, lane="outside", purpose="notice")
                continue
            person = by_principal.get(recipient)
            may = turn.study.powers(person.role) if person is not None else frozenset()
            message = reminder(turn.study, climbed.event, enrolment.code, language, turn.now, may)
            turn.say(recipient, message, lane="alert", purpose="notice", item=mark(event))
    if climbed.notify or climbed.waits:
        turn.note(
            "adverse event: reminded",
            "adverse event",
            event.id,
            code=enrolment.code,
            new=list(climbed.notify),
        )
    if not claims.settle(turn.connection, table, key, token):
        raise alerting.LostClaim(key)
