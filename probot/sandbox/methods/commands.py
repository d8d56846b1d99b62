"""Which commands does a chat's menu show? Commands by scope and language, and the bot's names.

The rule: a phone shows the first list that exists, from the narrowest scope to the widest, its own language first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from probot.sandbox import chats
from probot.sandbox.args import Args
from probot.sandbox.core import Core
from probot.sandbox.errors import bad_request
from probot.sandbox.state import Bot, Group, Json

_SIMPLE = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_NARROW = frozenset({"chat", "chat_administrators", "chat_member"})


def _scope(core: Core, bot: Bot, args: Args) -> str:
    raw: Any = args.value("scope", "can't parse BotCommandScope JSON object")
    language = args.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return f"{_scope_name(core, bot, raw)}|{language}"


def _scope_name(core: Core, bot: Bot, raw: Any) -> str:
    if raw is None:
        return "default"
    prefix = "can't parse BotCommandScope: "
    if not isinstance(raw, dict):
        raise bad_request(prefix + "BotCommandScope must be an Object")
    kind = raw.get("type")
    if kind in _SIMPLE:
        return str(kind)
    if kind not in _NARROW:
        raise bad_request(prefix + "Unsupported type specified")
    try:
        chat: int | None = int(raw["chat_id"])
    except (KeyError, TypeError, ValueError):
        chat = None
    if chat is None:
        raise bad_request(prefix + "Empty chat_id specified")
    place = chats.open_for(core, bot, chat, "read")
    return f"{kind}:{place.id}" + (f":{raw.get('user_id')}" if kind == "chat_member" else "")


def set_my_commands(core: Core, bot: Bot, args: Args) -> bool:
    """Sets the list of one scope and language."""
    raw: Any = args.value("commands", "can't parse commands JSON object")
    if not isinstance(raw, list):
        raise bad_request("expected an Array of BotCommand")
    if len(raw) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for each in raw:
        if not isinstance(each, dict) or not isinstance(each.get("command"), str):
            raise bad_request("can't parse BotCommand: expected an Object")
        command = each["command"].strip().removeprefix("/").lower()
        description = str(each.get("description", "")).strip()
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not description:
            raise bad_request("command description must be non-empty")
        if len(description) > 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": command, "description": description})
    bot.commands[_scope(core, bot, args)] = kept
    core.changed()
    return True


def get_my_commands(core: Core, bot: Bot, args: Args) -> list[Json]:
    """The list of exactly this scope and language."""
    return bot.commands.get(_scope(core, bot, args), [])


def delete_my_commands(core: Core, bot: Bot, args: Args) -> bool:
    """Takes the list of this scope and language away."""
    bot.commands.pop(_scope(core, bot, args), None)
    core.changed()
    return True


def menu(bot: Bot, person: int, language: str | None, group: Group | None) -> list[Json]:
    """The commands that a phone shows."""
    if group is None:
        scopes = [f"chat:{person}", "all_private_chats", "default"]
    else:
        admin = chats.status(group, person) in chats.ADMINS
        scopes = [f"chat_member:{group.id}:{person}"]
        scopes += [f"chat_administrators:{group.id}"] * admin + [f"chat:{group.id}"]
        scopes += ["all_chat_administrators"] * admin + ["all_group_chats", "default"]
    for scope in scopes:
        for code in ((language or "")[:2], ""):
            if found := bot.commands.get(f"{scope}|{code}"):
                return found
    return []


def setter(name: str, limit: int) -> Callable[[Core, Bot, Args], bool]:
    """Makes setMyName or one of its kin."""

    def set_name(core: Core, bot: Bot, args: Args) -> bool:
        text = args.text(name)
        if len(text) > limit:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        bot.names.setdefault(name, {})[args.text("language_code")] = text
        core.changed()
        return True

    return set_name


def getter(name: str) -> Callable[[Core, Bot, Args], Json]:
    """Makes getMyName or one of its kin."""

    def get_name(_core: Core, bot: Bot, args: Args) -> Json:
        known = bot.names.get(name, {})
        fallback = bot.first_name if name == "name" else ""
        return {name: known.get(args.text("language_code")) or known.get("") or fallback}

    return get_name
