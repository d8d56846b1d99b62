"""How is a sent message changed? Editing, deleting, and the answer to a tap.

The rule: an edit that changes nothing is refused, as Telegram does.
"""

from __future__ import annotations

from probot.sandbox import chats, keyboards
from probot.sandbox.args import Args
from probot.sandbox.chats import Place
from probot.sandbox.core import Core
from probot.sandbox.errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from probot.sandbox.methods.sending import formatted
from probot.sandbox.state import Bot, Json, Record
from probot.sandbox.text import MAX_TEXT

QUERY_ANSWER_LIFE = 15.0
"""Seconds in which a callback query can be answered."""
DELETE_LIFE = 48 * 3600


def _own_message(core: Core, bot: Bot, args: Args) -> tuple[Place, Record]:
    if not args.has("message_id"):
        raise bad_request("message identifier is not specified")
    place = chats.open_for(core, bot, args.chat(), "edit")
    record = chats.records(core, place).get(args.number("message_id"))
    if record is None or record.deleted:
        raise bad_request("message to edit not found")
    if record.by_bot != bot.id or (record.markup and not keyboards.is_inline(record.markup)):
        raise bad_request("message can't be edited")
    return place, record


def _new_markup(args: Args) -> Json | None:
    found = keyboards.read(args.value("reply_markup", "can't parse reply keyboard markup JSON object"))
    if found and not keyboards.is_inline(found):
        raise bad_request("inline keyboard expected")
    return found


def _put(core: Core, record: Record, markup: Json | None) -> Json:
    record.markup = markup
    record.message.pop("reply_markup", None)
    if markup:
        record.message["reply_markup"] = markup
    core.changed()
    return record.message


def edit_message_text(core: Core, bot: Bot, args: Args) -> Json:
    """Changes text and buttons; no reply_markup takes the buttons off."""
    _, record = _own_message(core, bot, args)
    text, entities = formatted(args, "text", "entities", limit=MAX_TEXT, kind="message")
    markup = _new_markup(args)
    if "text" not in record.message:
        raise bad_request("there is no text in the message to edit")
    same = (record.message["text"], record.message.get("entities", []), record.markup) == (
        text,
        entities,
        markup,
    )
    if same:
        raise bad_request(NOT_MODIFIED)
    record.message |= {"text": text, "edit_date": core.unix()}
    record.message.pop("entities", None)
    if entities:
        record.message["entities"] = entities
    return _put(core, record, markup)


def edit_message_reply_markup(core: Core, bot: Bot, args: Args) -> Json:
    """Changes the buttons alone."""
    _, record = _own_message(core, bot, args)
    markup = _new_markup(args)
    if record.markup == markup:
        raise bad_request(NOT_MODIFIED)
    return _put(core, record, markup)


def delete_message(core: Core, bot: Bot, args: Args) -> bool:
    """Takes a message out of the chat: within 48 hours, another's in a group only as administrator."""
    if args.chat() is None:
        raise bad_request("chat identifier is not specified")
    if not args.number("message_id"):
        raise bad_request("message identifier is not specified")
    place = chats.open_for(core, bot, args.chat(), "write")
    record = chats.records(core, place).get(args.number("message_id"))
    if record is None or record.deleted:
        raise bad_request("message to delete not found")
    others = record.by_bot != bot.id
    admin = place.group is None or chats.status(place.group, bot.id) in chats.ADMINS
    if core.unix() - record.message["date"] > DELETE_LIFE or (others and not admin):
        raise bad_request("message can't be deleted")
    record.deleted = True
    core.changed()
    return True


def answer_callback_query(core: Core, bot: Bot, args: Args) -> bool:
    """Ends the waiting on the phone of somebody who tapped, with an optional note."""
    query = core.state.queries.get(args.text("callback_query_id"))
    if query is None or query.bot != bot.id or core.now().timestamp() - query.at > QUERY_ANSWER_LIFE:
        raise bad_request(QUERY_TOO_OLD)
    text = args.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": args.flag("show_alert")}
    core.changed()
    return True
