"""Where does a conversation stand? The session of one assessment: what was answered and what is being asked.

The rule: a session is a plain value that can be rebuilt and stored; it is not the data (responses are).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from probot.values import AssessmentId, Value

Source = Literal["button", "typed", "staff", "system"]
Absent = Literal["declined", "not_done", "branched", "not_reached"]
"""Why an item has no value: preferred not to answer; not measured; hidden by a condition; never got there."""


@dataclass(frozen=True, slots=True)
class Given:
    """What an item was answered with. Exactly one of `value` and `absent` is set."""

    value: Value | None
    absent: Absent | None
    raw: str
    source: Source
    language: str
    revision: int
    asked_at: datetime | None
    at: datetime


SessionStatus = Literal["waiting", "asking", "finished", "closed"]
"""waiting: not asked yet (another session is in front). asking: an item is open. finished: all items have
been gone through, answers may still be changed until the window closes. closed: nothing counts any more."""


@dataclass(frozen=True, slots=True)
class Session:
    """One assessment's conversation.

    `asking` is the item that typed words answer; in a finished session, an item being changed. `chosen` holds
    the ticks of several-of answers in the making, each as `item=option`.
    """

    assessment: AssessmentId
    timepoint: str
    language: str
    status: SessionStatus = "waiting"
    asking: str | None = None
    given: Mapping[str, Given] = field(default_factory=dict)
    asked_at: Mapping[str, datetime] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    revision: int = 0
    """Grows with every step that changed something; late timers and old copies name an older one."""
    format: int = 1


# ---------------------------------------------------------------- what can happen to it (past tense)


@dataclass(frozen=True, slots=True)
class Opened:
    """It is this session's turn: ask its first open item (or, after a break, the item that was open)."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button of an item was tapped.

    `choice`: an option id, a number as text, or one of the marks in `flows.buttons` (decline, back, change,
    `+option`/`-option` and done for several-of, not done).
    """

    item: str
    choice: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Words were sent while an item was open. `item` is set when a sent message was edited later."""

    text: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class SentMedia:
    """A voice message, photo, sticker, location, contact, forwarded message … arrived instead of an answer."""

    kind: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder is due: ask the open item again, kindly, without starting over."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Ask the open item once more: an answer may have been `lost`, or this conversation is in front again."""

    lost: bool = True


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The participant switched language: go on in it, keep all answers, ask the open item again."""

    language: str


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The window (and its grace) is over, or the assessment ended for another reason."""


Event = Opened | Tapped | Typed | SentMedia | Reminded | AskedAgain | LanguageChosen | WindowClosed


# ---------------------------------------------------------------- what a step gives back


@dataclass(frozen=True, slots=True)
class ItemAnswered:
    """An item has a (new) answer; `before` is the one it replaces."""

    item: str
    given: Given
    before: Given | None


@dataclass(frozen=True, slots=True)
class SessionFinished:
    """Every item to be asked has been gone through, for the first time or again after a change; or the window
    closed before that (a session that was finished already is not finished again by closing).

    `complete`: all asked items have a value (or were not measured). `partial`: at least one answered and at
    least one declined or, when the window closed, not reached. `declined`: whatever was reached was declined.
    `none`: nothing at all.
    """

    outcome: Literal["complete", "partial", "declined", "none"]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something arrived that is no answer and must not be lost.

    unclear: words that could not be read, or an answer to an item that is not asked any more. media: a voice
    message, a photo … late: it came after the session was closed.
    """

    kind: Literal["unclear", "media", "late"]
    text: str
    item: str | None
    possibly_severe: bool = False
    """Some plausible reading of it is at the severe end of the item."""
    value: Value | None = None
    """What it would have been as an answer, where it can be read; rules may still look at it."""


Fact = ItemAnswered | SessionFinished | Noted


Why = Literal["next", "reminder", "again", "resumed", "back", "change", "language"]


@dataclass(frozen=True, slots=True)
class AskItem:
    """Put this item before the participant. `why` chooses the words before it, never the item's own."""

    item: str
    number: int
    of: int
    why: Why = "next"


@dataclass(frozen=True, slots=True)
class MarkAnswered:
    """Make the message that asked `item` show that it is answered, without its keypad (with a way to change)."""

    item: str


@dataclass(frozen=True, slots=True)
class ShowChosen:
    """Make the message that asks the several-of `item` show what is ticked so far."""

    item: str


@dataclass(frozen=True, slots=True)
class Reask:
    """Say kindly what was not understood and how to answer; then the item's buttons again."""

    item: str
    reason: Literal[
        "unclear",
        "out_of_range",
        "several_values",
        "media",
        "forwarded",
        "too_long",
        "not_a_date",
        "found",
        "not_found",
    ]
    offers: tuple[str, ...] = ()
    """For a lookup: the options that may be meant, to be tapped."""


@dataclass(frozen=True, slots=True)
class Thank:
    """The end: a short thank-you that tells a bystander nothing."""

    partial: bool = False


@dataclass(frozen=True, slots=True)
class SayClosed:
    """The question that was answered is closed; what came is kept as a late note."""


@dataclass(frozen=True, slots=True)
class SayKept:
    """The same answer came again, or a stale button: say kindly that it is on record. Changes nothing."""


Want = AskItem | MarkAnswered | ShowChosen | Reask | Thank | SayClosed | SayKept


@dataclass(frozen=True, slots=True)
class Sprint:
    """What one step gives back: the session as it is now, what became true, and what is to be said."""

    session: Session
    facts: tuple[Fact, ...] = ()
    wants: tuple[Want, ...] = ()
