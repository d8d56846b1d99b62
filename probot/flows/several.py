"""What is ticked in a question that takes several answers? Ticks in the making, kept until they are done.

The rule: ticks name their item and say what they set, so that the same tap twice is one tick.
"""

from __future__ import annotations

from dataclasses import replace

from probot.flows.session import Session
from probot.study.model import Item

NONE = "none"
"""The option id that excludes all others and answers the item in one tap."""


def ticked(session: Session, item: Item) -> tuple[str, ...]:
    """The options ticked so far, in the item's order."""
    return tuple(option.id for option in item.options if f"{item.id}={option.id}" in session.chosen)


def with_ticks(session: Session, item: Item, options: tuple[str, ...]) -> Session:
    """The session with exactly these options ticked for the item; other items' ticks stay."""
    others = tuple(tick for tick in session.chosen if not tick.startswith(f"{item.id}="))
    chosen = (*others, *(f"{item.id}={option}" for option in options))
    return session if chosen == session.chosen else replace(session, chosen=chosen)


def after_tick(session: Session, item: Item, choice: str) -> Session | None:
    """The session after `+option` or `-option`, or None if the item has no such option to tick."""
    sign, option = choice[:1], choice[1:]
    ids = [possible.id for possible in item.options if possible.id != NONE]
    if sign not in {"+", "-"} or option not in ids:
        return None
    now_ticked = {*ticked(session, item), option} if sign == "+" else {*ticked(session, item)} - {option}
    return with_ticks(session, item, tuple(known for known in ids if known in now_ticked))
