"""What do conditions get to see? The facts of one participant, gathered once for one decision.

The rule: a flow may see the arm, a rule of alerts may not; nothing is read that no condition asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from probot.flows.session import Session
from probot.schedule.civil import local_day
from probot.services.turn import Turn
from probot.store import assessments, history
from probot.store.records import Enrolment
from probot.study.conditions import items_before, items_in, reach
from probot.study.facts import Earlier, Facts
from probot.study.model import Study
from probot.values import NOTHING, EnrolmentId, Value

MEMORY = timedelta(days=92)
"""How far back earlier answers are looked at."""
HIDDEN_FROM_ALERTS = "arm"


ON_ITS_WAY = timedelta(hours=1)
"""A batch's earlier answers are read for words that were written up to so long ago; for older ones again."""


def fetch(turn: Turn, sessions: Iterable[Session]) -> None:
    """Read at once what the conditions of these conversations may look at of earlier answers."""
    whose: dict[str | None, list[EnrolmentId]] = {}
    for session in sessions:
        one = assessments.find(turn.connection, session.assessment)
        if one is not None and _looks_back(turn.pinned(one.study_hash), session):
            whose.setdefault(one.study_hash, []).append(one.enrolment_id)
    for version, enrolments in whose.items():
        items, far = _looked_back(turn.pinned(version))
        if items:
            history.fetch_earlier(turn.connection, enrolments, items, turn.now - far - ON_ITS_WAY)


def _looks_back(study: Study, session: Session) -> bool:
    """Whether anything that follows from an answer to the open question may look at earlier answers."""
    if session.asking is None:
        return False
    rules = study.once("rules look at", "", lambda: _looked_at(study))
    by_rule = any(before and session.asking in items for items, before in rules)
    return by_rule or bool(_before_in_flow(study, session.timepoint))


def _before_in_flow(study: Study, timepoint: str) -> frozenset[str]:
    """Which earlier answers decide what is asked at a timepoint."""
    return study.once(
        "looked back for",
        timepoint,
        lambda: frozenset[str]().union(*(items_before(item.ask_if) for _, item in study.items_of(timepoint))),
    )


def _looked_back(study: Study) -> tuple[frozenset[str], timedelta]:
    """Which earlier answers any condition of this version may look at, and how far back."""
    return study.once("looked back", "", lambda: _look_through(study))


def _look_through(study: Study) -> tuple[frozenset[str], timedelta]:
    asked = [item.ask_if for each in (*study.plan, *study.forms) for _, item in study.items_of(each)]
    conditions = [*asked, *(rule.when for rule in study.rules.values())]
    far = max((reach(condition, MEMORY) for condition in conditions), default=timedelta(0))
    return frozenset[str]().union(*(items_before(condition) for condition in conditions)), far


def for_flow(
    turn: Turn, study: Study, enrolment: Enrolment, timepoint: str, assessment_id: str, now: datetime
) -> Facts:
    """What the conditions of a timepoint's items look at (without this assessment's own answers)."""
    wanted = _before_in_flow(study, timepoint)
    return _facts(turn, enrolment, wanted, assessment_id, now, enrolment.attributes, _looked_back(study)[1])


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
    items, far = (items, MEMORY) if with_days_before else (before, _looked_back(study)[1])
    return _facts(
        turn, enrolment, items, assessment_id, now, visible, far, answers=answers, declined=declined
    )


def _looked_at(study: Study) -> list[tuple[frozenset[str], frozenset[str]]]:
    return [(items_in(rule.when), items_before(rule.when)) for rule in study.rules.values()]


def _facts(
    turn: Turn, enrolment: Enrolment, items: frozenset[str], but: str, now: datetime,
    attributes: Mapping[str, str | tuple[str, ...]], far: timedelta, *,
    answers: Mapping[str, Value] = NOTHING, declined: frozenset[str] = frozenset(),
) -> Facts:  # fmt: skip
    earlier: dict[str, list[Earlier]] = {}
    if items:
        for response in history.earlier_answers(turn.connection, enrolment.id, items, now - far, but=but):
            earlier.setdefault(response.item, []).append(Earlier(response.value, response.answered_at))
    return Facts(
        now=now,
        today=local_day(now, enrolment.zone),
        answers=answers,
        declined=declined,
        earlier={item: tuple(found) for item, found in earlier.items()},
        attributes=attributes,
        anchors=enrolment.anchors,
    )
