"""What does the sandbox remember? People, bots, groups, messages, waiting updates: plain data that fits into one JSON file.

The rule: everything here can be written as JSON and read back unchanged; behaviour lives elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
FORMAT = 1
ANONYMOUS_ADMIN = 1087968824
"""Telegram's account that stands for an administrator who writes in the group's name."""


@dataclass(slots=True)
class Person:
    """Somebody with a phone. `seat` tells the page where the phone stands; the Bot API never sees it."""

    id: int
    first_name: str
    language_code: str | None = "en"
    last_name: str | None = None
    username: str | None = None
    seat: Literal["patient", "staff"] = "patient"
    deactivated: bool = False
    phone_offline: bool = False
    started: list[int] = field(default_factory=list)
    blocked: list[int] = field(default_factory=list)
    waiting_links: dict[str, str] = field(default_factory=dict)
    """Bot id (as text) -> payload of a deep link that was received and not yet opened."""


@dataclass(slots=True)
class Webhook:
    """Where a bot's updates go, and how that went. Times are Unix seconds."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True)
class Bot:
    """One bot account."""

    id: int
    token: str
    username: str
    first_name: str
    reads_all_group_messages: bool = False
    revoked: bool = False
    allowed_updates: list[str] | None = None
    webhook: Webhook | None = None
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """`scope|language` -> commands, see methods/commands.py."""
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """One of name, description, short_description -> language -> text."""
    queue: list[Json] = field(default_factory=list)
    """Waiting updates as `Waiting` writes them, oldest first."""
    next_update_id: int = 0
    last_update_at: float | None = None


@dataclass(slots=True)
class Group:
    """A group or a supergroup. `members`: account id (as text) -> {"status": …, "is_anonymous": …}."""

    id: int
    kind: Literal["group", "supergroup"]
    title: str
    is_forum: bool = False
    members: dict[str, Json] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    closed_topics: list[str] = field(default_factory=list)
    migrated_to: int | None = None


@dataclass(slots=True)
class Record:
    """A message as it stands now. `message` is the Bot API's Message object, `markup` any kind of keyboard."""

    message: Json
    by_bot: int | None = None
    markup: Json | None = None
    deleted: bool = False
    silent: bool = False
    protected: bool = False
    hidden: bool = False
    """Sent while the person's phone had no connection: not on its screen yet."""


@dataclass(slots=True)
class Query:
    """A callback query and its answer."""

    id: str
    bot: int
    person: int
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class StoredFile:
    """An uploaded or received file. `content` is base64."""

    file_id: str
    unique_id: str
    path: str
    size: int
    content: str


@dataclass(slots=True)
class State:
    """All of it."""

    people: dict[int, Person] = field(default_factory=dict)
    bots: dict[int, Bot] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    chats: dict[str, dict[int, Record]] = field(default_factory=dict)
    """Chat key (see `private_key`, `group_key`) -> message id -> record."""
    queries: dict[str, Query] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    typing: dict[str, float] = field(default_factory=dict)
    """Chat key -> Unix second until which the bot is shown as typing."""
    held_acts: list[Json] = field(default_factory=list)
    """What people wrote while their phone was offline, oldest first."""
    calls: list[Json] = field(default_factory=list)
    """What was sent beside Telegram, oldest first: path, subject, text, at (Unix second)."""
    counters: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, start: int = 1) -> int:
        """The next number of a named series."""
        self.counters[name] = self.counters.get(name, start - 1) + 1
        return self.counters[name]

    def to_json(self) -> Json:
        """A JSON object; `from_json` reads it back."""
        return {"format": FORMAT, **asdict(self)}

    @staticmethod
    def from_json(raw: Json) -> State:
        """The state written by `to_json`. Raises ValueError for another format."""
        if raw.get("format") != FORMAT:
            raise ValueError(
                f"the sandbox file has format {raw.get('format')!r}, this version reads {FORMAT}"
            )
        bots = {}
        for each in raw["bots"].values():
            webhook = each.pop("webhook")
            bots[each["id"]] = Bot(**each, webhook=Webhook(**webhook) if webhook else None)
        return State(
            people={each["id"]: Person(**each) for each in raw["people"].values()},
            bots=bots,
            groups={each["id"]: Group(**each) for each in raw["groups"].values()},
            chats={
                key: {int(number): Record(**each) for number, each in records.items()}
                for key, records in raw["chats"].items()
            },
            queries={key: Query(**each) for key, each in raw["queries"].items()},
            files={key: StoredFile(**each) for key, each in raw["files"].items()},
            typing=raw["typing"],
            held_acts=raw["held_acts"],
            calls=raw.get("calls", []),
            counters=raw["counters"],
        )


def private_key(bot: int, person: int) -> str:
    """The chat key of one person's private chat with one bot."""
    return f"{bot}:{person}"


def group_key(group: int) -> str:
    """The chat key of a group."""
    return f"g{group}"
