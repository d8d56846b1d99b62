"""What does an update say? Telegram's JSON becomes one `Incoming`.

The rule: nothing that arrives makes this raise. It is read straight from the JSON, without python-telegram-bot's
objects: they refuse what they do not know, and one update that cannot be read must not stop the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from probot.ports import (
    BotMembership,
    ButtonTapped,
    Chat,
    ChatMoved,
    Commanded,
    Content,
    Incoming,
    MediaSent,
    Said,
    Unreadable,
)
from probot.telegram.raw import Raw, instant, number, record, records, words
from probot.telegram.who import chat_of, is_present, membership_of, sender_of

MEDIA: Final = (
    # The first that is there names the message; what Telegram repeats in an older form stands after its newer one.
    "animation",
    "audio",
    "live_photo",
    "paid_media",
    "document",
    "photo",
    "sticker",
    "story",
    "video_note",
    "video",
    "voice",
    "checklist",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "invoice",
)
_COMMON: Final = frozenset(
    {
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "date",
        "edit_date",
        "chat",
        "business_connection_id",
        "is_topic_message",
        "reply_to_message",
        "via_bot",
        "has_protected_content",
        "is_paid_post",
        "entities",
    }
)
"""Keys that a message has whatever it says; the first other key names a service message."""
_COMMAND: Final = re.compile(
    r"[/／]([A-Za-z][A-Za-z0-9_]{0,31})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+(.*))?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Myself:
    """Who the bot is: needed to tell its own commands and its own comings and goings from others'."""

    account: int
    username: str


_Reader = Callable[[Raw, datetime, Myself], Incoming]


def decode(raw: object, received_at: datetime, myself: Myself) -> Incoming:
    """Read one update as it came from getUpdates or a webhook. Never raises; `update` is 0 where there is no id."""
    update = record(raw)
    kind = next((key for key in update if key in _READERS), None)
    if kind is None:
        unknown = next((key for key in update if key != "update_id"), "nothing")
        incoming = _unreadable(words(unknown)[:64], received_at)
    else:
        incoming = _READERS[kind](record(update[kind]), received_at, myself)
    return replace(incoming, update=number(update.get("update_id")) or 0)


# ---------------------------------------------------------------- messages


def _message(message: Raw, received_at: datetime, myself: Myself) -> Incoming:
    return _read_message(message, received_at, _content(message, myself), instant(message.get("date")))


def _edited(message: Raw, received_at: datetime, myself: Myself) -> Incoming:
    """A changed message: words count as said, even if they look like a command, which only a new message is."""
    del myself
    sent_at = instant(message.get("edit_date")) or instant(message.get("date"))
    own = number(message.get("message_id"))
    kind = _medium(message)
    content: Content
    if own is not None and isinstance(message.get("text"), str):
        content = _said(message, own, edited=True)
    elif own is not None and kind not in {None, "location"} and words(message.get("caption")):
        content = _media(message, str(kind), own)
    else:
        # A live location is edited every few seconds.
        content = Unreadable(f"edited_{kind or 'message'}")
    return _read_message(message, received_at, content, sent_at)


def _read_message(
    message: Raw, received_at: datetime, content: Content, sent_at: datetime | None
) -> Incoming:
    chat = _place_of(message)
    if chat is None:
        return _unreadable("message", received_at)
    if isinstance(content, ChatMoved) and content.to == chat.id:
        # The message about the move that stands in the new chat names the old one.
        chat = replace(chat, id=number(message.get("migrate_from_chat_id")) or chat.id)
    return Incoming(0, chat, sender_of(message.get("from"), message), content, sent_at, received_at)


def _place_of(message: Raw) -> Chat | None:
    """The chat, and the topic in it. Replies outside of topics have a thread number as well, which is none."""
    chat = chat_of(message.get("chat"))
    if chat is None or message.get("is_topic_message") is not True:
        return chat
    return replace(chat, topic=number(message.get("message_thread_id")))


def _content(message: Raw, myself: Myself) -> Content:
    own = number(message.get("message_id"))
    if own is None:
        return Unreadable("message")
    if isinstance(message.get("text"), str):
        return _spoken(message, own, myself)
    kind = _medium(message)
    if kind is not None:
        return _media(message, kind, own)
    return _service(message, myself)


def _spoken(message: Raw, own: int, myself: Myself) -> Content:
    said = _said(message, own)
    found = None if said.forwarded else _COMMAND.fullmatch(said.text.strip())
    if found is None:
        return said
    command, addressee, payload = found.groups()
    private = record(message.get("chat")).get("type") == "private"
    if addressee and addressee.lower() != myself.username.lower() and not private:
        return Unreadable("command_for_another_bot")
    return Commanded(command.lower(), (payload or "").strip(), own)


def _said(message: Raw, own: int, *, edited: bool = False) -> Said:
    return Said(
        words(message.get("text")),
        own,
        edited=edited,
        forwarded=bool(message.get("forward_origin") or message.get("forward_date")),
        reply_to=_replied_to(message),
    )


def _replied_to(message: Raw) -> int | None:
    return number(record(message.get("reply_to_message")).get("message_id"))


def _medium(message: Raw) -> str | None:
    return next((kind for kind in MEDIA if message.get(kind) is not None), None)


def _media(message: Raw, kind: str, own: int) -> MediaSent:
    sizes = records(message.get(kind))
    thing = sizes[-1] if sizes else record(message.get(kind))
    file = words(thing.get("file_unique_id"))
    return MediaSent(kind, words(message.get("caption")), own, file, _replied_to(message))


def _service(message: Raw, myself: Myself) -> Content:
    """Something that Telegram wrote into the chat: who came and went, what became of the group."""
    moved_to = number(message.get("migrate_to_chat_id"))
    if moved_to is None and number(message.get("migrate_from_chat_id")) is not None:
        moved_to = number(record(message.get("chat")).get("id"))
    if moved_to is not None:
        return ChatMoved(moved_to)
    came = records(message.get("new_chat_members"))
    if any(number(member.get("id")) == myself.account for member in came):
        return BotMembership(present=True)
    gone = record(message.get("left_chat_member"))
    if gone and number(gone.get("id")) == myself.account:
        return BotMembership(present=False)
    changes = [membership_of(person, present=True) for person in came] or [membership_of(gone, present=False)]
    known = tuple(change for change in changes if change is not None)
    if known:
        return replace(known[0], others=known[1:])
    return Unreadable(words(next((key for key in message if key not in _COMMON), "message"))[:64])


# ---------------------------------------------------------------- taps and memberships


def _tap(query: Raw, received_at: datetime, myself: Myself) -> Incoming:
    """A tapped button. Its message may be inaccessible (too old) or absent; the tap counts all the same."""
    del myself
    sender = sender_of(query.get("from"), {})
    data, token = query.get("data"), query.get("id")
    if sender is None or not isinstance(data, str) or not isinstance(token, str):
        return _unreadable("callback_query", received_at)
    under = record(query.get("message"))
    tapped = ButtonTapped(words(data), number(under.get("message_id")), words(token))
    return Incoming(0, _place_of(under), sender, tapped, None, received_at)


def _bot_membership(change: Raw, received_at: datetime, myself: Myself) -> Incoming:
    del myself
    present = is_present(change.get("new_chat_member"))
    content = Unreadable("my_chat_member") if present is None else BotMembership(present)
    return _read_change(change, received_at, content)


def _membership(change: Raw, received_at: datetime, myself: Myself) -> Incoming:
    member = record(change.get("new_chat_member"))
    present = is_present(member)
    person = None if present is None else membership_of(record(member.get("user")), present=present)
    content: Content = person or Unreadable("chat_member")
    if person is not None and person.account == myself.account:
        content = BotMembership(person.present)
    return _read_change(change, received_at, content)


def _read_change(change: Raw, received_at: datetime, content: Content) -> Incoming:
    sender, sent_at = sender_of(change.get("from"), {}), instant(change.get("date"))
    return Incoming(0, chat_of(change.get("chat")), sender, content, sent_at, received_at)


def _channel_post(message: Raw, received_at: datetime, myself: Myself) -> Incoming:
    del myself
    return _read_message(message, received_at, Unreadable("channel_post"), instant(message.get("date")))


def _unreadable(kind: str, received_at: datetime) -> Incoming:
    return Incoming(0, None, None, Unreadable(kind), None, received_at)


_READERS: Final[dict[str, _Reader]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tap,
    "my_chat_member": _bot_membership,
    "chat_member": _membership,
    "channel_post": _channel_post,
    "edited_channel_post": _channel_post,
}
