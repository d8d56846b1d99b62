"""How is something said on Telegram? One call a part, plain text, and an outcome for whatever happens.

The rule: the outcome is the truth about the whole message. A message of which some parts arrived is finished by the
next try, from the part where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from probot.messages import Button, Link, Message
from probot.pictures.draw import png
from probot.ports import (
    Call,
    Document,
    Edit,
    Gone,
    Later,
    Leave,
    Menu,
    OpenTopic,
    Outcome,
    Photo,
    Post,
    Refused,
    Sending,
    Sent,
    SetMenu,
    Unknown,
)
from probot.telegram.outcomes import TOPIC_CLOSED, TOPIC_GONE, outcome_of
from probot.telegram.parts import Part, parts_of
from probot.telegram.transport import compact, raw_result

_LOG: Final = logging.getLogger(__name__)
_NO_PREVIEW: Final = compact({"is_disabled": True})
_MOST_STARTED: Final = 256
"""Unfinished messages remembered; beyond it the oldest would be sent again from its first part."""
_MOST_TAP_CHARACTERS: Final = 200
_MOST_CAPTION: Final = 1024


class TelegramChannel:
    """`probot.ports.Channel` on Telegram.

    `protect_private`: messages in private chats cannot be forwarded or saved by their reader. Off by default,
    since it also keeps a participant from showing their own record to a doctor.
    """

    def __init__(self, bot: Bot, *, protect_private: bool = False) -> None:
        self._bot = bot
        self._protect_private = protect_private
        self._started: dict[Post, int] = {}
        self._throttled: set[int] = set()
        self._drawing = asyncio.Lock()
        self.taps_unanswered: Counter[str] = Counter()
        """Taps whose spinner could not be stopped, by kind of error."""
        self.sent_without_quote = 0
        """Messages whose quoted part Telegram would not take, sent as plain words instead: a defect of ours."""

    async def deliver(self, sending: Sending) -> Outcome:
        """Say it once, and tell what became of it. Raises nothing for what the world does."""
        if isinstance(sending, Call):
            return Refused("a call goes beside the messenger")
        return self._as_wide_as_it_is(sending.chat, await self._attempt(sending))

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        """Stop the spinner on a tapped button, showing `words` for a moment. Failures are counted, never raised."""
        try:
            await self._bot.answer_callback_query(query, text=words[:_MOST_TAP_CHARACTERS] or None)
        except TelegramError as error:
            self.taps_unanswered[type(error).__name__] += 1

    async def set_menus(self, private: Sequence[Menu], groups: Sequence[Menu] = ()) -> Outcome:
        """Set the command menus: `private` for all private chats, `groups` (staff) for all groups.

        The first menu of each also serves apps in any language that has no menu of its own.
        Returns Sent(None), or the outcome of the first call that failed; calling it again is harmless.
        """
        scopes: tuple[tuple[BotCommandScope, Sequence[Menu]], ...] = (
            (BotCommandScopeAllPrivateChats(), private),
            (BotCommandScopeAllGroupChats(), groups),
        )
        try:
            for scope, menus in scopes:
                for language, menu in (
                    [(None, menus[0]), *((menu.language, menu) for menu in menus)] if menus else []
                ):
                    commands = [BotCommand(name.lstrip("/"), words) for name, words in menu.commands.items()]
                    await self._bot.set_my_commands(commands, scope=scope, language_code=language)
        except TelegramError as error:
            return outcome_of(error)
        return Sent(None)

    async def who_am_i(self) -> tuple[int, str]:
        """The bot's account number and username. Raises telegram.error.TelegramError where nobody answers."""
        me = await self._bot.get_me()
        return me.id, me.username or ""

    async def members(self, chat: int, accounts: Sequence[int]) -> tuple[int, frozenset[int]]:
        """How many are in a group, the bot included, and which of these accounts. Raises telegram.error.TelegramError."""
        total = await self._bot.get_chat_member_count(chat)
        there = set()
        for account in accounts:
            try:
                member = await self._bot.get_chat_member(chat, account)
            except BadRequest:
                continue  # Telegram knows nothing of them there
            if member.status not in {"left", "kicked"} and getattr(member, "is_member", True):
                there.add(account)
        return total, frozenset(there)

    async def _attempt(
        self, sending: Post | Edit | Photo | Document | Leave | SetMenu | OpenTopic
    ) -> Outcome:
        match sending:
            case Post():
                return await self._post(sending)
            case Edit():
                return await self._edit(sending)
            case Photo():
                return await self._photo(sending)
            case Document():
                return await self._document(sending)
            case SetMenu():
                return await self._set_menu(sending)
            case OpenTopic():
                return await self._open_topic(sending)
            case Leave():
                return await self._leave(sending)

    async def _post(self, post: Post) -> Outcome:
        parts = parts_of(post.message.text, post.message.quote)
        number: int | None = None
        strayed = False
        uncertain: Unknown | None = None
        for index in range(self._started.pop(post, 0), len(parts)):
            outcome = await self._send(post, parts[index], keyboard=index == len(parts) - 1)
            match outcome:
                case Sent():
                    number, strayed = outcome.number, strayed or outcome.strayed
                case Unknown():
                    # The parts after it are not abandoned: better a part that is read twice than half a message.
                    uncertain = outcome
                case Later() if uncertain is not None:
                    return uncertain
                case Later():
                    self._remember(post, index)
                    return outcome
                case _:
                    return outcome
        return uncertain or Sent(number, strayed)

    async def _send(self, post: Post, part: Part, *, keyboard: bool) -> Outcome:
        chat, message, strayed = post.chat, post.message, False
        parameters = {"chat_id": str(chat), "text": part.text, "link_preview_options": _NO_PREVIEW}
        if message.silent:
            parameters["disable_notification"] = "true"
        if self._protect_private and chat > 0:
            parameters["protect_content"] = "true"
        if keyboard and (markup := _markup(message, chat)) is not None:
            parameters["reply_markup"] = markup
        if post.thread is not None:
            parameters["message_thread_id"] = str(post.thread)
        answer = await self._say("sendMessage", parameters, part)
        if (
            post.thread is not None
            and answer == Refused(TOPIC_CLOSED)
            and await self._reopened(chat, post.thread)
        ):
            answer = await self._say("sendMessage", parameters, part)
        if (
            post.thread is not None
            and isinstance(answer, Refused)
            and answer.reason in {TOPIC_CLOSED, TOPIC_GONE}
        ):
            strayed = answer.reason == TOPIC_GONE
            del parameters["message_thread_id"]
            answer = await self._say("sendMessage", parameters, part)
        if not isinstance(answer, dict):
            return answer
        number = answer.get("message_id")
        return Sent(number, strayed) if isinstance(number, int) else Unknown("the answer names no message")

    async def _reopened(self, chat: int, thread: int) -> bool:
        """Open a closed topic again, where the bot may."""
        try:
            return bool(await self._bot.reopen_forum_topic(chat, thread))
        except TelegramError:
            return False

    async def _open_topic(self, topic: OpenTopic) -> Outcome:
        """A refusal is no trouble of the chat: without the right to open topics everything stands in the general one."""
        try:
            opened = await self._bot.create_forum_topic(topic.chat, topic.name)
        except (BadRequest, Forbidden):
            return Refused("the bot may not open topics here")
        except TelegramError as error:
            return outcome_of(error)
        return Sent(opened.message_thread_id)

    async def _edit(self, edit: Edit) -> Outcome:
        """Change the numbered message. Of a text in several parts it bears the last one, as `_post` numbered it."""
        part = parts_of(edit.message.text, edit.message.quote)[-1]
        parameters = {
            "chat_id": str(edit.chat), "message_id": str(edit.number), "text": part.text,
            "link_preview_options": _NO_PREVIEW,
        }  # fmt: skip
        if edit.message.buttons:
            parameters["reply_markup"] = _keyboard(edit.message)
        answer = await self._say("editMessageText", parameters, part)
        return Sent(edit.number) if isinstance(answer, dict | Sent) else answer

    async def _say(self, method: str, parameters: dict[str, str], part: Part) -> dict[str, Any] | Outcome:
        """One call with the words of a part: what the server answered with, or what became of it.

        The parameters are written here: python-telegram-bot's objects around them cost several times the sending.
        """
        quote = _entities(part)
        while True:
            try:
                answer = await raw_result(
                    self._bot.request, f"{self._bot.base_url}/{method}", {**parameters, **quote}
                )
            except TelegramError as error:
                if not (quote and _about_entities(error)):
                    return outcome_of(error)
                self._note_lost_quote()
                quote = {}
            else:
                return answer if isinstance(answer, dict) else {}

    async def _photo(self, photo: Photo) -> Outcome:
        """Draw it, one at a time and in a thread, and send it. What it was to hang under may be gone: no matter."""
        async with self._drawing:
            drawn = await asyncio.to_thread(png, photo.picture)
        under = photo.under and ReplyParameters(photo.under, allow_sending_without_reply=True)
        thread = photo.thread
        while True:
            try:
                sent = await self._bot.send_photo(
                    photo.chat,
                    drawn,
                    caption=photo.caption[:_MOST_CAPTION],
                    filename="trajectory.png",
                    disable_notification=True,
                    protect_content=(self._protect_private and photo.chat > 0) or None,
                    reply_parameters=under or None,
                    message_thread_id=thread,
                )
            except TelegramError as error:
                outcome = outcome_of(error)
                if thread is None or outcome not in {Refused(TOPIC_CLOSED), Refused(TOPIC_GONE)}:
                    return outcome
                thread = None
            else:
                return Sent(sent.message_id)

    async def _document(self, document: Document) -> Outcome:
        """It is meant to be passed on, so it is never kept from being forwarded."""
        try:
            sent = await self._bot.send_document(
                document.chat,
                document.content.encode(),
                filename=document.name,
                caption=document.caption[:_MOST_CAPTION],
            )
        except TelegramError as error:
            return outcome_of(error)
        return Sent(sent.message_id)

    async def _set_menu(self, menu: SetMenu) -> Outcome:
        commands = [BotCommand(command, words) for command, words in menu.commands.items()]
        try:
            await self._bot.set_my_commands(commands, scope=BotCommandScopeChat(menu.chat))
        except TelegramError as error:
            return outcome_of(error)
        return Sent(None)

    async def _leave(self, leave: Leave) -> Outcome:
        try:
            await self._bot.leave_chat(leave.chat)
        except TelegramError as error:
            outcome = outcome_of(error)
            # Thrown out, not a member, no such chat: we are outside, which is what was wanted.
            return Sent(None) if isinstance(outcome, Gone) else outcome
        return Sent(None)

    def _remember(self, post: Post, part: int) -> None:
        if part == 0:
            return
        while len(self._started) >= _MOST_STARTED:
            self._started.pop(next(iter(self._started)))
        self._started[post] = part

    def _as_wide_as_it_is(self, chat: int, outcome: Outcome) -> Outcome:
        """Telegram does not say whose limit was passed. Two chats throttled with nothing sent between: everybody's."""
        if isinstance(outcome, Sent):
            self._throttled.clear()
        elif isinstance(outcome, Later) and not outcome.wide:
            self._throttled.add(chat)
            return Later(outcome.seconds, outcome.reason, wide=len(self._throttled) > 1)
        return outcome

    def _note_lost_quote(self) -> None:
        self.sent_without_quote += 1
        _LOG.error("Telegram refused a quoted part; the message goes out as plain words")


def _entities(part: Part) -> dict[str, str]:
    if part.quote is None:
        return {}
    offset, length = part.quote
    return {"entities": compact([{"type": "blockquote", "offset": offset, "length": length}])}


def _markup(message: Message, chat: int) -> str | None:
    """The buttons. In a group everybody would be made to reply, so there it is left to the words."""
    if message.wants_reply and not message.buttons and chat > 0:
        return compact({"force_reply": True})
    return _keyboard(message) if message.buttons else None


def _keyboard(message: Message) -> str:
    rows = [[_key(button) for button in row] for row in message.buttons]
    return compact({"inline_keyboard": rows})


def _key(button: Button | Link) -> dict[str, str]:
    if isinstance(button, Link):
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data}


def _about_entities(error: TelegramError) -> bool:
    return isinstance(error, BadRequest) and "entit" in error.message.lower()
