"""Can a condition ever be true, is it always, and does it follow from another? Tried out, not argued.

The rule: a condition is decided by its own `decide`, in every situation that could make a difference;
where these are too many nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations, product
from math import floor, prod

from probot.study.conditions import (
    And,
    Answer,
    Answered,
    Arithmetic,
    AttributeOf,
    Compare,
    Condition,
    DaysSince,
    Declined,
    Has,
    Not,
    Number,
    Operand,
    Or,
    Previous,
)
from probot.study.conditions_text import SORT_OF, Names
from probot.study.facts import Earlier, Facts
from probot.study.model import Item
from probot.values import Value

MOST = 40_000
"""Situations that are tried."""
_NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
_TODAY = date(2024, 6, 1)


@dataclass(slots=True)
class Mentions:
    """What conditions look at."""

    items: set[str] = field(default_factory=set)
    earlier: dict[str, set[timedelta]] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    """Items of which is asked whether they were answered or declined."""
    options: set[str] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)

    def look(self, condition: Condition) -> Mentions:
        """Adds what the condition looks at."""
        match condition:
            case Compare(_, left, right):
                self._operand(left)
                self._operand(right)
            case Has(left, option):
                self._operand(left)
                self.options.add(option)
            case Answered(item) | Declined(item):
                self.items.add(item)
                self.states.add(item)
            case Not(part):
                self.look(part)
            case And(parts) | Or(parts):
                for part in parts:
                    self.look(part)
        return self

    def _operand(self, operand: Operand) -> None:
        match operand:
            case Answer(item):
                self.items.add(item)
            case Previous(item, within):
                self.earlier.setdefault(item, set()).update({within} if within else set())
            case AttributeOf(name):
                self.attributes.add(name)
            case DaysSince(anchor):
                self.anchors.add(anchor)
            case Number(value):
                self.numbers.add(value)
            case Arithmetic(_, left, right):
                self._operand(left)
                self._operand(right)


def mentions(*conditions: Condition) -> Mentions:
    """What all of the conditions look at."""
    found = Mentions()
    for condition in conditions:
        found.look(condition)
    return found


def can_be_true(condition: Condition, names: Names, present: frozenset[str] | None = None) -> bool | None:
    """Whether some situation makes it true; `present`: the items that can have an answer (None: all).

    None: there are too many situations to try.
    """
    situations = _situations(mentions(condition), names, present, unknown=False)
    if situations is None:
        return None
    return any(condition.decide(facts) is True for facts in situations)


def always_true(condition: Condition, names: Names) -> bool | None:
    """Whether it is true in every situation in which all that it looks at is known."""
    situations = _situations(mentions(condition), names, None, unknown=False)
    if situations is None:
        return None
    return all(condition.decide(facts) is True for facts in situations)


def follows(condition: Condition, other: Condition, names: Names) -> bool | None:
    """Whether `other` is true whenever `condition` is, whatever else is unknown."""
    situations = _situations(mentions(condition, other), names, None, unknown=True)
    if situations is None:
        return None
    return all(other.decide(facts) is True for facts in situations if condition.decide(facts) is True)


# ---------------------------------------------------------------- situations

_ABSENT, _DECLINED = "absent", "declined"
_Choice = tuple[str, Value | None, timedelta]
"""What is true of one thing: its state (a value, absent, declined), the value, and the age of an earlier one."""
_Axis = tuple[str, str, list[_Choice]]
"""A thing that conditions look at (its sort and name), and all that can be true of it."""


def _situations(
    seen: Mentions, names: Names, present: frozenset[str] | None, *, unknown: bool
) -> Iterator[Facts] | None:
    axes: list[_Axis] = []
    for item in sorted(seen.items):
        known = present is None or item in present
        choices = _each(_values(names.items[item], seen)) if known else []
        if not known or unknown or item in seen.states:
            choices.append((_ABSENT, None, timedelta()))
        if known and item in seen.states:
            choices.append((_DECLINED, None, timedelta()))
        axes.append(("item", item, choices))
    for item, limits in sorted(seen.earlier.items()):
        ages = [timedelta(), *(limit + timedelta(seconds=1) for limit in sorted(limits) if unknown)]
        choices = [choice for age in ages for choice in _each(_values(names.items[item], seen), age)]
        axes.append(("earlier", item, [*choices, (_ABSENT, None, timedelta())] if unknown else choices))
    for name in sorted(seen.attributes):
        attribute = names.attributes[name]
        options = [option.id for option in attribute.options]
        axes.append(("attribute", name, _each(_subsets(options, seen) if attribute.many else [*options])))
    axes += [("anchor", anchor, _each(_days(seen))) for anchor in sorted(seen.anchors)]
    if prod(len(choices) for _, _, choices in axes) > MOST:
        return None
    return (_facts(axes, situation) for situation in product(*(choices for _, _, choices in axes)))


def _each(values: list[Value], age: timedelta = timedelta()) -> list[_Choice]:
    return [("value", value, age) for value in values]


def _facts(axes: list[_Axis], situation: tuple[_Choice, ...]) -> Facts:
    answers: dict[str, Value] = {}
    declined: set[str] = set()
    earlier: dict[str, tuple[Earlier, ...]] = {}
    attributes: dict[str, str | tuple[str, ...]] = {}
    anchors: dict[str, date] = {}
    for (axis, name, _), (state, value, age) in zip(axes, situation, strict=True):
        if state == _DECLINED:
            declined.add(name)
        if value is None:
            continue
        match axis:
            case "item":
                answers[name] = value
            case "earlier":
                earlier[name] = (Earlier(value, _NOW - age),)
            case "attribute":
                attributes[name] = value if isinstance(value, tuple) else str(value)
            case "anchor" if isinstance(value, int):
                anchors[name] = _TODAY - timedelta(days=value)
    return Facts(_NOW, _TODAY, answers, frozenset(declined), earlier, attributes, anchors)


def _values(item: Item, seen: Mentions) -> list[Value]:
    """The item's values that could make a difference."""
    match SORT_OF[item.kind]:
        case "number":
            return _numbers(item, seen)
        case "choice":
            return [option.id for option in item.options]
        case "many":
            return _subsets([option.id for option in item.options], seen)
        case _:
            return ["something"]


def _numbers(item: Item, seen: Mentions) -> list[Value]:
    scale = 10**item.decimals
    lowest, highest = round(item.lowest * scale), round(item.highest * scale)
    if highest - lowest <= 24:
        steps = set(range(lowest, highest + 1))
    else:
        steps = {lowest, lowest + 1, (lowest + highest) // 2, highest - 1, highest}
        for number in seen.numbers:
            near = floor(number * scale)
            for start in (near, lowest + near, highest - near):
                steps |= {start - 1, start, start + 1, start + 2}
    kept = sorted(step for step in steps if lowest <= step <= highest)
    return [step / scale if item.decimals else step for step in kept]


def _subsets(options: list[str], seen: Mentions) -> list[Value]:
    """All combinations of the options that are asked for, and one option that is not."""
    asked = [option for option in options if option in seen.options][:8]
    rest = [option for option in options if option not in seen.options][:1]
    groups = chain.from_iterable(combinations(asked, size) for size in range(len(asked) + 1))
    found: list[Value] = [tuple(group) for group in groups if group]
    return [*found, tuple(rest)]


def _days(seen: Mentions) -> list[Value]:
    near = {floor(number) for number in seen.numbers}
    return [*sorted({-10_000, 0, 10_000} | {day + step for day in near for step in (-1, 0, 1)})]
