"""What can a bot ask about a chat, and what can it do to it? getChat, members, leaving, topics.

The rule: members are told as the server keeps them; somebody who never was there is "left".
"""

from __future__ import annotations

from probot.sandbox import chats, groups, posts
from probot.sandbox.args import Args
from probot.sandbox.chats import Place
from probot.sandbox.core import Core
from probot.sandbox.errors import bad_request
from probot.sandbox.state import Bot, Group, Json


def get_chat(core: Core, bot: Bot, args: Args) -> Json:
    """The full description of a chat."""
    place = chats.open_for(core, bot, args.chat(), "read")
    found: Json = {
        **chats.chat_json(place),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if place.group:
        found["permissions"] = {"can_send_messages": True, "can_invite_users": True}
    return found


def _group(core: Core, bot: Bot, args: Args) -> Group:
    place = chats.open_for(core, bot, args.chat(), "read")
    if place.group is None:
        raise bad_request("there are no administrators in the private chat")
    return place.group


def get_chat_member(core: Core, bot: Bot, args: Args) -> Json:
    """How one account stands to a chat."""
    place = chats.open_for(core, bot, args.chat(), "read")
    account = args.number("user_id")
    if account not in core.state.people and account not in core.state.bots:
        raise bad_request("invalid user_id specified")
    if place.group is None:
        if account not in {place.id, bot.id}:
            raise bad_request("member not found")
        return {"user": chats.user_json(core, account), "status": "member"}
    return chats.member_json(core, place.group, account)


def get_chat_member_count(core: Core, bot: Bot, args: Args) -> int:
    """How many are in a chat."""
    place = chats.open_for(core, bot, args.chat(), "read")
    if place.group is None:
        return 2
    return sum(each["status"] in chats.IN_CHAT for each in place.group.members.values())


def get_chat_administrators(core: Core, bot: Bot, args: Args) -> list[Json]:
    """The creator and the administrators who are people, and this bot if it is one."""
    group = _group(core, bot, args)
    return [
        chats.member_json(core, group, int(account))
        for account, member in group.members.items()
        if member["status"] in chats.ADMINS
        and (int(account) == bot.id or int(account) not in core.state.bots)
    ]


def leave_chat(core: Core, bot: Bot, args: Args) -> bool:
    """The bot goes by itself."""
    place = chats.open_for(core, bot, args.chat(), "edit")
    if place.group is None:
        raise bad_request("chat member status can't be changed in private chats")
    groups.change_member(core, place.group, actor=bot.id, account=bot.id, status="left")
    return True


def create_forum_topic(core: Core, bot: Bot, args: Args) -> Json:
    """Opens a topic in a supergroup that has topics; the bot must be administrator."""
    place: Place = chats.open_for(core, bot, args.chat(), "write")
    if place.group is None or not place.group.is_forum:
        raise bad_request("the chat is not a forum")
    if chats.status(place.group, bot.id) not in chats.ADMINS:
        raise bad_request("not enough rights to create a topic")
    name = args.text("name").strip()
    if not name:
        raise bad_request("topic name is empty")
    topic = {"name": name, "icon_color": 7322096}
    record = posts.service(core, place, bot.id, {"forum_topic_created": topic})
    number = record.message["message_id"]
    place.group.topics[str(number)] = name
    core.changed()
    return {"message_thread_id": number, **topic}


def _topic(core: Core, bot: Bot, args: Args) -> tuple[Group, str]:
    """The forum and the topic that a call names; only an administrator changes topics."""
    place = chats.open_for(core, bot, args.chat(), "write")
    if place.group is None or not place.group.is_forum:
        raise bad_request("the chat is not a forum")
    if chats.status(place.group, bot.id) not in chats.ADMINS:
        raise bad_request("not enough rights to manage topics")
    number = str(args.number("message_thread_id"))
    if number not in place.group.topics:
        raise bad_request("message thread not found")
    return place.group, number


def close_forum_topic(core: Core, bot: Bot, args: Args) -> bool:
    """Closes a topic: nothing more can be said in it."""
    group, number = _topic(core, bot, args)
    if number in group.closed_topics:
        raise bad_request("TOPIC_NOT_MODIFIED")
    group.closed_topics.append(number)
    core.changed()
    return True


def reopen_forum_topic(core: Core, bot: Bot, args: Args) -> bool:
    """Opens a closed topic again."""
    group, number = _topic(core, bot, args)
    if number not in group.closed_topics:
        raise bad_request("TOPIC_NOT_MODIFIED")
    group.closed_topics.remove(number)
    core.changed()
    return True


def delete_forum_topic(core: Core, bot: Bot, args: Args) -> bool:
    """Takes a topic away with all its messages."""
    group, number = _topic(core, bot, args)
    del group.topics[number]
    group.closed_topics = [each for each in group.closed_topics if each != number]
    place = chats.group_place(group)
    for record in core.state.chats.get(place.key, {}).values():
        if str(record.message.get("message_thread_id", "")) == number:
            record.deleted = True
    core.changed()
    return True
