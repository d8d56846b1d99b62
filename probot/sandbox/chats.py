"""Which chat is meant, who is in it, and may the bot speak there? Accounts and chats as the Bot API shows them.

The rule: access is decided here, in the order and with the words of Telegram's server.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from probot.sandbox.core import Core
from probot.sandbox.errors import bad_request, forbidden, migrated
from probot.sandbox.state import ANONYMOUS_ADMIN, Bot, Group, Json, Person, Record, group_key, private_key

IN_CHAT = frozenset({"creator", "administrator", "member", "restricted"})
ADMINS = frozenset({"creator", "administrator"})
ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)


@dataclass(frozen=True, slots=True)
class Place:
    """One chat seen by one bot: `person` for a private chat, `group` for a group; `id` is the bot's chat_id."""

    id: int
    key: str
    person: Person | None = None
    group: Group | None = None


def user_json(core: Core, account: int) -> Json:
    """The User object of a person, a bot or the anonymous administrator."""
    if account == ANONYMOUS_ADMIN:
        return {"id": account, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    if bot := core.state.bots.get(account):
        return {"id": bot.id, "is_bot": True, "first_name": bot.first_name, "username": bot.username}
    person = core.person(account)
    found: Json = {"id": person.id, "is_bot": False, "first_name": person.first_name}
    for name in ("last_name", "username", "language_code"):
        if value := getattr(person, name):
            found[name] = value
    return found


def chat_json(place: Place) -> Json:
    """The Chat object."""
    if place.person:
        found: Json = {"id": place.id, "type": "private", "first_name": place.person.first_name}
        if place.person.last_name:
            found["last_name"] = place.person.last_name
        if place.person.username:
            found["username"] = place.person.username
        return found
    assert place.group is not None
    found = {"id": place.id, "type": place.group.kind, "title": place.group.title}
    if place.group.is_forum:
        found["is_forum"] = True
    if place.group.kind == "group":
        found["all_members_are_administrators"] = False
    return found


def private_place(bot: Bot, person: Person) -> Place:
    """A person's chat with a bot."""
    return Place(person.id, private_key(bot.id, person.id), person=person)


def group_place(group: Group) -> Place:
    """A group as a place."""
    return Place(group.id, group_key(group.id), group=group)


def records(core: Core, place: Place) -> dict[int, Record]:
    """The messages of a chat, oldest first. Looking makes no chat: a bot knows only whom it has met."""
    return core.state.chats.get(place.key, {})


def status(group: Group, account: int) -> str:
    """creator, administrator, member, restricted, left or kicked."""
    return str(group.members.get(str(account), {}).get("status", "left"))


def chat_instance(place: Place) -> str:
    """The text that stands for a chat in callback queries."""
    return str(int.from_bytes(hashlib.sha256(place.key.encode()).digest()[:7], "big"))


def known(core: Core, bot: Bot, person: Person) -> bool:
    """Whether the bot has ever met this person: in their own chat or in a shared group."""
    if bot.id in person.started or private_key(bot.id, person.id) in core.state.chats:
        return True
    return any(
        str(bot.id) in group.members and str(person.id) in group.members
        for group in core.state.groups.values()
    )


def find(core: Core, bot: Bot, chat: int | str | None) -> Place:
    """The chat a call names. Raises ApiError 400 when there is none for this bot."""
    if chat is None:
        raise bad_request("chat_id is empty")
    if isinstance(chat, str):
        raise bad_request("chat not found")
    if group := core.state.groups.get(chat):
        if str(bot.id) not in group.members:
            raise bad_request("chat not found")
        return group_place(group)
    person = core.state.people.get(chat)
    if person is None or not known(core, bot, person):
        raise bad_request("chat not found")
    return private_place(bot, person)


def open_for(core: Core, bot: Bot, chat: int | str | None, access: Literal["read", "edit", "write"]) -> Place:
    """The chat a call names, after the checks of access. Raises ApiError 400 or 403."""
    if isinstance(chat, int) and chat in core.state.bots and access == "write":
        raise forbidden("bot can't send messages to bots")
    place = find(core, bot, chat)
    if place.person:
        if access != "read" and place.person.deactivated:
            raise forbidden("user is deactivated")
        if access == "write" and bot.id in place.person.blocked:
            raise forbidden("bot was blocked by the user")
        if access == "write" and bot.id not in place.person.started:
            raise forbidden("bot can't initiate conversation with a user")
        return place
    assert place.group is not None
    _check_group(place.group, bot, access)
    return place


def _check_group(group: Group, bot: Bot, access: str) -> None:
    mine = status(group, bot.id)
    if group.migrated_to is not None:
        if access == "write":
            raise migrated(group.migrated_to)
        return
    if access == "read" and group.kind == "group":
        return
    if mine == "kicked":
        raise forbidden(f"bot was kicked from the {group.kind} chat")
    if mine not in IN_CHAT:
        raise forbidden(f"bot is not a member of the {group.kind} chat")


def member_json(core: Core, group: Group, account: int) -> Json:
    """The ChatMember object of somebody in (or not in) a group."""
    found = group.members.get(str(account), {})
    kind = str(found.get("status", "left"))
    member: Json = {"user": user_json(core, account), "status": kind}
    if kind == "creator":
        member["is_anonymous"] = bool(found.get("is_anonymous"))
    elif kind == "administrator":
        member |= dict.fromkeys(ADMIN_RIGHTS, True)
        member |= {"can_be_edited": False, "is_anonymous": bool(found.get("is_anonymous"))}
        member |= {"can_promote_members": False, "can_manage_topics": group.is_forum}
    elif kind == "kicked":
        member["until_date"] = 0
    return member


def sees(group: Group, bot: Bot, message: Json) -> bool:
    """Whether a bot in a group is given this message: Telegram's privacy mode."""
    mine = status(group, bot.id)
    if mine not in IN_CHAT:
        return False
    if bot.reads_all_group_messages or mine in ADMINS or "text" not in message:
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
        return True
    text = str(message["text"])
    if text.startswith("/"):
        command = text.split(maxsplit=1)[0]
        return "@" not in command or command.lower().endswith("@" + bot.username.lower())
    return f"@{bot.username.lower()}" in text.lower()
