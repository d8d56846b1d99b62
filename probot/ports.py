"""What does the inside ask of the world, and what does the world bring? Values for both directions.

The rule: nothing here knows Telegram; an adapter turns its own words into these and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from probot.alerts.picture import Picture
from probot.messages import Message

# ---------------------------------------------------------------- coming in


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent something: the account's number, the name it shows, and the language its app runs in."""

    account: int
    name: str = ""
    handle: str = ""
    language_tag: str = ""
    is_bot: bool = False
    anonymous: bool = False
    """Speaks as the group itself (an anonymous administrator): nobody who could be named."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Where it was sent."""

    id: int
    kind: Literal["private", "group", "channel"]
    title: str = ""
    forum: bool = False
    """A group that keeps its messages in topics."""
    topic: int | None = None
    """The number of the topic in which it was said or tapped; None: in the general one, or there are none."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words in a chat. `edited`: an earlier message was changed into this."""

    text: str
    message: int
    edited: bool = False
    forwarded: bool = False
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command such as `/open`; `text` is what stood behind it."""

    command: str
    text: str
    message: int


@dataclass(frozen=True, slots=True)
class ButtonTapped:
    """A button under message number `message` was tapped. `query` answers the tap towards the channel."""

    data: str
    message: int | None
    query: str


@dataclass(frozen=True, slots=True)
class MediaSent:
    """Something that is not words (voice, photo, sticker, location …); never downloaded, only named."""

    kind: str
    caption: str
    message: int
    file: str = ""
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class BotMembership:
    """The bot itself was blocked, unblocked, added to or removed from a chat."""

    present: bool


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """Somebody came into or left a group. `others`: who came in the same update."""

    account: int
    name: str
    present: bool
    is_bot: bool = False
    others: tuple[MemberChanged, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """A group became another chat (upgraded to a supergroup)."""

    to: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An update of a kind that probot has no use for; kept, and otherwise ignored."""

    kind: str


Content = Said | Commanded | ButtonTapped | MediaSent | BotMembership | MemberChanged | ChatMoved | Unreadable


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, read. `sent_at` is the channel's own time for it (None for taps)."""

    update: int
    chat: Chat | None
    sender: Sender | None
    content: Content
    sent_at: datetime | None
    received_at: datetime


# ---------------------------------------------------------------- going out


@dataclass(frozen=True, slots=True)
class Post:
    """Send a new message to a chat; `thread`: the number of the topic it belongs to, in a chat that has topics."""

    chat: int
    message: Message
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Change a message that was sent before."""

    chat: int
    number: int
    message: Message


@dataclass(frozen=True, slots=True)
class Photo:
    """Draw a picture and send it, without a sound, as a reply to message number `under` (None: to nothing)."""

    chat: int
    picture: Picture
    caption: str
    under: int | None = None
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Send a file to be kept or passed on: its name, its text (in UTF-8), and a line beneath it."""

    chat: int
    name: str
    content: str
    caption: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave a chat that the bot has no business in."""

    chat: int


CallKind = Literal["alert", "test", "trouble", "over"]
"""What a call beside the messenger is about: an alert; the test of this path; probot itself; that trouble is over."""


@dataclass(frozen=True, slots=True)
class Call:
    """Call people on a path beside the messenger. `key` is the same for every copy, so that a receiver can tell.

    `subject` stands alone on a lock screen. `code` and `tier` only for alerts; no name is ever in it.
    """

    path: str
    by: Literal["mail", "webhook"]
    key: str
    kind: CallKind
    study: str
    subject: str
    text: str
    said_at: datetime
    code: str = ""
    tier: str = ""
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class SetMenu:
    """Give one chat a command menu of its own: command to description, in order."""

    chat: int
    commands: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenTopic:
    """Open a topic of that name. `Sent.number` is the topic's; where the bot may not, it is refused."""

    chat: int
    name: str


Sending = Post | Edit | Photo | Document | Leave | SetMenu | OpenTopic | Call


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. `number` is the channel's number for the message (None where there is none).

    `strayed`: its topic is gone, so it stands in the general one.
    """

    number: int | None
    strayed: bool = False


THROTTLED = "throttled"
"""The reason of a `Later` whose time the channel named itself."""
NO_ADDRESS = "no address is set"
"""The reason of a `Later` that lasts until the operator has said where the path leads, and probot has been restarted."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: certainly not sent; try again after `seconds`.

    `wide`: the channel as a whole asked for patience (or is unreachable), not this chat alone.
    """

    seconds: float
    reason: str
    wide: bool = False

    @property
    def line_is_down(self) -> bool:
        """Whether nobody can be reached at the moment, and nobody said until when."""
        return self.wide and self.reason != THROTTLED


@dataclass(frozen=True, slots=True)
class Gone:
    """This chat cannot be reached until its owner does something (blocked, deactivated, kicked, not found)."""

    reason: Literal["blocked", "deactivated", "kicked", "not_found", "cannot_initiate", "left"]


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another number now; send there."""

    to: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will never take this message (a defect of ours): keep it visible, do not repeat it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It left, but no answer came back: it may or may not have arrived."""

    reason: str


Outcome = Sent | Later | Gone | Moved | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Menu:
    """The command menu in one language: command to description, in order."""

    language: str
    commands: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """A messenger, towards which everything is said. Never raises for the world's failures."""

    async def deliver(self, sending: Sending) -> Outcome:
        """Say it once, and tell what became of it."""
        ...

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        """Stop the spinner on a tapped button. Cosmetic: every failure is swallowed and counted."""
        ...


class Clock(Protocol):
    """What time is it? Aware, UTC."""

    def now(self) -> datetime:
        """The present instant."""
        ...
