"""What do the phones show? Everything the page draws, as one JSON object.

The rule: a view is made from the state alone, and shows a person what a real phone would show.
"""

from __future__ import annotations

from probot.sandbox import chats
from probot.sandbox.botapi import BotApi
from probot.sandbox.chats import Place
from probot.sandbox.methods.commands import menu
from probot.sandbox.state import Bot, Group, Json, Person, Record, private_key

LAST = 150
_MEDIA = ("photo", "sticker", "voice", "video", "document", "location", "contact")
_SERVICE = (
    "group_chat_created",
    "supergroup_chat_created",
    "new_chat_members",
    "left_chat_member",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "forum_topic_created",
)


def phones(api: BotApi) -> list[Json]:
    """One phone for each person with an account, patients first, in the order they came."""
    people = sorted(api.state.people.values(), key=lambda each: each.seat == "staff")
    return [_phone(api, each) for each in people if not each.deactivated]


def groups(api: BotApi) -> list[Json]:
    """The groups that are in use."""
    return [_group(api, each) for each in api.state.groups.values() if each.migrated_to is None]


def bots(api: BotApi) -> list[Json]:
    """The bots, and how many updates wait for each."""
    return [
        {"id": bot.id, "username": bot.username, "name": bot.first_name, "waiting": len(bot.queue)}
        for bot in api.state.bots.values()
    ]


def _phone(api: BotApi, person: Person) -> Json:
    return {
        "person": person.id,
        "name": _name(person),
        "language": person.language_code or "",
        "seat": person.seat,
        "offline": person.phone_offline,
        "held": sum(each["person"] == person.id for each in api.state.held_acts),
        "chats": [_private(api, person, bot) for bot in api.state.bots.values()],
        "answers": [
            {"query": query.id, **query.answer}
            for query in list(api.state.queries.values())[-200:]
            if query.person == person.id and query.answer is not None
        ][-5:],
    }


def _private(api: BotApi, person: Person, bot: Bot) -> Json:
    place = chats.private_place(bot, person)
    key = private_key(bot.id, person.id)
    return {
        "chat": bot.id,
        "title": _bot_name(bot, person.language_code),
        "username": bot.username,
        "about": _in_language(bot.names.get("description", {}), person.language_code),
        "started": bot.id in person.started,
        "blocked": bot.id in person.blocked,
        "waiting_link": person.waiting_links.get(str(bot.id)),
        "typing": api.state.typing.get(key, 0) > api.now().timestamp(),
        "keyboard": api.people.reply_keyboard(person.id, bot.id),
        "menu": menu(bot, person.id, person.language_code, None),
        "messages": _messages(api, place),
    }


def _group(api: BotApi, group: Group) -> Json:
    place = chats.group_place(group)
    members = [
        {
            "id": int(account),
            "name": _name(api.state.people[int(account)]),
            "status": member["status"],
            "menu": _group_menu(api, group, int(account)),
        }
        for account, member in group.members.items()
        if int(account) in api.state.people and member["status"] in chats.IN_CHAT
    ]
    return {
        "chat": group.id,
        "title": group.title,
        "kind": group.kind,
        "members": members,
        "bots": [bot.id for bot in api.state.bots.values() if chats.status(group, bot.id) in chats.IN_CHAT],
        "typing": api.state.typing.get(place.key, 0) > api.now().timestamp(),
        "messages": _messages(api, place),
    }


def _group_menu(api: BotApi, group: Group, person: int) -> list[Json]:
    language = api.state.people[person].language_code
    return [
        each
        for bot in api.state.bots.values()
        if chats.status(group, bot.id) in chats.IN_CHAT
        for each in menu(bot, person, language, group)
    ]


def _messages(api: BotApi, place: Place) -> list[Json]:
    shown = [
        each for each in api.state.chats.get(place.key, {}).values() if not each.deleted and not each.hidden
    ]
    return [_message(each) for each in shown[-LAST:]]


def _message(record: Record) -> Json:
    message = record.message
    found: Json = {
        "id": message["message_id"],
        "from": message["from"]["id"],
        "name": message["from"]["first_name"],
        "bot": message["from"]["is_bot"],
        "date": message["date"],
        "edited": "edit_date" in message,
        "text": message.get("text", message.get("caption", "")),
        "entities": message.get("entities", message.get("caption_entities", [])),
        "silent": record.silent,
    }
    if "inline_keyboard" in (record.markup or {}):
        found["buttons"] = (record.markup or {})["inline_keyboard"]
    if reply := message.get("reply_to_message"):
        found["reply"] = {"name": reply["from"]["first_name"], "text": reply.get("text", "")[:80]}
    if origin := message.get("forward_origin"):
        found["forwarded"] = origin.get("sender_user_name", "")
    for kind in _MEDIA:
        if kind in message:
            found["media"] = kind
            found["file"] = message.get("document", {}).get("file_name", "")
    if "photo" in message:
        largest = message["photo"][-1]
        found["photo"] = {
            "url": f"/sim/file/{largest['file_id']}", "width": largest["width"], "height": largest["height"],
        }  # fmt: skip
    for kind in _SERVICE:
        if kind in message:
            found["service"] = kind
            found["about"] = _about(message[kind])
    return found


def _about(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each.get("first_name", "")) for each in value)
    if isinstance(value, dict):
        return str(value.get("first_name") or value.get("name") or "")
    return ""


def _name(person: Person) -> str:
    return " ".join(part for part in (person.first_name, person.last_name) if part)


def _bot_name(bot: Bot, language: str | None) -> str:
    return _in_language(bot.names.get("name", {}), language) or bot.first_name


def _in_language(texts: dict[str, str], language: str | None) -> str:
    return texts.get((language or "")[:2]) or texts.get("") or ""
