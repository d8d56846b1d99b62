"""What can a person do with a phone? Write, tap, edit, forward, send a voice, block the bot, open a link, go offline.

The rule: a chat is named as the phone sees it: a group's id, or the bot's id for the private chat with that bot.
"""

from __future__ import annotations

from typing import Any, Literal

from probot.sandbox import chats, groups, keyboards, posts
from probot.sandbox.chats import Place
from probot.sandbox.core import Core
from probot.sandbox.errors import CannotAct
from probot.sandbox.media import content_of
from probot.sandbox.state import Bot, Json, Person, Query, Record
from probot.sandbox.text import found_entities
from probot.sandbox.updates import CALLBACK_LIFE

FIRST_PERSON = 5_000_000_001


class People:
    """The acts of people. Ids of people, chats and messages are whole numbers."""

    def __init__(self, core: Core) -> None:
        self._core = core

    # ------------------------------------------------------------------------------------------ who there is

    def new_person(
        self,
        first_name: str,
        *,
        language_code: str | None = "en",
        last_name: str | None = None,
        username: str | None = None,
        seat: Literal["patient", "staff"] = "patient",
        person_id: int | None = None,
    ) -> int:
        """Somebody with a fresh account; the person's id."""
        number = person_id or self._core.state.count("person", FIRST_PERSON)
        if number in self._core.state.people:
            raise CannotAct(f"{number} is taken")
        self._core.state.people[number] = Person(
            number, first_name, language_code, last_name, username=username, seat=seat
        )
        self._core.changed()
        return number

    def set_language(self, person: int, language_code: str | None) -> None:
        """Changes the language of a person's app."""
        self._core.person(person).language_code = language_code
        self._core.changed()

    def place(self, person: int, chat: int) -> Place:
        """The chat that a phone means: a bot's id for the private chat, a negative id for a group."""
        if chat > 0:
            return chats.private_place(self._core.bot(chat), self._core.person(person))
        group = self._core.group(chat)
        return chats.group_place(group)

    # ------------------------------------------------------------------------------------------ deep links

    def receive_link(self, person: int, payload: str, *, bot: int | None = None) -> None:
        """A deep link arrives by another way and waits; the phone shows a Start button."""
        self._core.person(person).waiting_links[str(self._core.bot(bot).id)] = payload
        self._core.changed()

    def start_link(self, person: int, payload: str | None = None, *, bot: int | None = None) -> int:
        """Opens the bot's chat and presses Start, with a payload, with the waiting one, or bare; the message's id."""
        account = self._core.bot(bot)
        someone = self._core.person(person)
        waiting = someone.waiting_links.pop(str(account.id), None)
        word = payload if payload is not None else waiting
        if account.id in someone.blocked:
            self.unblock(person, bot=account.id)
        if account.id not in someone.started:
            someone.started.append(account.id)
        return self.say(person, account.id, f"/start {word}" if word else "/start")

    def startgroup(self, person: int, chat: int, payload: str, *, bot: int | None = None) -> int:
        """Adds the bot to a group by a `?startgroup=` link; the id of the /start message."""
        account = self._core.bot(bot)
        group = self._core.group(chat)
        groups.change_member(self._core, group, actor=person, account=account.id, status="member")
        return self.say(person, chat, f"/start@{account.username} {payload}".strip())

    # ------------------------------------------------------------------------------------------ writing

    def say(
        self,
        person: int,
        chat: int,
        text: str,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        anonymous: bool = False,
        entities: list[Json] | None = None,
    ) -> int:
        """Writes a text; the message's id, or 0 while the phone is offline (it is sent later)."""
        content: Json = {"text": text}
        if found := found_entities(text, entities):
            content["entities"] = found
        return self._send(person, chat, content, reply_to=reply_to, thread=thread, anonymous=anonymous)

    def send_media(
        self, person: int, chat: int, kind: str, *, caption: str | None = None, reply_to: int | None = None
    ) -> int:
        """Sends a sticker, voice, photo, video, document, location or contact; the message's id."""
        content = content_of(self._core, self._core.person(person), kind)
        if caption:
            content["caption"] = caption
        return self._send(person, chat, content, reply_to=reply_to)

    def forward(self, person: int, chat: int, text: str, *, of: str = "Somebody") -> int:
        """Forwards somebody's text; the message's id."""
        origin = {"type": "hidden_user", "sender_user_name": of, "date": self._core.unix() - 60}
        return self._send(person, chat, {"text": text, "forward_origin": origin})

    def press(self, person: int, chat: int, label: str) -> int:
        """Presses a button of the reply keyboard; the message's id. Raises CannotAct when it is not shown."""
        shown = self.reply_keyboard(person, chat)
        if label not in [each["text"] for each in keyboards.buttons(shown)]:
            raise CannotAct(f"no button {label!r} on the keyboard")
        return self.say(person, chat, label)

    def reply_keyboard(self, person: int, chat: int) -> Json | None:
        """The reply keyboard that the chat shows now; one for a single use is gone once something was written."""
        written = False
        for record in reversed(chats.records(self._core, self.place(person, chat)).values()):
            written = written or (record.message["from"]["id"] == person and not record.deleted)
            if (
                record.by_bot
                and record.markup
                and not record.hidden
                and not keyboards.is_inline(record.markup)
            ):
                used_up = written and record.markup.get("one_time_keyboard")
                return record.markup if "keyboard" in record.markup and not used_up else None
        return None

    def _send(self, person: int, chat: int, content: Json, **how: Any) -> int:
        someone = self._able(person)
        if someone.phone_offline:
            held = {"person": person, "chat": chat, "content": content, "how": how}
            self._core.state.held_acts.append(held)
            self._core.changed()
            return 0
        place = self.place(person, chat)
        bot = self._core.bot(chat) if chat > 0 else None
        if bot:
            if bot.id in someone.blocked:
                raise CannotAct("the bot is blocked; unblock it first")
            if bot.id not in someone.started:
                someone.started.append(bot.id)
        elif place.group is not None:
            self._member(place, person)
        record = posts.post(self._core, place, person, content, **how)
        posts.tell(self._core, place, record, bot=bot)
        self._note(person, "sent", place, {"message": record.message})
        return int(record.message["message_id"])

    def edit(self, person: int, chat: int, message_id: int, text: str) -> None:
        """Changes an own text; the bot is told."""
        self._able(person)
        place, record = self._own(person, chat, message_id)
        record.message["text"] = text
        record.message.pop("entities", None)
        if found := found_entities(text):
            record.message["entities"] = found
        record.message["edit_date"] = self._core.unix()
        bot = self._core.bot(chat) if chat > 0 else None
        posts.tell(self._core, place, record, kind="edited_message", bot=bot)
        self._note(person, "edited", place, {"message": record.message})

    def delete(self, person: int, chat: int, message_id: int) -> None:
        """Deletes an own message; no bot is told."""
        place, record = self._own(person, chat, message_id)
        record.deleted = True
        self._note(person, "deleted", place, {"message_id": message_id})

    def _own(self, person: int, chat: int, message_id: int) -> tuple[Place, Record]:
        place = self.place(person, chat)
        record = chats.records(self._core, place).get(message_id)
        if record is None or record.deleted or record.message["from"]["id"] != person:
            raise CannotAct(f"{person} has no message {message_id} there")
        return place, record

    # ------------------------------------------------------------------------------------------ tapping

    def tap(
        self,
        person: int,
        chat: int,
        message_id: int,
        data: str | None = None,
        *,
        label: str | None = None,
        forged: bool = False,
    ) -> str:
        """Taps a button under a message, named by its data or its label; the callback query's id.

        `forged` sends data that stands on no button (an altered client, or a keyboard that is gone by now).
        Raises CannotAct when there is no such button.
        """
        someone = self._able(person)
        if someone.phone_offline:
            raise CannotAct("the phone is offline")
        place = self.place(person, chat)
        if place.group is not None:
            self._member(place, person)
        record = chats.records(self._core, place).get(message_id)
        if record is None or record.deleted or record.by_bot is None:
            raise CannotAct(f"no message {message_id} with buttons there")
        found = data if forged else _button_data(record, data, label)
        if found is None:
            raise CannotAct(f"no button {label or data!r} under message {message_id}")
        bot = self._core.bot(record.by_bot)
        number = str(4_000_000_000_000 + self._core.state.count("query"))
        query = {
            "id": number,
            "from": chats.user_json(self._core, person),
            "message": record.message | {},
            "chat_instance": chats.chat_instance(place),
            "data": found,
        }
        self._core.state.queries[number] = Query(number, bot.id, person, self._core.now().timestamp())
        self._core.push(bot, "callback_query", query, chat=place.id, person=person, life=CALLBACK_LIFE)
        self._note(person, "tapped", place, {"message_id": message_id, "data": found, "query": number})
        return number

    # ------------------------------------------------------------------------------------------ coming and going

    def block(self, person: int, *, bot: int | None = None) -> None:
        """Stops and blocks the bot; it is told by my_chat_member."""
        account = self._core.bot(bot)
        someone = self._core.person(person)
        if account.id not in someone.blocked:
            someone.blocked.append(account.id)
            self._standing(account, someone, "member", "kicked")

    def unblock(self, person: int, *, bot: int | None = None) -> None:
        """Takes the block back."""
        account = self._core.bot(bot)
        someone = self._core.person(person)
        if account.id in someone.blocked:
            someone.blocked.remove(account.id)
            self._standing(account, someone, "kicked", "member")

    def _standing(self, bot: Bot, person: Person, before: str, after: str) -> None:
        place = chats.private_place(bot, person)
        who = chats.user_json(self._core, bot.id)
        change: Json = {
            "chat": chats.chat_json(place),
            "from": chats.user_json(self._core, person.id),
            "date": self._core.unix(),
            "old_chat_member": {"user": who, "status": before},
            "new_chat_member": {"user": who, "status": after},
        }
        for member in (change["old_chat_member"], change["new_chat_member"]):
            if member["status"] == "kicked":
                member["until_date"] = 0
        self._core.push(bot, "my_chat_member", change, chat=person.id, person=person.id)
        self._note(person.id, "blocked" if after == "kicked" else "unblocked", place, {})

    def deactivate(self, person: int) -> None:
        """The account is deleted; no bot is told."""
        self._core.person(person).deactivated = True
        self._core.changed()

    def phone_offline(self, person: int, *, offline: bool) -> None:
        """Cuts or restores a phone's connection. What was written meanwhile is sent when it returns, in order."""
        someone = self._core.person(person)
        someone.phone_offline = offline
        if offline:
            self._core.changed()
            return
        for records in self._core.state.chats.values():
            for record in records.values():
                if record.hidden and record.message["chat"]["id"] == person:
                    record.hidden = False
        held = [each for each in self._core.state.held_acts if each["person"] == person]
        self._core.state.held_acts = [each for each in self._core.state.held_acts if each["person"] != person]
        for each in held:
            self._send(person, each["chat"], each["content"], **each["how"])
        self._core.changed()

    # ------------------------------------------------------------------------------------------ groups

    def new_group(
        self,
        creator: int,
        title: str,
        *,
        members: tuple[int, ...] = (),
        bots: tuple[int, ...] = (),
        kind: Literal["group", "supergroup"] = "group",
        forum: bool = False,
    ) -> int:
        """Creates a group; its chat id."""
        return groups.new_group(
            self._core, creator, title, members=members, bots=bots, kind=kind, forum=forum
        )

    def set_member(
        self, actor: int, chat: int, account: int, status: str = "member", *, anonymous: bool = False
    ) -> None:
        """Adds, promotes, removes ("left") or bans ("kicked") a person or a bot."""
        groups.change_member(
            self._core,
            self._core.group(chat),
            actor=actor,
            account=account,
            status=status,
            anonymous=anonymous,
        )

    def migrate(self, chat: int) -> int:
        """Turns a group into a supergroup; the new chat id."""
        return groups.migrate(self._core, chat)

    # ------------------------------------------------------------------------------------------ small print

    def _able(self, person: int) -> Person:
        someone = self._core.person(person)
        if someone.deactivated:
            raise CannotAct(f"{person} has no account any more")
        return someone

    def _member(self, place: Place, person: int) -> None:
        assert place.group is not None
        if place.group.migrated_to is not None or chats.status(place.group, person) not in chats.IN_CHAT:
            raise CannotAct(f"{person} is not in the chat {place.id}")

    def _note(self, person: int, kind: str, place: Place, details: Json) -> None:
        self._core.transcript.act(
            at=self._core.now(), person=person, kind=kind, chat=place.id, details=details
        )
        self._core.changed()


def _button_data(record: Record, data: str | None, label: str | None) -> str | None:
    if not keyboards.is_inline(record.markup):
        return None
    for button in keyboards.buttons(record.markup):
        if "callback_data" in button and (button["callback_data"] == data or button["text"] == label):
            return str(button["callback_data"])
    return None
