"""How do groups come about and change? Creating, joining, leaving, promoting, and becoming a supergroup.

The rule: every change of a member makes the service message and the my_chat_member or chat_member update of the real server.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from probot.sandbox import chats, posts
from probot.sandbox.core import Core
from probot.sandbox.errors import CannotAct
from probot.sandbox.state import Group, Json


def new_group(
    core: Core,
    creator: int,
    title: str,
    *,
    members: Iterable[int] = (),
    bots: Iterable[int] = (),
    kind: Literal["group", "supergroup"] = "group",
    forum: bool = False,
) -> int:
    """Makes a group; its chat id. Bots are added after it stands, as members."""
    core.person(creator)
    number = core.state.count("group")
    chat = -(4_000_000_000 + number) if kind == "group" else _supergroup_id(number)
    group = Group(chat, kind, title, is_forum=forum and kind == "supergroup")
    core.state.groups[chat] = group
    group.members[str(creator)] = {"status": "creator"}
    for each in members:
        core.person(each)
        group.members[str(each)] = {"status": "member"}
    made: Json = {"group_chat_created": True} if kind == "group" else {"supergroup_chat_created": True}
    posts.post(core, chats.group_place(group), creator, made)
    for bot in bots:
        change_member(core, group, actor=creator, account=core.bot(bot).id, status="member")
    core.changed()
    return chat


def _supergroup_id(number: int) -> int:
    return -(1_000_000_000_000 + 2_000_000_000 + number)


def change_member(
    core: Core, group: Group, *, actor: int, account: int, status: str, anonymous: bool = False
) -> None:
    """Makes somebody a member, an administrator, gone or banned, and tells the bots. Nothing happens if it is so already."""
    before = chats.member_json(core, group, account)
    if before["status"] == status and bool(before.get("is_anonymous")) == anonymous:
        return
    was_in, is_in = before["status"] in chats.IN_CHAT, status in chats.IN_CHAT
    place = chats.group_place(group)
    told = [each for each in core.state.bots.values() if chats.status(group, each.id) in chats.IN_CHAT]
    if was_in and not is_in:
        record = posts.post(core, place, actor, {"left_chat_member": chats.user_json(core, account)})
        posts.tell(core, place, record)
    group.members[str(account)] = {"status": status, "is_anonymous": anonymous}
    if is_in and not was_in:
        someone = chats.user_json(core, account)
        joined = {"new_chat_members": [someone], "new_chat_member": someone, "new_chat_participant": someone}
        posts.service(core, place, actor, joined)
    change: Json = {
        "chat": chats.chat_json(place),
        "from": chats.user_json(core, actor),
        "date": core.unix(),
        "old_chat_member": before,
        "new_chat_member": chats.member_json(core, group, account),
    }
    if bot := core.state.bots.get(account):
        core.push(bot, "my_chat_member", change, chat=group.id, person=actor)
    for each in told:
        if each.id != account and chats.status(group, each.id) in chats.ADMINS:
            core.push(each, "chat_member", change, chat=group.id, person=actor)
    core.changed()


def migrate(core: Core, chat: int) -> int:
    """Turns a group into a supergroup with a new chat id; the new id. Raises CannotAct."""
    old = core.group(chat)
    if old.kind != "group" or old.migrated_to is not None:
        raise CannotAct(f"{chat} is no group that can become a supergroup")
    new = Group(_supergroup_id(core.state.count("group")), "supergroup", old.title)
    new.members = {account: dict(member) for account, member in old.members.items()}
    core.state.groups[new.id] = new
    creator = next(int(account) for account, member in old.members.items() if member["status"] == "creator")
    posts.service(core, chats.group_place(old), creator, {"migrate_to_chat_id": new.id})
    old.migrated_to = new.id
    posts.service(core, chats.group_place(new), creator, {"migrate_from_chat_id": old.id})
    core.changed()
    return new.id
