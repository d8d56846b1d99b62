"""How long is a text for Telegram, and what does the server find in it? UTF-16 lengths and entities found by itself.

The rule: offsets and lengths are UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import re

from probot.sandbox.errors import bad_request
from probot.sandbox.state import Json

MAX_TEXT = 4096
MAX_CAPTION = 1024

_FINDERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("url", re.compile(r"\bhttps?://[^\s<>]+|\bt\.me/[^\s<>]+")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of a text that an entity covers."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def found_entities(text: str, taken: list[Json] | None = None) -> list[Json]:
    """The entities the server finds by itself, in order, leaving out those that overlap `taken`."""
    known = list(taken or ())
    for kind, finder in _FINDERS:
        for match in finder.finditer(text):
            offset, length = units(text[: match.start()]), units(match.group())
            if not any(_overlap(each, offset, length) for each in known):
                known.append({"type": kind, "offset": offset, "length": length})
    return sorted(known, key=lambda each: (each["offset"], -each["length"]))


def _overlap(entity: Json, offset: int, length: int) -> bool:
    return bool(entity["offset"] < offset + length and offset < entity["offset"] + entity["length"])


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without spaces around it, its entities moved and cut to fit."""
    text = text.replace("\r", "").replace("\x00", "")
    head = units(text) - units(text.lstrip())
    text = text.strip()
    total = units(text)
    kept = []
    for each in entities:
        start = max(0, each["offset"] - head)
        end = min(total, each["offset"] + each["length"] - head)
        if start < end:
            kept.append({**each, "offset": start, "length": end - start})
    return text, kept


def checked(text: str, entities: list[Json], *, limit: int, kind: str = "message") -> tuple[str, list[Json]]:
    """Text and entities as the server keeps them. Raises ApiError for a text that is empty or too long."""
    text, entities = trimmed(text, entities)
    if kind == "message" and not text:
        raise bad_request("message text is empty")
    if units(text) > limit:
        raise bad_request("message is too long" if kind == "message" else "message caption is too long")
    return text, found_entities(text, entities)
