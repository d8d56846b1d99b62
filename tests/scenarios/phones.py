"""What stands on a phone? The messages of a chat as they are now, and as they once were.

The rule: read from the server's own record, never from the product.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from probot.sandbox import chats
from probot.wording import WordingMissing, keys, placeholders, say

if TYPE_CHECKING:
    from tests.scenarios.stage import Stage

POSTS = ("sendMessage", "editMessageText")


@dataclass(frozen=True)
class Shown:
    """One message of the bot. `buttons`: label to data."""

    number: int
    text: str
    buttons: dict[str, str]
    silent: bool = False
    edited: bool = False


def messages(stage: Stage, person: int, chat: int) -> list[Shown]:
    """The bot's messages in a chat as they stand now, oldest first."""
    place = stage.api.people.place(person, chat)
    return [
        Shown(record.message["message_id"], record.message.get("text", ""), _buttons(record.markup))
        for record in chats.records(stage.api, place).values()
        if record.by_bot is not None
        and not record.deleted
        and not record.hidden
        and not {"photo", "document"} & record.message.keys()
    ]


def history(stage: Stage, chat: int | None = None, since: int = 0) -> list[tuple[int, Shown]]:
    """Everything that was written or changed, `(chat, message)`, after the call of number `since`."""
    found = []
    for call in stage.api.transcript.sent(chat):
        if call.number <= since or call.method not in POSTS or call.chat is None:
            continue
        number = int((call.result or {}).get("message_id", 0)) if isinstance(call.result, dict) else 0
        markup = call.params.get("reply_markup")
        keyboard = json.loads(markup) if isinstance(markup, str) else markup
        silent = str(call.params.get("disable_notification", "")).lower() == "true"
        text = str(call.params.get("text", ""))
        shown = Shown(number, text, _buttons(keyboard), silent, call.method != "sendMessage")
        found.append((call.chat, shown))
    return found


def _buttons(markup: Any) -> dict[str, str]:
    rows = (markup or {}).get("inline_keyboard", [])
    return {button["text"]: button.get("callback_data", "") for row in rows for button in row}


def pattern(stage: Stage, language: str, words: str) -> re.Pattern[str]:
    """A text of the study, a text of the catalogue (whatever stands in its gaps), or the words themselves."""
    study = stage.study
    if words in study.texts:
        return re.compile(re.escape(study.texts[words][language]))
    if words in keys(language):
        gaps = dict.fromkeys(placeholders(language, words), "\0")
        try:
            text = say(language, words, **gaps)
        except WordingMissing:  # it has a plural and wants a number
            text = say(language, words, **{**gaps, "n": 1})
        return re.compile(re.escape(text).replace("\0", ".*").replace(re.escape("\0"), ".*"))
    return re.compile(re.escape(words))
