"""Whose update is it, and from which chat? The people and places in Telegram's JSON.

The rule: an account or a chat without a number is nobody and nowhere; whoever speaks as a chat cannot be named.
"""

from __future__ import annotations

from typing import Final

from probot.ports import Chat, MemberChanged, Sender
from probot.telegram.raw import Raw, number, record, words

ANONYMOUS_ADMINISTRATOR: Final = 1087968824
"""The account (@GroupAnonymousBot) in whose name administrators speak who hide theirs."""
_PRESENT: Final = {"creator": True, "administrator": True, "member": True, "left": False, "kicked": False}


def chat_of(raw: object) -> Chat | None:
    """The chat, if it has a number. A kind nobody knows yet is told by the number's sign, as Telegram gives them."""
    chat = record(raw)
    own = number(chat.get("id"))
    if own is None:
        return None
    kind = chat.get("type")
    title = words(chat.get("title"))
    if kind == "channel":
        return Chat(own, "channel", title)
    if kind == "private" or (kind not in {"group", "supergroup"} and own > 0):
        return Chat(own, "private", title)
    return Chat(own, "group", title, forum=chat.get("is_forum") is True)


def sender_of(raw: object, message: Raw) -> Sender | None:
    """Who sent `message`, if they have a number."""
    person = record(raw)
    account = number(person.get("id"))
    if account is None:
        return None
    return Sender(
        account,
        name_of(person),
        words(person.get("username")),
        words(person.get("language_code")),
        is_bot=person.get("is_bot") is True,
        # Whoever speaks as a chat (the group itself, a channel) cannot be named.
        anonymous=account == ANONYMOUS_ADMINISTRATOR or bool(record(message.get("sender_chat"))),
    )


def name_of(person: Raw) -> str:
    """The name that the account shows."""
    return " ".join(
        part for part in (words(person.get("first_name")), words(person.get("last_name"))) if part
    )


def is_present(member: object) -> bool | None:
    """Whether a ChatMember is in the chat; None for a status that nobody knows yet."""
    status = record(member).get("status")
    if status == "restricted":
        return record(member).get("is_member") is not False
    return _PRESENT.get(status) if isinstance(status, str) else None


def membership_of(person: Raw, *, present: bool) -> MemberChanged | None:
    """That `person` came or left, if they have a number."""
    account = number(person.get("id"))
    if account is None:
        return None
    return MemberChanged(account, name_of(person), present, is_bot=person.get("is_bot") is True)
