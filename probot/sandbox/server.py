"""How is the sandbox served? One Starlette application: the Bot API, the control interface and the page.

The rule: it runs in the caller's event loop, binds to loopback unless told otherwise, and stops when its block ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from probot.sandbox.botapi import BotApi
from probot.sandbox.clinic import Clinic, NoClinic
from probot.sandbox.control import Control
from probot.sandbox.door import Door
from probot.sandbox.webhooks import WebhookPump

_PAGE_FILES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "chat.js": "text/javascript; charset=utf-8",
    "words.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
SAVE_AFTER = 1.0


class Sandbox:
    """The application and what runs beside it."""

    def __init__(self, api: BotApi, clinic: Clinic | None = None) -> None:
        self.api = api
        self.clinic: Clinic = clinic or NoClinic(api.now)
        self._door = Door(api)
        self._control = Control(api, self.clinic)
        self.app: ASGIApp = _SameOrigin(
            Starlette(
                routes=[
                    Route("/", _page),
                    Route("/page/{name}", _page_file),
                    Route("/favicon.ico", lambda _request: RedirectResponse("/page/icon.svg")),
                    Route("/file/bot{token}/{path:path}", self._door.file),
                    Route("/bot{token}/{method}", self._door.method, methods=["GET", "POST"]),
                    Route("/bot{rest:path}", _no_such_method, methods=["GET", "POST"]),
                    *self._control.routes(),
                ]
            )
        )

    def close(self) -> None:
        """Ends polls and streams, so that the server can stop at once."""
        self._door.close()
        self._control.close()

    @asynccontextmanager
    async def running(self, keep: Path | None = None) -> AsyncIterator[None]:
        """Delivers webhooks, and saves the state into `keep` soon after every change and at the end."""
        tasks = [asyncio.create_task(WebhookPump(self.api).run())]
        if keep is not None:
            tasks.append(asyncio.create_task(self._keep(keep)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if keep is not None:
                self.api.save(keep)

    async def _keep(self, path: Path) -> None:
        saved = -1
        while True:
            await asyncio.sleep(SAVE_AFTER)
            if saved != self.api.version:
                saved = self.api.version
                self.api.save(path)


class _SameOrigin:
    """Refuses writes to /sim/ that another web page asked the browser for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else on."""
        if scope["type"] == "http" and scope["path"].startswith("/sim/") and scope["method"] == "POST":
            headers = Request(scope).headers
            origin = headers.get("origin")
            if origin is not None and origin.split("://", 1)[-1] != headers.get("host"):
                refusal = JSONResponse({"ok": False, "error": "another page's request"}, status_code=403)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _page(_request: Request) -> Response:
    return _file("index.html")


def _page_file(request: Request) -> Response:
    name = request.path_params["name"]
    return _file(name) if name in _PAGE_FILES else Response(status_code=404)


def _file(name: str) -> Response:
    content = resources.files("probot.sandbox").joinpath("page", name).read_bytes()
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return Response(content, headers=headers, media_type=_PAGE_FILES[name])


def _no_such_method(_request: Request) -> Response:
    return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, status_code=404)


class _Protocol(H11Protocol):
    """uvicorn's HTTP with one more thing: a handler may break the connection (`sandbox.abort`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner: Callable[..., Awaitable[None]] = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**scope.get("extensions", {}), "sandbox.abort": self.transport.abort}
            await inner({**scope, "extensions": extensions}, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """A server that leaves signals to the program around it. `up` is set once it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts listening."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # asyncio's no-delay looks at this
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@asynccontextmanager
async def serving(
    api: BotApi,
    clinic: Clinic | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    keep: Path | None = None,
) -> AsyncIterator[str]:
    """Serves the sandbox while the block runs; the root address without a slash at its end.

    `port` 0 takes a free one. `keep` is the file the state is saved to (load it before with `api.load`).
    Raises OSError when the port is taken.
    """
    sandbox = Sandbox(api, clinic)
    config = uvicorn.Config(
        sandbox.app,
        host=host,
        port=port,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    listener = _bind(host, port)
    server = _Server(config)
    bound = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.up.wait()
        async with sandbox.running(keep):
            yield f"http://{shown}:{bound}"
    finally:
        sandbox.close()
        server.should_exit = True
        await task
        listener.close()
