"""Which buttons stand under an item? Big ones for a thumb, in rows that a phone shows without cutting labels.

The rule: one tap is one answer; a button says which item it belongs to and what it means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from probot.flows.buttons import BACK, CHANGE, DECLINE, DONE, NEXT, NOT_DONE, AnswerTap, write
from probot.flows.session import Session
from probot.flows.several import NONE, ticked
from probot.messages import Button
from probot.study.model import Item
from probot.wording import say

Rows = tuple[tuple[Button, ...], ...]

MOST_KEYS = 21
"""A scale with more numbers than this is typed, not tapped."""
COUNT_KEYS = 10
"""A count offers this many numbers; higher ones are typed."""
MOST_OFFERS = 8
"""Entries of a long list that are offered at once."""
_ROW_WIDTH = 34
"""Narrow characters that a row of a small phone shows, the gaps between buttons included."""


def keypad(
    session: Session, item: Item, today: date, *, first: bool, offers: Sequence[str] = (), staff: bool = False
) -> Rows:
    """All rows under an item that is being asked. `first`: nothing comes before it, so there is no way back.

    `offers`: the options of a lookup that may be meant. `staff`: it is they who are asked.
    """
    stem = _stem(session, item)
    rows = list(_answers(session, item, today, stem))
    rows += _offered(session, item, offers, stem)
    if item.not_done:
        rows.append((Button(item.not_done[session.language], stem + NOT_DONE),))
    last = []
    if not first:
        last.append(Button(say(session.language, "button.back"), stem + BACK))
    if item.kind != "info":
        key = "button.leave_out" if staff else "button.decline"
        last.append(Button(say(session.language, key), stem + DECLINE))
    return (*rows, tuple(last)) if last else tuple(rows)


def _stem(session: Session, item: Item) -> str:
    """What the data of all buttons under the item begin with; the choice follows. No id has a colon."""
    return write(AnswerTap(session.assessment, item.id, ""))


def _offered(session: Session, item: Item, offers: Sequence[str], stem: str) -> Rows:
    names = {option.id: option.text[session.language] for option in item.options} if offers else {}
    return tuple((Button(names[option], stem + option),) for option in offers[:MOST_OFFERS])


def change_button(session: Session, item: Item) -> Rows:
    """The one small button under an answered item."""
    return ((Button(say(session.language, "button.change"), _stem(session, item) + CHANGE),),)


def tapped_numbers(item: Item) -> range:
    """The numbers that have a button: all of a scale, the low ones of a count, none where there are too many."""
    lowest, highest = int(item.lowest), int(item.highest)
    if item.kind == "count":
        return range(lowest, min(highest, lowest + COUNT_KEYS - 1) + 1)
    if item.kind == "scale" and highest - lowest < MOST_KEYS:
        return range(lowest, highest + 1)
    return range(0)


def _answers(session: Session, item: Item, today: date, stem: str) -> Rows:
    language = session.language
    match item.kind:
        case "scale" | "count":
            keys = [Button(str(number), f"{stem}{number}") for number in tapped_numbers(item)]
            return _in_rows(keys, 4 if item.kind == "scale" else 5)
        case "choice" | "yes_no":
            keys = [Button(option.text[language], stem + option.id) for option in item.options]
            return (tuple(keys),) if item.kind == "yes_no" else _by_width(keys)
        case "several":
            return _ticks(session, item, stem)
        case "date":
            days = (("button.today", today), ("button.yesterday", today - timedelta(days=1)))
            return (tuple(Button(say(language, key), stem + day.isoformat()) for key, day in days),)
        case "info":
            return ((Button(say(language, "button.next"), stem + NEXT),),)
        case _:
            return ()


def _ticks(session: Session, item: Item, stem: str) -> Rows:
    language, chosen = session.language, ticked(session, item)
    rows = []
    for option in item.options:
        label = option.text[language]
        if option.id == NONE:
            rows.append(Button(label, stem + NONE))
        elif option.id in chosen:
            rows.append(Button(say(language, "button.ticked", label=label), f"{stem}-{option.id}"))
        else:
            rows.append(Button(label, f"{stem}+{option.id}"))
    rows.append(Button(say(language, "button.done"), stem + DONE))
    return tuple((button,) for button in rows)


def _in_rows(buttons: Sequence[Button], most: int) -> Rows:
    return tuple(tuple(buttons[start : start + most]) for start in range(0, len(buttons), most))


def _by_width(buttons: Sequence[Button]) -> Rows:
    """One row if all labels fit side by side, two columns if there are many short ones, else one a row."""
    widths = [width(button.label) for button in buttons]
    if len(buttons) <= 3 and max(widths, default=0) * len(buttons) + 4 * len(buttons) <= _ROW_WIDTH:
        return _in_rows(buttons, 3)
    if len(buttons) >= 4 and max(widths) + 4 <= _ROW_WIDTH // 2:
        return _in_rows(buttons, 2)
    return _in_rows(buttons, 1)


def width(label: str) -> int:
    """How much room a label takes, in narrow characters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in label)


def fits_a_row(label: str) -> bool:
    """Whether a phone shows the whole label on a button that has a row for itself."""
    return width(label) + 4 <= _ROW_WIDTH
