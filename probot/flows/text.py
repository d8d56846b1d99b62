"""How do paragraphs become one message that the channel surely takes?

The rule: lengths are UTF-16 units, a text that is too long ends with a mark, and no character is cut in two.
"""

from __future__ import annotations

from collections.abc import Iterable

from probot.messages import MOST_CHARACTERS, Button, Message, units
from probot.study.model import Study


def message(paragraphs: Iterable[str], buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    """The paragraphs with an empty line between them; empty ones are left out."""
    text = "\n\n".join(part for part in paragraphs if part)
    return Message(fitting(text, MOST_CHARACTERS), buttons)


def fitting(text: str, most: int) -> str:
    """The text, or as much of it as fits into `most` units with an ellipsis behind it."""
    if 2 * len(text) <= most or units(text) <= most:  # no character has more than two units
        return text
    room, kept = most - 1, 0
    for character in text:
        room -= units(character)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def nobody_watches(study: Study, language: str) -> list[str]:
    """The study's words that the chat is not watched around the clock, and the emergency advice, once each."""
    not_watched, emergency = study.texts["not_watched"][language], study.texts["emergency"][language]
    return [not_watched] if emergency in not_watched else [not_watched, emergency]
