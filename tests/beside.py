# ruff: noqa: N802, ARG002 -- names and arguments are given by aiosmtpd and aiohttp
"""How do tests get a mail server and a pager? Real ones on loopback, which remember what came and may be told to fail.

The rule: they speak SMTP and HTTP; nothing of the product is replaced.
"""

from __future__ import annotations

import asyncio
import email
import queue
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailroom:
    """What an SMTP server took. `answers`: SMTP's answer to a step (`MAIL`, `RCPT`, `DATA`) instead of 250."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    arrived: queue.Queue[str] = field(default_factory=queue.Queue)
    """The subjects, as they come."""
    hang_up: bool = False
    """The line breaks after the mail's text was taken, before the answer."""

    @property
    def address(self) -> str:
        return f"smtp+plain://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
            self.to.append(list(envelope.rcpt_tos))
            self.arrived.put(str(self.mails[-1]["Subject"]))
        if self.hang_up:
            server.transport.abort()
        return answer


@contextmanager
def a_mailroom(password: str = "") -> Iterator[Mailroom]:
    """A mail server on loopback; with a password it wants user `probot` and that."""
    room = Mailroom(free_port())

    def known(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = (given.login, given.password) == (b"probot", password.encode())
        return AuthResult(success=right, handled=right)

    wanted = {"auth_require_tls": False, "auth_required": True, "authenticator": known} if password else {}
    controller = Controller(room, hostname="127.0.0.1", port=room.port, **wanted)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()


@dataclass
class Gateway:
    """What a pager's HTTP server was told. `answers`: status and body from now on; `paths`: what was fetched."""

    address: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    beats: int = 0
    status: int = 200
    body: str = "ok"
    more: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    held: bool = False
    """No call is answered."""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Comes back once that is true; looked at whenever something came."""
        async with asyncio.timeout(seconds):
            while not holds():
                self.came.clear()
                await self.came.wait()

    async def call(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.bodies.append(raw)
        self.calls.append(await request.json())
        self.headers.append(dict(request.headers))
        self.came.set()
        if self.held:
            await asyncio.Event().wait()
        if self.hang_up and request.transport is not None:
            request.transport.close()
        return web.Response(status=self.status, text=self.body, headers=self.more)

    async def beat(self, request: web.Request) -> web.Response:
        self.beats += 1
        self.came.set()
        return web.Response(status=self.status, text="OK")


@asynccontextmanager
async def a_gateway() -> AsyncIterator[Gateway]:
    """An HTTP server on loopback: POST /call, GET /beat."""
    gateway = Gateway()
    app = web.Application()
    app.add_routes([web.post("/call", gateway.call), web.get("/beat", gateway.beat)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    gateway.address = f"http://127.0.0.1:{port}"
    try:
        yield gateway
    finally:
        await runner.cleanup()
