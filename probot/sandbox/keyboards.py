"""Which keyboards may a message carry? Reads reply_markup and refuses what Telegram refuses.

The rule: the result is the markup as Telegram keeps it, so that two equal keyboards compare equal.
"""

from __future__ import annotations

from typing import Any

from probot.sandbox.errors import bad_request
from probot.sandbox.state import Json

MAX_CALLBACK_DATA = 64
"""Bytes in UTF-8."""


def read(markup: Any) -> Json | None:
    """An inline keyboard, a reply keyboard, a removal, a forced reply, or None. Raises ApiError 400."""
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("keyboard"):
        return _reply_keyboard(markup)
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup["inline_keyboard"])
    if markup.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if markup.get("force_reply"):
        return {"force_reply": True}
    return None


def is_inline(markup: Json | None) -> bool:
    """Whether the markup stands under the message itself."""
    return bool(markup and "inline_keyboard" in markup)


def buttons(markup: Json | None) -> list[Json]:
    """All buttons of a keyboard in reading order."""
    if not markup:
        return []
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    return [button for row in rows for button in row]


def _rows(rows: Any, complaint: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(complaint)
    return [row for row in rows if row]


def _reply_keyboard(markup: Json) -> Json:
    rows = []
    for row in _rows(markup["keyboard"], 'field "keyboard" must be an Array of Arrays'):
        kept = []
        for each in row:
            button = {"text": each} if isinstance(each, str) else each
            if not isinstance(button, dict):
                raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
            if not isinstance(button.get("text"), str):
                raise bad_request("can't parse keyboard button: Can't find field \"text\"")
            if not button["text"].strip():
                raise bad_request("keyboard button text must be non-empty")
            kept.append(button)
        rows.append(kept)
    found: Json = {"keyboard": rows}
    for key in (
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
    ):
        if markup.get(key):
            found[key] = markup[key]
    return found


def _inline_keyboard(rows: Any) -> Json | None:
    complaint = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    kept = [[_inline_button(each) for each in row] for row in _rows(rows, complaint)]
    if sum(map(len, kept)) > 100:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _inline_button(button: Any) -> Json:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(prefix + 'Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request(prefix + "Text must be non-empty")
    if button.get("callback_data"):
        if len(str(button["callback_data"]).encode()) > MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return {**button, "callback_data": str(button["callback_data"])}
    if button.get("url"):
        if not str(button["url"]).startswith(("http://", "https://", "tg://", "t.me/")):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        return button
    if any(key in button for key in ("copy_text", "web_app", "switch_inline_query", "login_url", "pay")):
        return button
    raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
