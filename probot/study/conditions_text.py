"""What does a condition in the YAML say? Its words become the typed condition that the bot decides by.

The rule: every name is known, both sides of a comparison are of one sort, and whatever is not is told at its
position in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from lark import Token, Tree

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
    Word,
)
from probot.study.grammar import FaultError, tree_of
from probot.study.model import Attribute, Item
from probot.study.problems import did_you_mean
from probot.study.scalars import MisreadError, length

Sort = Literal["number", "choice", "many", "date", "text", "info"]
SORT_OF: Mapping[str, Sort] = {
    "scale": "number",
    "number": "number",
    "count": "number",
    "choice": "choice",
    "yes_no": "choice",
    "several": "many",
    "date": "date",
    "text": "text",
    "info": "info",
}
_WORDS = {
    "number": "a number",
    "choice": "one of its options",
    "many": "several of its options",
    "date": "a date",
    "text": "words",
    "info": "no answer at all",
}
Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition may name. `broken(section, name)`: it exists, but could not be read."""

    items: Mapping[str, Item]
    attributes: Mapping[str, Attribute]
    anchors: Collection[str]
    broken: Callable[[str, str], bool] = lambda _section, _name: False


@dataclass(frozen=True, slots=True)
class Spot:
    """A comparison and where its operator stands in the text."""

    compare: Compare
    index: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A condition and its comparisons with their positions."""

    condition: Condition
    spots: tuple[Spot, ...]


class UnknowableError(Exception):
    """The condition names something that is broken itself; nothing more can be said."""


def parse(text: str, names: Names) -> Parsed:
    """The condition. FaultError says what is wrong and where; UnknowableError: somebody else's fault."""
    reader = _Reader(names)
    condition = reader.condition(tree_of(text).children[0])
    return Parsed(condition, tuple(reader.spots))


@dataclass(frozen=True, slots=True)
class _Part:
    """An operand with its sort, its options (choice, many) and its position."""

    operand: Operand | None
    sort: Sort | Literal["word"]
    options: tuple[str, ...]
    index: int
    text: str


class _Reader:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.spots: list[Spot] = []

    # ------------------------------------------------------------ conditions

    def condition(self, node: Tree[Token] | Token) -> Condition:
        """What can be true or not."""
        assert isinstance(node, Tree)
        match node.data:
            case "group":
                return self.condition(node.children[0])
            case "any_of":
                return Or(tuple(self.condition(child) for child in node.children))
            case "all_of":
                return And(tuple(self.condition(child) for child in node.children))
            case "not_":
                return Not(self.condition(node.children[0]))
            case "comparison":
                return self.comparison(node)
            case "has":
                return self.has(node)
            case "call" if _token(node, 0) in {"answered", "declined"}:
                _no_limit(node)
                item = self.item(_token(node, 1))
                return Answered(item.id) if _token(node, 0) == "answered" else Declined(item.id)
            case _:
                part = self.part(node)
                raise FaultError(
                    "PB507",
                    part.index,
                    f"`{part.text}` alone is neither true nor false",
                    "compare it, for example `pain >= 7` or `chills == yes`.",
                )

    def comparison(self, node: Tree[Token]) -> Compare:
        if len(node.children) > 3:
            raise FaultError(
                "PB501",
                _position(node.children[3]),
                "two comparisons are chained",
                "write them with `and`: `4 <= pain and pain <= 6`.",
            )
        operator = node.children[1]
        assert isinstance(operator, Token)
        left, right = self.part(node.children[0]), self.part(node.children[2])
        left, right = self.as_option(left, right), self.as_option(right, left)
        self.must_fit(operator, left, right)
        assert left.operand is not None
        assert right.operand is not None
        compare = Compare(cast("Operator", str(operator)), left.operand, right.operand)
        self.spots.append(Spot(compare, operator.start_pos or 0))
        return compare

    def must_fit(self, operator: Token, left: _Part, right: _Part) -> None:
        index = operator.start_pos or 0
        for part in (left, right):
            if part.sort == "many":
                raise FaultError(
                    "PB508",
                    index,
                    f"`{part.text}` may have several options at once",
                    f"write `{part.text} has {part.options[0] if part.options else 'option'}`.",
                )
            if part.sort in {"date", "text", "info"}:
                what = _WORDS[part.sort]
                raise FaultError(
                    "PB507",
                    part.index,
                    f"`{part.text}` is {what} and cannot be compared",
                    f"only `answered({part.text})` and `declined({part.text})` can be asked of it.",
                )
        sorts = {"choice" if part.sort == "word" else part.sort for part in (left, right)}
        if sorts == {"number", "choice"}:
            number, choice = (left, right) if left.sort == "number" else (right, left)
            raise FaultError(
                "PB507",
                index,
                f"`{number.text}` is a number and `{choice.text}` is not",
                _options_mend(choice) if choice.options else "",
            )
        if sorts == {"choice"} and operator not in {"==", "!="}:
            choice = left if left.sort == "choice" else right
            raise FaultError(
                "PB504", index, f"`{operator}` needs numbers, and words have no order", _options_mend(choice)
            )

    def as_option(self, part: _Part, other: _Part) -> _Part:
        """A bare word beside something with options is one of them."""
        if part.operand is not None:
            return part
        if other.operand is None:
            raise self.unknown(part)
        if other.sort not in {"choice", "many"}:
            raise self.unknown(part)
        if part.text not in other.options:
            raise FaultError(
                "PB503",
                part.index,
                f"`{part.text}` is not an option of `{other.text}`",
                did_you_mean(part.text, other.options),
            )
        return _Part(Word(part.text), "word", (), part.index, part.text)

    def has(self, node: Tree[Token]) -> Has:
        part = self.part(node.children[0])
        option = node.children[1]
        assert isinstance(option, Token)
        if part.operand is None:
            raise self.unknown(part)
        if part.sort != "many" or not isinstance(part.operand, Answer | Previous | AttributeOf):
            mend = f"write `{part.text} == {option}`." if part.sort == "choice" else ""
            raise FaultError("PB508", part.index, f"`{part.text}` never has several options", mend)
        if option not in part.options:
            raise FaultError(
                "PB503",
                option.start_pos or 0,
                f"`{option}` is not an option of `{part.text}`",
                did_you_mean(str(option), part.options),
            )
        return Has(part.operand, str(option))

    # ------------------------------------------------------------ operands

    def part(self, node: Tree[Token] | Token) -> _Part:
        """What has a value. An unknown name has no operand yet: it may be an option of the other side."""
        assert isinstance(node, Tree)
        index = _position(node)
        match node.data:
            case "number":
                return _Part(Number(float(_token(node, 0))), "number", (), index, str(_token(node, 0)))
            case "signed":
                sign, number = _token(node, 0), _token(node, 1)
                value = float(number) * (-1 if sign == "-" else 1)
                return _Part(Number(value), "number", (), index, f"{sign}{number}")
            case "name":
                return self.name(_token(node, 0))
            case "call":
                return self.call(node)
            case "sum":
                return self.sum(node)
            case "group":
                return self.part(node.children[0])
            case _:
                raise FaultError("PB507", index, "a value is needed here, and this is a condition")

    def name(self, token: Token) -> _Part:
        name, index = str(token), token.start_pos or 0
        if name in self.names.items:
            return self.answer(Answer(name), self.names.items[name], index, name)
        if name in self.names.attributes:
            attribute = self.names.attributes[name]
            options = tuple(option.id for option in attribute.options)
            return _Part(AttributeOf(name), "many" if attribute.many else "choice", options, index, name)
        if self.names.broken("items", name) or self.names.broken("attributes", name):
            raise UnknowableError
        return _Part(None, "word", (), index, name)

    def answer(self, operand: Answer | Previous, item: Item, index: int, text: str) -> _Part:
        options = tuple(option.id for option in item.options)
        return _Part(operand, SORT_OF[item.kind], options, index, text)

    def item(self, token: Token) -> Item:
        found = self.names.items.get(str(token))
        if found is not None:
            return found
        if self.names.broken("items", str(token)):
            raise UnknowableError
        raise FaultError(
            "PB502",
            token.start_pos or 0,
            f"there is no item `{token}`",
            did_you_mean(str(token), self.names.items),
        )

    def call(self, node: Tree[Token]) -> _Part:
        function, argument = _token(node, 0), _token(node, 1)
        index = function.start_pos or 0
        within = _token(node, 2) if len(node.children) > 2 else None
        if function != "previous":
            _no_limit(node)
        match str(function):
            case "previous":
                item = self.item(argument)
                try:
                    limit = length(str(within)) if within is not None else None
                except MisreadError as error:
                    assert within is not None
                    raise FaultError(error.code, within.start_pos or 0, error.message, error.mend) from None
                return self.answer(Previous(item.id, limit), item, index, f"previous({item.id})")
            case "days_since":
                if argument not in self.names.anchors:
                    if self.names.broken("anchors", str(argument)):
                        raise UnknowableError
                    raise FaultError(
                        "PB502",
                        argument.start_pos or 0,
                        f"there is no anchor `{argument}`",
                        did_you_mean(str(argument), self.names.anchors),
                    )
                return _Part(DaysSince(str(argument)), "number", (), index, f"days_since({argument})")
            case "answered" | "declined":
                raise FaultError(
                    "PB507",
                    index,
                    f"`{function}({argument})` is a condition by itself",
                    "write it without comparing.",
                )
        known = ("previous", "answered", "declined", "days_since")
        raise FaultError(
            "PB502", index, f"`{function}(…)` does not exist", did_you_mean(str(function), known)
        )

    def sum(self, node: Tree[Token]) -> _Part:
        total = self.number(node.children[0])
        for sign, child in zip(node.children[1::2], node.children[2::2], strict=True):
            right = self.number(child)
            assert total.operand is not None
            assert right.operand is not None
            operator: Literal["+", "-"] = "+" if sign == "+" else "-"
            operand = Arithmetic(operator, total.operand, right.operand)
            total = _Part(operand, "number", (), total.index, f"{total.text} {sign} {right.text}")
        return total

    def number(self, node: Tree[Token] | Token) -> _Part:
        part = self.part(node)
        if part.operand is None:
            raise self.unknown(part)
        if part.sort != "number":
            raise FaultError(
                "PB507", part.index, f"`{part.text}` is {_WORDS[part.sort]}, not a number to calculate with"
            )
        return part

    def unknown(self, part: _Part) -> FaultError:
        known = [*self.names.items, *self.names.attributes]
        mend = did_you_mean(part.text, known)
        if part.text in self.names.anchors:
            mend = f"an anchor is a date; write `days_since({part.text})`."
        return FaultError("PB502", part.index, f"there is no item or attribute `{part.text}`", mend)


def _options_mend(choice: _Part) -> str:
    options = choice.options[:3]
    shown = " or ".join(f"{choice.text} == {option}" for option in options)
    return f"name the options: `{shown}`." if options else ""


def _no_limit(call: Tree[Token]) -> None:
    """Only `previous` can be limited in time."""
    if len(call.children) > 2:
        message = f"`{_token(call, 0)}` has no `within:`"
        raise FaultError("PB501", _token(call, 2).start_pos or 0, message)


def _token(node: Tree[Token], number: int) -> Token:
    token = node.children[number]
    assert isinstance(token, Token)
    return token


def _position(node: Tree[Token] | Token) -> int:
    if isinstance(node, Token):
        return node.start_pos or 0
    return 0 if node.meta.empty else node.meta.start_pos
