"""How does a bot reach the core over HTTP? /bot<token>/<method> with real long polling, and /file/bot<token>/….

The rule: the core decides; this door waits, breaks lines when a fault says so, and puts answers into HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from probot.sandbox import forms
from probot.sandbox.args import Args, Upload
from probot.sandbox.botapi import BotApi
from probot.sandbox.errors import OTHER_POLLER, SET_WEBHOOK_STOPS_POLL, ApiError, LineCut, conflict
from probot.sandbox.state import Json

MAX_POLL_SECONDS = 50
HANG_SECONDS = 600.0
CONFLICT_PAUSE = 3.0


class Door:
    """The HTTP side of the Bot API."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._waiting: dict[str, asyncio.Future[ApiError | None]] = {}
        self._last_conflict = -CONFLICT_PAUSE
        self._off = api.on_change(self._wake)
        self._closing = asyncio.Event()

    @property
    def polls_waiting(self) -> int:
        """How many polls wait for something to happen."""
        return len(self._waiting)

    def close(self) -> None:
        """Ends all waiting."""
        self._closing.set()
        self._wake()
        self._off()

    def _wake(self) -> None:
        for each in list(self._waiting.values()):
            if not each.done():
                each.set_result(None)

    async def method(self, request: Request) -> Response:
        """One call of a bot."""
        token, name = request.path_params["token"], request.path_params["method"]
        try:
            params, files = await forms.read(request)
            delay = self._api.delay(name, params)
            if delay:
                await self._pause(delay)
            result = await self._call(token, name, params, files)
        except ApiError as error:
            return _json(error.code, error.body(), error.parameters)
        except LineCut as cut:
            return await self._cut(request, cut)
        except ClientDisconnect:
            return Response(status_code=400)  # whoever asked is gone in mid-sentence
        return _json(200, {"ok": True, "result": result}, None)

    async def _call(self, token: str, name: str, params: Json, files: dict[str, Upload]) -> Any:
        if name.lower() != "getupdates":
            if name.lower() == "setwebhook" and params.get("url"):
                self._end(token, conflict(SET_WEBHOOK_STOPS_POLL))
            return self._api.call(token, name, params, files)
        return await self._poll(token, name, params)

    async def _poll(self, token: str, name: str, params: Json) -> Any:
        """Long polling: a second waiting poll ends the first with 409."""
        timeout = Args(params).within("timeout", 0, 0, MAX_POLL_SECONDS)
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        result = self._api.call(token, name, params)
        first = True
        while not result and not self._closing.is_set() and (left := until - loop.time()) > 0:
            if first:
                self._end(token, conflict(OTHER_POLLER))
                first = False
            mine = loop.create_future()
            self._waiting[token] = mine
            try:
                async with asyncio.timeout(left):
                    ended = await mine
            except TimeoutError:
                ended = None
            finally:
                if self._waiting.get(token) is mine:
                    del self._waiting[token]
            if ended is not None:
                await self._conflict_pause()
                raise ended
            if self._api.pending(token):
                result = self._api.call(token, name, params)
        return result

    def _end(self, token: str, error: ApiError) -> None:
        older = self._waiting.pop(token, None)
        if older is not None and not older.done():
            older.set_result(error)

    async def _conflict_pause(self) -> None:
        """Telegram answers the first conflict at once and those right after it three seconds later."""
        now = asyncio.get_running_loop().time()
        if now < self._last_conflict + CONFLICT_PAUSE:
            await self._pause(CONFLICT_PAUSE)
        self._last_conflict = asyncio.get_running_loop().time()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    async def _cut(self, request: Request, cut: LineCut) -> Response:
        if cut.how == "hangs":
            await self._pause(HANG_SECONDS)
        abort: Callable[[], None] | None = request.scope.get("extensions", {}).get("sandbox.abort")
        if abort is not None:
            abort()
            await asyncio.sleep(0.01)  # until the server has noticed that the connection is gone
        return Response(status_code=502)

    async def file(self, request: Request) -> Response:
        """A file's bytes."""
        try:
            content = self._api.file(request.path_params["token"], request.path_params["path"])
        except ApiError as error:
            return _json(error.code, error.body(), None)
        return Response(content, media_type="application/octet-stream")


def _json(code: int, body: Json, parameters: Json | None) -> Response:
    headers = (
        {"Retry-After": str(parameters["retry_after"])}
        if parameters and "retry_after" in parameters
        else None
    )
    return JSONResponse(body, status_code=code, headers=headers)
