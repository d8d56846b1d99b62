"""What does a condition mean? A small closed set of values, each of which decides itself.

The rule: total and without loops. What is not known is neither true nor false (None), and a condition that is
not known to be true does not hold. Nothing here is ever evaluated as code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from probot.study.facts import Facts
from probot.values import Value

# ---------------------------------------------------------------- operands: `look_up` gives None for what is not known


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written (`7`, `38.0`)."""

    value: float

    def look_up(self, _: Facts) -> Value:
        """The number itself."""
        return self.value


@dataclass(frozen=True, slots=True)
class Word:
    """An option id as written (`yes`, `oral`)."""

    value: str

    def look_up(self, _: Facts) -> Value:
        """The id itself."""
        return self.value


@dataclass(frozen=True, slots=True)
class Answer:
    """This assessment's answer to an item."""

    item: str

    def look_up(self, facts: Facts) -> Value | None:
        """What was answered."""
        return facts.answers.get(self.item)


@dataclass(frozen=True, slots=True)
class Previous:
    """The newest answer to an item in earlier assessments, not older than `within`."""

    item: str
    within: timedelta | None = None

    def look_up(self, facts: Facts) -> Value | None:
        """What was answered then."""
        return facts.previous(self.item, self.within)


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """What is known of the participant under this name."""

    name: str

    def look_up(self, facts: Facts) -> Value | None:
        """One option id, or several."""
        return facts.attributes.get(self.name)


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole local days from an anchor to today (0 on the day itself)."""

    anchor: str

    def look_up(self, facts: Facts) -> Value | None:
        """How many."""
        start = facts.anchors.get(self.anchor)
        return None if start is None else (facts.today - start).days


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum or difference of two numbers."""

    operator: Literal["+", "-"]
    left: Operand
    right: Operand

    def look_up(self, facts: Facts) -> Value | None:
        """The sum or difference, where both are numbers."""
        first, second = self.left.look_up(facts), self.right.look_up(facts)
        if not isinstance(first, int | float) or not isinstance(second, int | float):
            return None
        # 38.3 - 37.0 is a little less than 1.3 in binary, and a rule that asks for 1.3 means it.
        return round(first + second if self.operator == "+" else first - second, 6)


Operand = Number | Word | Answer | Previous | AttributeOf | DaysSince | Arithmetic

# ---------------------------------------------------------------- conditions: `decide` gives None for what is not known


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; unknown when either side is."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Operand
    right: Operand

    def decide(self, facts: Facts) -> bool | None:
        """Whether both sides stand in this order."""
        left, right = self.left.look_up(facts), self.right.look_up(facts)
        if left is None or right is None:
            return None
        operator = self.operator
        if operator == "==":
            return left == right
        if operator == "!=":
            return left != right
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            return None  # `check` refuses an order between words; a stored study never gets here
        if operator == ">=":
            return left >= right
        if operator == "<=":
            return left <= right
        return left > right if operator == ">" else left < right


@dataclass(frozen=True, slots=True)
class Has:
    """A several-of answer or attribute contains the option (`site has oral`)."""

    left: Answer | Previous | AttributeOf
    option: str

    def decide(self, facts: Facts) -> bool | None:
        """Whether it does."""
        found = self.left.look_up(facts)
        return None if found is None else self.option in (found if isinstance(found, tuple) else (found,))


@dataclass(frozen=True, slots=True)
class Answered:
    """The item was answered in this assessment (`answered(pain)`); never unknown."""

    item: str

    def decide(self, facts: Facts) -> bool | None:
        """Whether it was."""
        return self.item in facts.answers


@dataclass(frozen=True, slots=True)
class Declined:
    """The participant preferred not to answer the item (`declined(pain)`); never unknown."""

    item: str

    def decide(self, facts: Facts) -> bool | None:
        """Whether they did."""
        return self.item in facts.declined


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: Condition

    def decide(self, facts: Facts) -> bool | None:
        """The opposite."""
        known = self.part.decide(facts)
        return None if known is None else not known


@dataclass(frozen=True, slots=True)
class And:
    """All parts. False as soon as one is false, whatever is unknown."""

    parts: tuple[Condition, ...]

    def decide(self, facts: Facts) -> bool | None:
        """Whether all are true."""
        return _until(False, self.parts, facts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any part. True as soon as one is true, whatever is unknown."""

    parts: tuple[Condition, ...]

    def decide(self, facts: Facts) -> bool | None:
        """Whether any is true."""
        return _until(True, self.parts, facts)


Condition = Compare | Has | Answered | Declined | Not | And | Or


def _until(settles: bool, parts: tuple[Condition, ...], facts: Facts) -> bool | None:  # noqa: FBT001 (a value, no flag)
    """`settles` as soon as one part is that; else the opposite, unless a part is not known."""
    all_known = True
    for part in parts:
        known = part.decide(facts)
        if known is settles:
            return settles
        all_known = all_known and known is not None
    return not settles if all_known else None


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition is known to be true; no condition always holds."""
    return condition is None or condition.decide(facts) is True


# ---------------------------------------------------------------- what a condition looks at


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
