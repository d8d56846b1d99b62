"""What can be written about an instrument and its items?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from probot.study.model import ItemKind
from probot.study.problems import meant
from probot.study.shapes.protocol import By
from probot.study.shapes.words import (
    ConditionText,
    Flag,
    Name,
    Numbers,
    Shape,
    TextShape,
    Word,
    number_schema,
    one_of,
    read_by,
    whole_between,
)

KINDS: tuple[ItemKind, ...] = (
    "scale",
    "choice",
    "several",
    "yes_no",
    "number",
    "count",
    "date",
    "text",
    "info",
)
KindWord = Annotated[ItemKind, PlainValidator(read_by(one_of(*KINDS))), WithJsonSchema({"enum": list(KINDS)})]


class AnchorsShape(Shape):
    """The words at both ends of a scale."""

    low: TextShape
    """What the lowest number means."""
    high: TextShape
    """What the highest number means."""


class OptionShape(Shape):
    """One possible answer."""

    text: TextShape
    """The words on the button."""
    score: (
        Annotated[int, PlainValidator(read_by(whole_between(-100, 100))), number_schema(-100, 100)] | None
    ) = None
    """Its number, where the options have an order."""


def _long_form(value: object) -> object:
    """An option may be written as its words alone."""
    if not isinstance(value, dict) or not value:
        return value
    if "text" in value or "score" in value or any(meant(str(key), ("text", "score")) for key in value):
        return value
    return {"text": value}


Option = Annotated[OptionShape, BeforeValidator(_long_form)]


class ItemShape(Shape):
    """One question, or one statement (`kind: info`)."""

    id: Name
    """Its name in conditions and exports; unique in the whole study."""
    kind: KindWord
    """What is asked for: `scale`, `choice`, `several`, `yes_no`, `number`, `count`, `date`, `text` or `info`."""
    text: TextShape
    """The question, word for word."""
    label: TextShape | None = None
    """A short name for the care team (default: the question)."""
    ask_if: ConditionText | None = None
    """A condition on earlier items, earlier days or attributes; asked only where it holds."""
    safety: Flag = False
    """`true` for a question that no answer may hide."""
    anchors: AnchorsShape | None = None
    """scale: the words at both ends (needed)."""
    higher_is: Annotated[
        Any, PlainValidator(read_by(one_of("worse", "better"))), WithJsonSchema({"enum": ["worse", "better"]})
    ] = None
    """scale, number, count, choice: whether a higher value is `worse` (default) or `better`."""
    range: Numbers | None = None
    """scale, count, number: the lowest and highest value that can be true (scale `0-10`, count `0-99` unless given)."""
    decimals: Annotated[int, PlainValidator(read_by(whole_between(0, 3))), number_schema(0, 3)] | None = None
    """number: how many digits after the point count (default 0)."""
    unit: TextShape | None = None
    """number, count: the unit that is shown."""
    not_done: TextShape | None = None
    """number, count: the words of a button for "not measured"."""
    route: Annotated[dict[Name, TextShape], Field(min_length=1)] | None = None
    """number: how it can be measured; becomes a question of its own after the value, named `<id>_route`."""
    route_text: TextShape | None = None
    """number with `route`: the words of that question (default: where was it measured)."""
    options: Annotated[dict[Name, Option], Field(min_length=1)] | None = None
    """choice, several: option id and its words, in the order of the buttons (needed)."""
    not_sure: Flag | None = None
    """yes_no: `false` takes away the third button "not sure"."""
    most: Annotated[int, PlainValidator(read_by(whole_between(1, 4000))), number_schema(1, 4000)] | None = (
        None
    )
    """text: how many characters an answer may have (default 500)."""


class InstrumentShape(Shape):
    """A questionnaire."""

    version: Word
    """Its version; put it in quotes. A changed wording is a new version."""
    title: TextShape
    """What it is called, for staff."""
    recall: Word | None = None
    """The time its questions are about (`24h`, `7d`), for exports."""
    licence: Word
    """Where the wording comes from and under which licence it is used."""
    by: By = "participant"
    """Who answers it: `participant` (default) or `clinician`."""
    items: list[ItemShape] = Field(min_length=1)
    """Its questions, in order."""


ALLOWED: dict[str, frozenset[str]] = {
    "scale": frozenset({"anchors", "higher_is", "range"}),
    "choice": frozenset({"options", "higher_is"}),
    "several": frozenset({"options"}),
    "yes_no": frozenset({"not_sure"}),
    "number": frozenset({"range", "decimals", "unit", "not_done", "route", "route_text", "higher_is"}),
    "count": frozenset({"range", "unit", "not_done", "higher_is"}),
    "date": frozenset(),
    "text": frozenset({"most"}),
    "info": frozenset(),
}
"""Which keys, besides those of every item, have a meaning for a kind."""
NEEDED: dict[str, frozenset[str]] = {
    "scale": frozenset({"anchors"}),
    "choice": frozenset({"options"}),
    "several": frozenset({"options"}),
    "number": frozenset({"range"}),
}
"""Which keys a kind cannot do without."""
