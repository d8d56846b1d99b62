"""How does a message come into a chat, and who is told? Numbers, dates, copies for the bots, replies.

The rule: every message of people and bots passes `post`, and every copy for a bot passes `tell`.
"""

from __future__ import annotations

from copy import deepcopy

from probot.sandbox import chats
from probot.sandbox.chats import Place
from probot.sandbox.core import Core
from probot.sandbox.state import ANONYMOUS_ADMIN, Bot, Json, Record


def post(
    core: Core,
    place: Place,
    sender: int,
    content: Json,
    *,
    markup: Json | None = None,
    reply_to: int | None = None,
    thread: int | None = None,
    anonymous: bool = False,
) -> Record:
    """Adds a message and numbers it. Bots are not told here; see `tell`."""
    number = core.state.count(f"message/{place.key}")
    message: Json = {
        "message_id": number,
        "from": chats.user_json(core, ANONYMOUS_ADMIN if anonymous else sender),
        "chat": chats.chat_json(place),
        "date": core.unix(),
    }
    if anonymous:
        message["sender_chat"] = chats.chat_json(place)
    found = core.state.chats.setdefault(place.key, {})
    if reply_to is not None and reply_to in found:
        message["reply_to_message"] = without_reply(found[reply_to].message)
    if thread is not None:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    message |= content
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    record = Record(message, by_bot=sender if sender in core.state.bots else None, markup=markup)
    if record.by_bot and place.person and place.person.phone_offline:
        record.hidden = True
    found[number] = record
    return record


def without_reply(message: Json) -> Json:
    """A message as it is quoted: without what it replied to."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def tell(core: Core, place: Place, record: Record, *, kind: str = "message", bot: Bot | None = None) -> None:
    """Gives the message to the bot of a private chat, or to the bots of a group that may see it."""
    message = deepcopy(record.message)
    at = message.get("edit_date") or message["date"]
    life = at + 86_400.0 - core.now().timestamp()
    person = message["from"]["id"]
    if bot is not None:
        core.push(bot, kind, message, chat=place.id, person=person, life=life)
        return
    assert place.group is not None
    for each in core.state.bots.values():
        if each.id != person and chats.sees(place.group, each, message):
            core.push(each, kind, message, chat=place.id, person=person, life=life)


def service(core: Core, place: Place, sender: int, content: Json, *, also: Bot | None = None) -> Record:
    """A service message in a group, told to its bots (and to one that is leaving)."""
    record = post(core, place, sender, content)
    tell(core, place, record)
    if also is not None:
        tell(core, place, record, bot=also)
    return record
