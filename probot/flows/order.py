"""Which items are to be asked now, and where does the participant stand among them?

The rule: the position follows from the stored answers alone, never from the order in which they arrived.
Safety items come first; otherwise the study's order stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from probot.flows.session import Given
from probot.study.conditions import holds, items_in
from probot.study.facts import Facts
from probot.study.model import Item, Study

Outcome = Literal["complete", "partial", "declined", "none"]


def items_in_order(study: Study, timepoint: str) -> tuple[Item, ...]:
    """Every item the timepoint may ask, visible or not, in the order of asking."""
    return study.once(
        "items in order",
        timepoint,
        lambda: tuple(
            sorted((item for _, item in study.items_of(timepoint)), key=lambda item: not item.safety)
        ),
    )


def knowing(facts: Facts, given: Mapping[str, Given]) -> Facts:
    """The facts with this assessment's answers in them."""
    return Facts(
        now=facts.now,
        today=facts.today,
        answers={item: answer.value for item, answer in given.items() if answer.value is not None},
        declined=frozenset([item for item, answer in given.items() if answer.absent == "declined"]),
        earlier=facts.earlier,
        attributes=facts.attributes,
        anchors=facts.anchors,
    )


def visible(study: Study, facts: Facts, timepoint: str, given: Mapping[str, Given]) -> tuple[Item, ...]:
    """The items to be asked, given these answers.

    An answer to an item that is itself hidden does not count, so hiding one item may hide those behind it.
    """
    items = items_in_order(study, timepoint)
    if study.once("asks everything", timepoint, lambda: all(item.ask_if is None for item in items)):
        return items
    counting = dict(given)
    while True:
        known = knowing(facts, counting)
        shown = tuple([item for item in items if item.ask_if is None or holds(item.ask_if, known)])
        hidden = counting.keys() - {item.id for item in shown}
        if not hidden:
            return shown
        # Answers are only ever taken out, so this ends after as many rounds as there are answers.
        counting = {item: answer for item, answer in counting.items() if item not in hidden}


def decides(study: Study, timepoint: str, item_id: str) -> bool:
    """Whether it depends on the answer to this item what else is asked at the timepoint."""
    looked_at = study.once(
        "decide what is asked",
        timepoint,
        lambda: frozenset[str]().union(*(items_in(item.ask_if) for item in items_in_order(study, timepoint))),
    )
    return item_id in looked_at


def is_open(answer: Given | None) -> bool:
    """Whether an item still waits for the participant."""
    return answer is None or answer.absent in {"branched", "not_reached"}


def still_open(items: Sequence[Item], given: Mapping[str, Given]) -> tuple[Item, ...]:
    """Those of `items` that wait for an answer, first one first."""
    return tuple([item for item in items if is_open(given.get(item.id))])


def before(items: Sequence[Item], item_id: str) -> Item | None:
    """The item that comes before `item_id`, if any."""
    ids = [item.id for item in items]
    place = ids.index(item_id) if item_id in ids else 0
    return items[place - 1] if place else None


def progress(items: Sequence[Item], item_id: str) -> tuple[int, int]:
    """Which question this is, and of how many; statements without an answer are not counted."""
    questions = [item.id for item in items if item.kind != "info"]
    ids = [item.id for item in items]
    reached = ids[: ids.index(item_id) + 1] if item_id in ids else []
    return sum(item in questions for item in reached), len(questions)


def outcome(items: Sequence[Item], given: Mapping[str, Given]) -> Outcome:
    """What became of the assessment if it ended here with `items` to be asked. Nothing to ask is complete."""
    answers = [given.get(item.id) for item in items if item.kind != "info"]
    missing = sum(is_open(answer) for answer in answers)
    declined = sum(answer is not None and answer.absent == "declined" for answer in answers)
    if not missing and not declined:
        return "complete"
    if missing + declined < len(answers):
        return "partial"
    return "declined" if declined else "none"
