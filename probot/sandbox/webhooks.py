"""How do updates reach a bot with a webhook? One POST each, in order within a chat, again and again until it answers 2xx.

The rule: an update leaves the queue only when it was accepted or has expired.
"""

from __future__ import annotations

import asyncio

import httpx

from probot.sandbox.botapi import BotApi
from probot.sandbox.state import Bot, Json

LOOK_AGAIN = 0.25
PATIENCE = 60.0


class WebhookPump:
    """Delivers what waits for bots with a webhook, as long as `run` runs."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._wake = asyncio.Event()
        self._busy: set[tuple[int, int | None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Delivers until cancelled."""
        off = self._api.on_change(self._wake.set)
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            try:
                while True:
                    self._start_due(client)
                    delayed = any(bot.webhook and bot.queue for bot in self._api.state.bots.values())
                    try:
                        async with asyncio.timeout(LOOK_AGAIN if delayed else None):
                            await self._wake.wait()
                    except TimeoutError:
                        continue
                    self._wake.clear()
            finally:
                off()
                for each in self._tasks:
                    each.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_due(self, client: httpx.AsyncClient) -> None:
        for bot in self._api.state.bots.values():
            if bot.webhook is None:
                continue
            for entry in self._api.updates.due(bot, self._api.now()):
                key = (bot.id, entry["chat"])
                if key not in self._busy and len(self._busy) < bot.webhook.max_connections:
                    self._busy.add(key)
                    task = asyncio.create_task(self._deliver(client, bot, entry, key))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _deliver(
        self, client: httpx.AsyncClient, bot: Bot, entry: Json, key: tuple[int, int | None]
    ) -> None:
        hook = bot.webhook
        assert hook is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret_token} if hook.secret_token else {}
        times = 2 if self._api.faults.on_updates("duplicate") else 1
        problem = None
        try:
            for _ in range(times):
                self._api.updates.handed(bot, entry, self._api.now())
                answer = await client.post(hook.url, json=entry["update"], headers=headers)
                if not answer.is_success:
                    problem = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        except httpx.TimeoutException:
            problem = "Read timeout expired"
        except httpx.HTTPError:
            problem = "Connection refused"
        finally:
            self._busy.discard(key)
        if problem is None:
            self._api.updates.accepted(bot, entry, self._api.now())
        else:
            self._api.updates.refused(entry, self._api.now())
            hook.last_error_date, hook.last_error_message = self._api.unix(), problem
        self._api.changed()
