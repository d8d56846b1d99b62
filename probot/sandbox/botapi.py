"""What does the Bot API answer to one call? The server without its HTTP: one function, `call`.

The rule: synchronous and pure but for the state; the clock is handed in; all refusals are ApiError.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from probot.sandbox.args import Args, Upload
from probot.sandbox.core import Core
from probot.sandbox.errors import ApiError, LineCut, method_not_found, too_many_requests, unauthorized
from probot.sandbox.limits import LimitSettings
from probot.sandbox.methods import LIMITED, METHODS, SENDS
from probot.sandbox.methods import files as file_methods
from probot.sandbox.people import People
from probot.sandbox.state import Bot, Json, State

_TOKEN = re.compile(r"[1-9]\d*:[^/\s]+")


class BotApi(Core):
    """A Bot API server in one object, with the people who use it (`people`).

    `now` gives the present instant (aware, UTC). `limits` are Telegram's sending limits unless said otherwise.
    """

    def __init__(
        self, *, now: Callable[[], datetime], limits: LimitSettings | None = None, state: State | None = None
    ) -> None:
        super().__init__(now=now, limits=limits, state=state)
        self.people = People(self)

    def add_bot(
        self, token: str, username: str, *, first_name: str = "Bot", reads_all_group_messages: bool = False
    ) -> Bot:
        """Registers a bot under its token (`<id>:<secret>`); the same token again gives the same bot."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("a token looks like 123456:secret")
        number = int(token.split(":", 1)[0])
        if known := self.state.bots.get(number):
            known.token, known.username, known.first_name = token, username, first_name
            return known
        bot = Bot(number, token, username, first_name, reads_all_group_messages=reads_all_group_messages)
        self.state.bots[number] = bot
        self.changed()
        return bot

    # ------------------------------------------------------------------------------------------ calls

    def delay(self, method: str, params: Json) -> float:
        """Seconds that the door must wait before this call, because the line is slow."""
        return self.faults.delay(method, _chat_number(params))

    def call(
        self, token: str, method: str, params: Json | None = None, files: dict[str, Upload] | None = None
    ) -> Any:
        """The `result` of one call. Raises ApiError as Telegram refuses, LineCut when a fault breaks the line."""
        given = params or {}
        name = method.lower()
        chat = _chat_number(given)
        bot = self.bot_of(token)
        entry = self.transcript.call(
            at=self.now(), bot=bot.id if bot else None, method=method, chat=chat, params=dict(given)
        )
        if trouble := self.faults.before(name, chat):
            entry.executed = False
            if isinstance(trouble, LineCut):
                entry.cut = trouble.how
            else:
                entry.error = trouble.body()
            raise trouble
        try:
            result = self._execute(token, bot, name, Args(given, files or {}))
        except ApiError as error:
            entry.executed = False
            entry.error = error.body()
            raise
        entry.result = deepcopy(result)
        if name == "getupdates" and not result:
            self.transcript.forget(entry)  # a poll that brought nothing is no event
        if cut := self.faults.after(name, chat):
            entry.cut = cut.how
            raise cut
        return entry.result

    def _execute(self, token: str, bot: Bot | None, name: str, args: Args) -> Any:
        if bot is None:
            raise (
                unauthorized()
                if _TOKEN.fullmatch(token)
                else ApiError(401, "Unauthorized: invalid token specified")
            )
        method = METHODS.get(name)
        if method is None:
            raise method_not_found()
        chat = _chat_number(args.values)
        if name not in LIMITED or chat is None:
            return method(self, bot, args)
        return self._limited(bot, name, chat, args)

    def _limited(self, bot: Bot, name: str, chat: int, args: Args) -> Any:
        """Runs a sending method within the limits; a refusal for another reason costs nothing."""
        wait = self.limits.wait(bot.id, chat, sends=name in SENDS, now=self.now().timestamp())
        if wait:
            raise too_many_requests(wait)
        result = METHODS[name](self, bot, args)
        self.limits.note(bot.id, chat, sends=name in SENDS, now=self.now().timestamp())
        return result

    def pending(self, token: str) -> bool:
        """Whether a poll that waits should look again: something came, or trouble was switched on."""
        bot = self.bot_of(token)
        return bot is None or bool(bot.queue) or bot.webhook is not None or bool(self.faults.active())

    def bot_of(self, token: str) -> Bot | None:
        """The bot with this token, unless the token was revoked."""
        number = token.split(":", 1)[0]
        bot = self.state.bots.get(int(number)) if number.isdecimal() else None
        return bot if bot and bot.token == token and not bot.revoked else None

    def file(self, token: str, path: str) -> bytes:
        """The bytes of a file by its path. Raises ApiError 401 or 404."""
        if self.bot_of(token) is None:
            raise unauthorized()
        found = file_methods.content(self, path)
        if found is None:
            raise ApiError(404, "Not Found")
        return found

    # ------------------------------------------------------------------------------------------ keeping

    def save(self, path: Path) -> None:
        """Writes the state into one JSON file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(self.state.to_json(), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def load(self, path: Path) -> bool:
        """Goes on from a saved file; False when there is none. Raises ValueError for another format."""
        if not path.exists():
            return False
        self.state = State.from_json(json.loads(path.read_text(encoding="utf-8")))
        self.changed()
        return True


def _chat_number(params: Json) -> int | None:
    try:
        return int(params["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None
