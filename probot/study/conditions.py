"""What does a condition mean? A small closed set of values, and how each is decided.

The rule: total and without loops. What is not known is neither true nor false (None), and a condition that is
not known to be true does not hold. Nothing here is ever evaluated as code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from operator import ge, gt, le, lt
from typing import Literal

from probot.study.facts import Facts
from probot.values import Value


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written (`7`, `38.0`)."""

    value: float


@dataclass(frozen=True, slots=True)
class Word:
    """An option id as written (`yes`, `oral`)."""

    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """This assessment's answer to an item."""

    item: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The newest answer to an item in earlier assessments, not older than `within`."""

    item: str
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """What is known of the participant under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole local days from an anchor to today (0 on the day itself)."""

    anchor: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum or difference of two numbers."""

    operator: Literal["+", "-"]
    left: Operand
    right: Operand


Operand = Number | Word | Answer | Previous | AttributeOf | DaysSince | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; unknown when either side is."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Has:
    """A several-of answer or attribute contains the option (`site has oral`)."""

    left: Answer | Previous | AttributeOf
    option: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The item was answered in this assessment (`answered(pain)`); never unknown."""

    item: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The participant preferred not to answer the item (`declined(pain)`); never unknown."""

    item: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All parts. False as soon as one is false, whatever is unknown."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part. True as soon as one is true, whatever is unknown."""

    parts: tuple[Condition, ...]


Condition = Compare | Has | Answered | Declined | Not | And | Or


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition is known to be true; no condition always holds."""
    return condition is None or decide(condition, facts) is True


def decide(condition: Condition, facts: Facts) -> bool | None:
    """True, False, or None where what it needs is not known."""
    match condition:
        case Compare(operator, left, right):
            return _compare(operator, look_up(left, facts), look_up(right, facts))
        case Has(left, option):
            found = look_up(left, facts)
            return None if found is None else option in (found if isinstance(found, tuple) else (found,))
        case Answered(item):
            return item in facts.answers
        case Declined(item):
            return item in facts.declined
        case Not(part):
            known = decide(part, facts)
            return None if known is None else not known
        case And(parts):
            return _all([decide(part, facts) for part in parts])
        case Or(parts):
            opposite = _all([_opposite(decide(part, facts)) for part in parts])
            return _opposite(opposite)


def _all(known: list[bool | None]) -> bool | None:
    if False in known:
        return False
    return None if None in known else True


def _opposite(known: bool | None) -> bool | None:  # noqa: FBT001 (a value of three, no flag)
    return None if known is None else not known


def look_up(operand: Operand, facts: Facts) -> Value | None:
    """The operand's value, or None where it is not known."""
    match operand:
        case Number(value) | Word(value):
            return value
        case Answer(item):
            return facts.answers.get(item)
        case Previous(item, within):
            return facts.previous(item, within)
        case AttributeOf(name):
            return facts.attributes.get(name)
        case DaysSince(anchor):
            start = facts.anchors.get(anchor)
            return None if start is None else (facts.today - start).days
        case Arithmetic(operator, left, right):
            first, second = look_up(left, facts), look_up(right, facts)
            if not isinstance(first, int | float) or not isinstance(second, int | float):
                return None
            # 38.3 - 37.0 is a little less than 1.3 in binary, and a rule that asks for 1.3 means it.
            return round(first + second if operator == "+" else first - second, 6)


def _compare(operator: str, left: Value | None, right: Value | None) -> bool | None:
    if left is None or right is None:
        return None
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None  # `check` refuses an order between words; a stored study never gets here
    return _ORDERS[operator](left, right)


_ORDERS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def items_in(condition: Condition | None) -> frozenset[str]:
    """The items whose answers in this assessment the condition looks at (not those only in `previous`)."""
    match condition:
        case None:
            return frozenset()
        case Compare(_, left, right):
            return _items_of(left) | _items_of(right)
        case Has(left, _):
            return _items_of(left)
        case Answered(item) | Declined(item):
            return frozenset({item})
        case Not(part):
            return items_in(part)
        case And(parts) | Or(parts):
            return frozenset().union(*(items_in(part) for part in parts))


def items_before(condition: Condition | None) -> frozenset[str]:
    """The items whose earlier answers (`previous`) the condition looks at."""
    match condition:
        case Compare(_, left, right):
            return _before(left) | _before(right)
        case Has(left, _):
            return _before(left)
        case Not(part):
            return items_before(part)
        case And(parts) | Or(parts):
            return frozenset().union(*(items_before(part) for part in parts))
        case _:
            return frozenset()


def reach(condition: Condition | None, most: timedelta) -> timedelta:
    """How old the earlier answers may be that the condition looks at: `most` where it names no age."""
    match condition:
        case Compare(_, left, right):
            return max(_reach(left, most), _reach(right, most))
        case Has(left, _):
            return _reach(left, most)
        case Not(part):
            return reach(part, most)
        case And(parts) | Or(parts):
            return max((reach(part, most) for part in parts), default=timedelta(0))
        case _:
            return timedelta(0)


def _reach(operand: Operand, most: timedelta) -> timedelta:
    match operand:
        case Previous(_, within):
            return most if within is None else min(within, most)
        case Arithmetic(_, left, right):
            return max(_reach(left, most), _reach(right, most))
        case _:
            return timedelta(0)


def _before(operand: Operand) -> frozenset[str]:
    match operand:
        case Previous(item, _):
            return frozenset({item})
        case Arithmetic(_, left, right):
            return _before(left) | _before(right)
        case _:
            return frozenset()


def _items_of(operand: Operand) -> frozenset[str]:
    match operand:
        case Answer(item):
            return frozenset({item})
        case Arithmetic(_, left, right):
            return _items_of(left) | _items_of(right)
        case _:
            return frozenset()
