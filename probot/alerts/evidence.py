"""What does an alert show as its reason? The answer, the one before it, the last days, and since when.

The rule: every number is one that the participant gave; the worst of a day stands for the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import takewhile

from probot.alerts.model import Evidence, TrendPoint
from probot.schedule.civil import local_day
from probot.study.conditions import And, Answer, Compare, Condition, Number, Or, Word
from probot.study.facts import Facts
from probot.study.model import Item, Study
from probot.values import Value

MOST_DAYS = 7
"""Days on the line of recent values; days without an answer are not counted."""


def evidence_of(study: Study, condition: Condition, facts: Facts, item_id: str, zone: str) -> Evidence:
    """The evidence for a condition that holds, told from the item whose answer has just changed.

    `previous` is the newest earlier answer, however old. `responses` stays empty: only the store knows ids.
    """
    item = study.item(item_id)
    value = facts.answers.get(item_id)
    days = _by_day(item, facts, zone)
    return Evidence(
        item=item_id,
        value=value,
        previous=facts.previous(item_id),
        trend=trend(item, days),
        since=None if value is None else _since(item, condition, facts, value, days),
    )


def severity(item: Item, value: Value | None) -> float | None:
    """How bad the value is, as a number that grows with badness; None where the item has no order.

    A scale that is better when higher is turned round, so severities may be below zero.
    """
    number = as_number(item, value)
    if number is None:
        return None
    return -number if item.higher_is == "better" else number


def as_number(item: Item, value: Value | None) -> float | None:
    """The number that a value is, or that its option carries; None if neither."""
    if isinstance(value, str) and item.kind in {"choice", "yes_no"}:
        return next((each.score for each in item.options if each.id == value), None)
    return value if isinstance(value, int | float) else None


def trend(item: Item, days: Mapping[date, tuple[Value, ...]]) -> tuple[TrendPoint, ...]:
    """The worst number of each of the newest seven days that have one, oldest first."""
    points = []
    for day, values in days.items():
        numbers = [number for each in values if (number := as_number(item, each)) is not None]
        if numbers:
            worst = min(numbers) if item.higher_is == "better" else max(numbers)
            points.append(TrendPoint(day.isoformat(), worst))
    return tuple(points[-MOST_DAYS:])


def _by_day(item: Item, facts: Facts, zone: str) -> dict[date, tuple[Value, ...]]:
    """All known answers by local day, oldest day first; the current one belongs to today."""
    days: dict[date, tuple[Value, ...]] = {}
    for entry in reversed(facts.earlier.get(item.id, ())):
        day = min(local_day(entry.at, zone), facts.today)  # a traveller's yesterday may be dated tomorrow
        days[day] = (*days.get(day, ()), entry.value)
    if item.id in facts.answers:
        days[facts.today] = (*days.get(facts.today, ()), facts.answers[item.id])
    return dict(sorted(days.items()))


def _since(
    item: Item, condition: Condition, facts: Facts, value: Value, days: Mapping[date, tuple[Value, ...]]
) -> str:
    """The first day of the unbroken run of answered days, up to today, that were as severe as the rule asks.

    A day is, if one of its values meets what the condition asks of this item alone, or is at least as bad as
    today's. A day without an answer does not break the run: nobody knows how it was.
    """
    asked = [part for part in _asked_of(item.id, condition) if part.decide(facts) is True]
    now = severity(item, value)

    def as_severe(day: date) -> bool:
        return any(meets(each) for each in days[day])

    def meets(each: Value) -> bool:
        then = severity(item, each)
        if now is not None and then is not None and then >= now:
            return True
        alone = facts._replace(answers={item.id: each})
        return all(part.decide(alone) is True for part in asked) if asked else each == value

    run = list(takewhile(as_severe, sorted(days, reverse=True)))
    return run[-1].isoformat()


def _asked_of(item_id: str, condition: Condition) -> Iterator[Compare]:
    """The comparisons of this item alone with something written in the rule (`pain >= 7`)."""
    match condition:
        case Compare(_, Answer(item), Number() | Word()) | Compare(_, Number() | Word(), Answer(item)):
            if item == item_id:
                yield condition
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked_of(item_id, part)
        case _:
            return
