"""What can be said in a chat? Words and buttons, independent of the channel that carries them.

The rule: a message is complete when it is committed; sending it adds nothing but the recipient's address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST_CHARACTERS = 4096
"""UTF-16 units a Telegram text may have."""
MOST_BUTTON_BYTES = 64
"""Bytes of data a Telegram button may carry."""


def units(text: str) -> int:
    """How long Telegram takes a text to be: its UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to tap: what it shows and what comes back (at most 64 bytes)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text, never markup; rows of buttons; a quoted part (somebody's own words): first UTF-16 unit, units.

    `wants_reply`: in a private chat the reader's next words are a reply to it, without further ado. Not with buttons.
    `topic`: it answers somebody in this topic of the care team's chat; None: it stands wherever its subject belongs.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    quote: tuple[int, int] | None = None
    silent: bool = False
    wants_reply: bool = False
    topic: int | None = None


Lane = Literal["urgent", "alert", "edit", "reply", "prompt", "digest", "outside"]
"""Which messages overtake which: an urgent alert waits for nobody, other alerts for that one alone. `outside`: what goes
beside the messenger, at its own pace.
"""
ALERT_LANES: tuple[Lane, ...] = ("urgent", "alert")
MESSENGER_LANES: tuple[Lane, ...] = (*ALERT_LANES, "edit", "reply", "prompt", "digest")
"""What the messenger carries, from first to last."""
LANES: tuple[Lane, ...] = (*MESSENGER_LANES, "outside")
_FIRST = -1
PLACE: Mapping[Lane, int] = {lane: place for place, lane in enumerate(LANES, start=_FIRST)}
"""The number under which a lane is kept; the lower goes first. That of an alert without hurry is 0."""
PROMPT = PLACE["prompt"]
"""The lane of questions that the clock puts, not an answer."""


def lane_at(place: int) -> Lane:
    """The lane that is kept under this number."""
    return LANES[place - _FIRST]
