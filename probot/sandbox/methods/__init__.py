"""Which methods does the server know? One table from the method's name, in lower case, to the function that does it.

The rule: a method is a plain function of the core, the calling bot and the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probot.sandbox.args import Args
from probot.sandbox.core import Core
from probot.sandbox.methods import commands, editing, files, places, receiving, sending
from probot.sandbox.state import Bot

Method = Callable[[Core, Bot, Args], Any]

METHODS: dict[str, Method] = {
    "getme": receiving.get_me,
    "getupdates": receiving.get_updates,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "sendmessage": sending.send_message,
    "sendphoto": files.send_photo,
    "senddocument": files.send_document,
    "sendchataction": sending.send_chat_action,
    "getfile": files.get_file,
    "editmessagetext": editing.edit_message_text,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": editing.answer_callback_query,
    "setmycommands": commands.set_my_commands,
    "getmycommands": commands.get_my_commands,
    "deletemycommands": commands.delete_my_commands,
    "setmyname": commands.setter("name", 64),
    "getmyname": commands.getter("name"),
    "setmydescription": commands.setter("description", 512),
    "getmydescription": commands.getter("description"),
    "setmyshortdescription": commands.setter("short_description", 120),
    "getmyshortdescription": commands.getter("short_description"),
    "getchat": places.get_chat,
    "getchatmember": places.get_chat_member,
    "getchatmembercount": places.get_chat_member_count,
    "getchatadministrators": places.get_chat_administrators,
    "leavechat": places.leave_chat,
    "createforumtopic": places.create_forum_topic,
    "closeforumtopic": places.close_forum_topic,
    "reopenforumtopic": places.reopen_forum_topic,
    "deleteforumtopic": places.delete_forum_topic,
}
SENDS = frozenset({"sendmessage", "sendphoto", "senddocument"})
LIMITED = SENDS | {"editmessagetext", "editmessagereplymarkup"}
