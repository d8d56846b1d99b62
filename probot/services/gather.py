"""What do conditions get to see? The facts of one participant, gathered once for one decision.

The rule: a flow may see the arm, a rule of alerts may not; nothing is read that no condition asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from probot.schedule.civil import local_day
from probot.services.turn import Turn
from probot.store import assessments
from probot.store.records import Enrolment
from probot.study.conditions import items_before, items_in, reach
from probot.study.facts import Earlier, Facts
from probot.study.model import Study
from probot.values import Value

MEMORY = timedelta(days=92)
"""How far back earlier answers are looked at."""
HIDDEN_FROM_ALERTS = "arm"


def for_flow(
    turn: Turn, study: Study, enrolment: Enrolment, timepoint: str, assessment_id: str, now: datetime
) -> Facts:
    """What the conditions of a timepoint's items look at (without this assessment's own answers)."""
    wanted = study.once(
        "looked back for",
        timepoint,
        lambda: frozenset[str]().union(*(items_before(item.ask_if) for _, item in study.items_of(timepoint))),
    )
    far = study.once(
        "looked back so far for",
        timepoint,
        lambda: max((reach(item.ask_if, MEMORY) for _, item in study.items_of(timepoint)), default=MEMORY),
    )
    return _facts(turn, enrolment, wanted, assessment_id, now, enrolment.attributes, far)


def for_rules(
    turn: Turn, study: Study, enrolment: Enrolment, changed: Iterable[str], answers: Mapping[str, Value],
    declined: frozenset[str], assessment_id: str, now: datetime, *, with_days_before: bool,
) -> Facts:  # fmt: skip
    """What the rules that look at `changed` items see, with this assessment's answers.

    `with_days_before`: also the earlier answers that only an alert shows, once it is known that there is one.
    """
    items = frozenset(changed)
    before = frozenset[str]()
    for looked_at, looked_back_at in study.once("rules look at", "", lambda: _looked_at(study)):
        if items & looked_at:
            before |= looked_back_at
            if with_days_before:
                items |= before | looked_at
    visible = {name: value for name, value in enrolment.attributes.items() if name != HIDDEN_FROM_ALERTS}
    if with_days_before:
        facts = _facts(turn, enrolment, items, assessment_id, now, visible, MEMORY)
    else:
        far = study.once(
            "rules look back so far",
            "",
            lambda: max((reach(rule.when, MEMORY) for rule in study.rules.values()), default=MEMORY),
        )
        facts = _facts(turn, enrolment, before, assessment_id, now, visible, far)
    return Facts(
        now=facts.now, today=facts.today, answers=answers, declined=declined, earlier=facts.earlier,
        attributes=facts.attributes, anchors=facts.anchors,
    )  # fmt: skip


def _looked_at(study: Study) -> list[tuple[frozenset[str], frozenset[str]]]:
    return [(items_in(rule.when), items_before(rule.when)) for rule in study.rules.values()]


def _facts(
    turn: Turn, enrolment: Enrolment, items: frozenset[str], but: str, now: datetime,
    attributes: Mapping[str, str | tuple[str, ...]], far: timedelta,
) -> Facts:  # fmt: skip
    earlier: dict[str, list[Earlier]] = {}
    if items:
        for response in assessments.earlier_answers(turn.connection, enrolment.id, items, now - far, but=but):
            earlier.setdefault(response.item, []).append(Earlier(response.value, response.answered_at))
    return Facts(
        now=now,
        today=local_day(now, enrolment.zone),
        earlier={item: tuple(found) for item, found in earlier.items()},
        attributes=attributes,
        anchors=enrolment.anchors,
    )
