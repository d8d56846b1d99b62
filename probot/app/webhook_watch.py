"""Does Telegram still bring its updates here? It is asked every 45 seconds, and told again where that is not so.

The rule: a webhook that was taken away is set again at once, and counts as heard only when the next look finds it
still in its place.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from probot.app.office import Office
from probot.services.receive import webhook_found
from probot.telegram.webhook import Webhook

log = logging.getLogger(__name__)

LOOK_SECONDS = 45.0
AGAIN_SECONDS = 5.0
"""How soon it is looked after a webhook that had to be set again; doubled each time it was taken away once more."""
MOST_REFUSED = 5
"""Calls without the secret between two looks that are no news."""


class WebhookWatch:
    """Sets the webhook, looks after it, and puts down what is wrong with it."""

    def __init__(self, webhook: Webhook, bot: Bot, office: Office) -> None:
        self._webhook = webhook
        self._bot = bot
        self._office = office
        self._registered = False
        self._taken = 0
        """How often in a row it was found to have been taken away."""
        self._refused = 0
        self._wrong: tuple[str, ...] = ()
        """What the last look found."""
        self._said: tuple[str, ...] | None = None
        """What was put down last."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            seconds = await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> float:
        """One look, and the webhook set again if it is not ours; after how many seconds to look again."""
        self._tell_of_strangers()
        taken_away = False
        try:
            await self._register()
            found = await self._webhook.look(self._bot)
            wrong, taken_away = found.problems, not found.ours
            for problem in wrong:
                log.warning("webhook", extra={"problem": problem})
            self._taken = self._taken + 1 if taken_away else 0
            if found.reached:
                # What may pass by itself is said when it is found twice.
                await self._put_down(wrong if taken_away or self._wrong else (), taken_away=taken_away)
                self._wrong = wrong
            if taken_away:
                self._registered = False
                await self._register()
                log.warning("the webhook was set again")
        except TelegramError as error:
            why = error.message if isinstance(error, BadRequest) else type(error).__name__
            log.warning("the webhook could not be set", extra={"error": why})
            await self._put_down((f"it could not be set: {why}",))
        return (
            min(LOOK_SECONDS, AGAIN_SECONDS * 2 ** min(self._taken - 1, 9)) if self._taken else LOOK_SECONDS
        )

    async def _register(self) -> None:
        if not self._registered:
            await self._webhook.register(self._bot)
            self._registered = True

    def _tell_of_strangers(self) -> None:
        times, self._refused = self._webhook.refused - self._refused, self._webhook.refused
        if times > MOST_REFUSED:
            log.warning("somebody calls the webhook without its secret", extra={"times": times})

    async def _put_down(self, wrong: tuple[str, ...], *, taken_away: bool = False) -> None:
        if not wrong and wrong == self._said:
            return
        try:
            await self._office.look(webhook_found, self._office.clock.now(), wrong, taken_away=taken_away)
        except SQLAlchemyError as error:
            log.warning("the database does not answer", extra={"error": type(error).__name__})
        else:
            self._said = wrong
