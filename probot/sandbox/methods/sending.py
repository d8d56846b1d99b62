"""How does a bot say something? sendMessage, and what all sending methods have in common.

The rule: first the chat, then the content, then the limits; a refused message leaves no trace in the chat.
"""

from __future__ import annotations

from typing import Any

from probot.sandbox import chats, keyboards, markup, posts
from probot.sandbox.args import Args
from probot.sandbox.chats import Place
from probot.sandbox.core import Core
from probot.sandbox.errors import bad_request
from probot.sandbox.state import Bot, Json, Record
from probot.sandbox.text import MAX_TEXT, checked

_ENTITY_KINDS = frozenset(
    {
        *(
            "bold",
            "italic",
            "underline",
            "strikethrough",
            "spoiler",
            "blockquote",
            "expandable_blockquote",
            "code",
        ),
        *(
            "pre",
            "text_link",
            "text_mention",
            "custom_emoji",
            "mention",
            "hashtag",
            "cashtag",
            "bot_command",
            "url",
        ),
        *("email", "phone_number", "date_time"),
    }
)
_ACTIONS = frozenset(
    {
        *(
            "typing",
            "upload_photo",
            "record_video",
            "upload_video",
            "record_voice",
            "upload_voice",
            "upload_document",
        ),
        *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    }
)


def formatted(
    args: Args, text_name: str, entities_name: str, *, limit: int, kind: str
) -> tuple[str, list[Json]]:
    """Text and entities of a call, by parse_mode or by given entities. Raises ApiError 400."""
    text = args.text(text_name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    mode = args.text("parse_mode")
    if mode and text:
        text, entities = markup.read(text, mode)
    else:
        entities = _given(args.value(entities_name, "can't parse entities JSON object"))
    return checked(text, entities, limit=limit, kind=kind)


def _given(raw: Any) -> list[Json]:
    entities = []
    for each in raw if isinstance(raw, list) else ():
        if not isinstance(each, dict) or not all(
            isinstance(each.get(key), int) for key in ("offset", "length")
        ):
            raise bad_request("can't parse MessageEntity: expected an Object with offset and length")
        if each.get("type") not in _ENTITY_KINDS:
            raise bad_request("can't parse MessageEntity: unsupported type specified")
        entities.append(each)
    return entities


def reply_target(core: Core, place: Place, args: Args) -> int | None:
    """The message that is replied to. Raises ApiError 400 when it is gone, unless the call allows that."""
    raw = args.value("reply_parameters", "can't parse reply parameters JSON object")
    wanted = raw.get("message_id") if isinstance(raw, dict) else args.number("reply_to_message_id") or None
    if wanted is None:
        return None
    found = chats.records(core, place).get(int(wanted))
    if found and not found.deleted:
        return int(wanted)
    if isinstance(raw, dict) and raw.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def thread(place: Place, args: Args) -> int | None:
    """The topic a message goes to. Raises ApiError 400 for one that does not exist."""
    number = args.number("message_thread_id")
    if not number:
        return None
    if place.group and place.group.is_forum and str(number) in place.group.topics:
        if str(number) in place.group.closed_topics:
            raise bad_request("TOPIC_CLOSED")
        return number
    raise bad_request("message thread not found")


def send(core: Core, bot: Bot, place: Place, args: Args, content: Json) -> Json:
    """Posts the content with what every sending method may carry; the Message object."""
    record: Record = posts.post(
        core,
        place,
        bot.id,
        content,
        markup=keyboards.read(args.value("reply_markup", "can't parse reply keyboard markup JSON object")),
        reply_to=reply_target(core, place, args),
        thread=thread(place, args),
    )
    record.silent = args.flag("disable_notification")
    record.protected = args.flag("protect_content")
    if record.protected:
        record.message["has_protected_content"] = True
    core.state.typing.pop(place.key, None)
    core.changed()
    return record.message


def send_message(core: Core, bot: Bot, args: Args) -> Json:
    """Sends a text."""
    place = chats.open_for(core, bot, args.chat(), "write")
    text, entities = formatted(args, "text", "entities", limit=MAX_TEXT, kind="message")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    preview = args.value("link_preview_options", "can't parse link preview options JSON object")
    if preview:
        content["link_preview_options"] = preview
    return send(core, bot, place, args, content)


def send_chat_action(core: Core, bot: Bot, args: Args) -> bool:
    """Shows the bot as typing for five seconds."""
    place = chats.open_for(core, bot, args.chat(), "write")
    if args.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    core.state.typing[place.key] = core.now().timestamp() + 5
    core.changed()
    return True
