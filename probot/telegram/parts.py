"""How does one message fit into Telegram's limit? In parts, cut where a reader would pause.

The rule: nothing is left out and the order stands; the head is in part 1 and the buttons are under the last part.
Lengths and offsets are UTF-16 units, as Telegram counts them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from probot.messages import MOST_CHARACTERS, units

_PAUSES: Final = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"[。！？；]\s*|[.!?;]\s+"),
    re.compile(r"[，、：]\s*|[,:]\s+"),
    re.compile(r"\s+"),
)
"""Where to cut, best first: paragraph, line, sentence, clause, word."""
_LEAST_FILLED: Final = 0.5
"""A pause in the first half of the room is passed over for a lesser pause further on."""
_UNSENDABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_JOINERS: Final = "\u200d\ufe0e\ufe0f\u20e3"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; `quote` is (first unit, units) inside this piece."""

    text: str
    quote: tuple[int, int] | None = None


def parts_of(text: str, quote: tuple[int, int] | None, limit: int = MOST_CHARACTERS) -> tuple[Part, ...]:
    """`text` in one or more parts of at most `limit` units; `quote` (first unit, units) goes to where it falls.

    Characters that cannot travel (null, half surrogates) become one replacement mark each, so offsets stand.
    """
    rest = _UNSENDABLE.sub("\ufffd", text)
    if quote is None and rest and 2 * len(rest) <= limit:  # no character has more than two units
        return (Part(rest),)
    parts: list[Part] = []
    start = 0
    while rest:
        cut = len(rest) if units(rest) <= limit else _cut(rest, limit)
        piece, rest = rest[:cut], rest[cut:]
        length = units(piece)
        if piece.strip() or not (rest or parts):
            parts.append(Part(piece, _inside(quote, start, length)))
        start += length
    return tuple(parts) or (Part(""),)


def _cut(text: str, limit: int) -> int:
    """How many characters go into the next part: at least one."""
    room = _characters_within(text, limit)
    for pause in _PAUSES:
        ends = [found.end() for found in pause.finditer(text, 0, room) if found.end() >= room * _LEAST_FILLED]
        if ends:
            return ends[-1]
    while room > 1 and (
        text[room] in _JOINERS or text[room - 1] == "\u200d" or unicodedata.combining(text[room])
    ):
        room -= 1
    return room


def _characters_within(text: str, limit: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return max(index, 1)
    return len(text)


def _inside(quote: tuple[int, int] | None, start: int, length: int) -> tuple[int, int] | None:
    if quote is None:
        return None
    first = max(quote[0], start)
    last = min(quote[0] + quote[1], start + length)
    return (first - start, last - first) if first < last else None
