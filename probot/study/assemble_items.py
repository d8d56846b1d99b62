"""How does a written item become an item? Kinds get their defaults, and a route becomes an item of its own.

The rule: conditions are not read here; they need to know every item first.
"""

from __future__ import annotations

from collections.abc import Sequence

from probot.study import builtin
from probot.study.conditions import Answered
from probot.study.folder import Route
from probot.study.model import Instrument, Item, Option
from probot.study.shapes.items import InstrumentShape, ItemShape
from probot.study.shapes.whole import WholeShape
from probot.study.shapes.words import TextShape
from probot.values import Text

RANGES: dict[str, tuple[float, float]] = {"scale": (0, 10), "count": (0, 99)}
LONGEST_ANSWER = 500
"""Characters of a written answer, unless `most` says otherwise."""


def items_routes(shape: WholeShape) -> dict[str, Route]:
    """Where each item stands (a route item: where its `route` does)."""
    found: dict[str, Route] = {}
    for name, instrument in shape.instruments.items():
        for number, item in enumerate(instrument.items):
            route: Route = ("instruments", name, "items", number)
            found.setdefault(item.id, route)
            if item.route:
                found.setdefault(f"{item.id}_route", (*route, "route"))
    return found


def instrument_of(name: str, one: InstrumentShape, languages: tuple[str, ...]) -> Instrument:
    """The instrument with its items, still without their conditions."""
    items: list[Item] = []
    for shape in one.items:
        items.append(_item(shape, languages))
        if shape.route:
            items.append(_route_item(shape, languages))
    return Instrument(
        id=name,
        version=one.version,
        title=text_of(one.title, languages),
        items=tuple(items),
        recall=one.recall or "",
        licence=one.licence,
        by=one.by,
    )


def _item(one: ItemShape, languages: tuple[str, ...]) -> Item:
    text = text_of(one.text, languages)
    lowest, highest = one.range or RANGES.get(one.kind, (0, 10))
    if one.kind == "text":
        lowest, highest = 0, one.most or LONGEST_ANSWER
    anchors = one.anchors
    return Item(
        id=one.id,
        kind=one.kind,
        text=text,
        options=_options(one, languages),
        anchors=(text_of(anchors.low, languages), text_of(anchors.high, languages)) if anchors else None,
        higher_is=one.higher_is or "worse",
        lowest=lowest,
        highest=highest,
        decimals=one.decimals or 0,
        unit=text_of(one.unit, languages) if one.unit else None,
        not_done=text_of(one.not_done, languages) if one.not_done else None,
        safety=one.safety,
        label=text_of(one.label, languages) if one.label else text,
    )


def _options(one: ItemShape, languages: tuple[str, ...]) -> tuple[Option, ...]:
    if one.kind == "yes_no":
        return builtin.yes_no(not_sure=one.not_sure is not False, languages=languages)
    return tuple(
        Option(name, text_of(option.text, languages), option.score)
        for name, option in (one.options or {}).items()
    )


def _route_item(one: ItemShape, languages: tuple[str, ...]) -> Item:
    question = text_of(one.route_text, languages) if one.route_text else None
    return Item(
        id=f"{one.id}_route",
        kind="choice",
        text=question or builtin.in_languages(builtin.ROUTE_QUESTION, languages),
        ask_if=Answered(one.id),
        options=tuple(Option(name, text_of(text, languages)) for name, text in (one.route or {}).items()),
        safety=one.safety,  # so that it stays behind its value when safety items are put first
        label=builtin.in_languages(builtin.ROUTE_LABEL, languages),
    )


def text_of(text: TextShape, languages: Sequence[str]) -> Text:
    """The text in the languages of the study."""
    return {language: text.root[language] for language in languages if language in text.root}
