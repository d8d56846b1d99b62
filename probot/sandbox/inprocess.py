"""How does a real `telegram.Bot` talk to the server without a socket? A request object that hands calls to the core.

The rule: the bytes a bot sees are those of the HTTP door, and a broken line raises what httpx would raise.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from probot.sandbox.args import Upload
from probot.sandbox.botapi import BotApi
from probot.sandbox.errors import ApiError, LineCut

ROOT = "http://sandbox.invalid"
BASE_URL = f"{ROOT}/bot"
BASE_FILE_URL = f"{ROOT}/file/bot"


class InProcessRequest(BaseRequest):
    """Give one as `request` and one as `get_updates_request` to `telegram.Bot(base_url=BASE_URL, …)`.

    getUpdates answers at once, whatever its timeout. A slow line counts against the read timeout, and is
    waited for by `sleep` when that is given.
    """

    def __init__(
        self,
        api: BotApi,
        *,
        read_timeout: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._api = api
        self._read_timeout = read_timeout
        self._sleep = sleep

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """One call, or one file. Raises NetworkError or TimedOut as PTB's own request does."""
        patience = self._read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        path = unquote(urlsplit(url).path)
        try:
            if path.startswith("/file/bot"):
                token, _, name = path.removeprefix("/file/bot").partition("/")
                return 200, self._api.file(token, name)
            token, _, name = path.removeprefix("/bot").partition("/")
            result = await self._call(token, name, request_data, patience)
        except ApiError as error:
            return error.code, json.dumps(error.body()).encode()
        except LineCut as cut:
            cause = _cause(cut)
            raise _as_ptb(cause) from cause
        return 200, json.dumps({"ok": True, "result": result}).encode()

    async def _call(self, token: str, name: str, data: RequestData | None, patience: float | None) -> Any:
        params = dict(data.json_parameters) if data else {}
        files = _uploads(data) if data and data.contains_files else {}
        delay = self._api.delay(name, params)
        late = patience is not None and delay > patience
        if delay and self._sleep:
            await self._sleep(min(delay, patience) if patience is not None else delay)
        result = self._api.call(token, name, params, files)
        if late:
            raise LineCut("hangs", executed=True)
        return result


def _uploads(data: RequestData) -> dict[str, Upload]:
    found = {}
    for name, (filename, content, kind) in data.multipart_data.items():
        raw = content if isinstance(content, bytes) else content.read()
        found[name] = Upload(filename, raw, kind)
    return found


def _cause(cut: LineCut) -> httpx.HTTPError:
    """What httpx would have raised."""
    if cut.how == "hangs":
        return httpx.ReadTimeout("")
    if cut.how == "refused":
        return httpx.ConnectError("All connection attempts failed")
    return httpx.RemoteProtocolError("Server disconnected without sending a response.")


def _as_ptb(cause: httpx.HTTPError) -> NetworkError:
    """What python-telegram-bot makes of it."""
    if isinstance(cause, httpx.TimeoutException):
        return TimedOut()
    return NetworkError(f"httpx.{type(cause).__name__}: {cause}")
