"""What do these tests talk to? A Bot API server on loopback that answers as each test tells it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

TOKEN = "424242:AAtestTOKENtestTOKENtestTOKENtest"


@dataclass
class Answer:
    """One scripted answer. `body` given: sent as it is. `drop`: the connection ends without an answer.

    `silent`: it comes when the test lets the server `speak`, or never.
    """

    status: int = 200
    result: object = True
    description: str = ""
    parameters: dict[str, int] | None = None
    body: bytes | None = None
    drop: bool = False
    silent: bool = False


@dataclass
class Server:
    """Notes every call; gives the scripted answers of a method in order, then an ordinary success for ever."""

    root: str = ""
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    number: int = 100
    arrived: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    speak: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, method: str, *answers: Answer) -> None:
        self.script[method].extend(answers)

    def of(self, method: str) -> list[dict[str, str]]:
        return [parameters for name, parameters in self.calls if name == method]

    async def called(self, method: str) -> None:
        """Wait until `method` was called at least once."""
        await asyncio.wait_for(self.arrived[method].wait(), 10)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.paths.append(request.path)
        given = await request.json() if request.content_type == "application/json" else await request.post()
        self.calls.append((method, {name: str(value) for name, value in given.items()}))
        self.arrived[method].set()
        answer = self.script[method].popleft() if self.script[method] else Answer(result=self.usual(method))
        if answer.silent:
            await self.speak.wait()
        if answer.drop:
            assert request.transport is not None
            request.transport.abort()
        body = {"ok": answer.status == 200}
        if answer.status == 200:
            body["result"] = answer.result
        else:
            body |= {"error_code": answer.status, "description": answer.description}
            if answer.parameters:
                body["parameters"] = answer.parameters
        return web.Response(status=answer.status, body=answer.body or json.dumps(body).encode())

    def usual(self, method: str) -> object:
        if method == "getMe":
            return {"id": 424242, "is_bot": True, "first_name": "Probot", "username": "probot_bot"}
        if method == "getUpdates":
            return []
        if method in {"sendMessage", "editMessageText"}:
            self.number += 1
            parameters = self.calls[-1][1]
            chat = int(parameters["chat_id"])
            kind = "private" if chat > 0 else "group"
            place = {"id": chat, "type": kind, "first_name": "A"}
            return {"message_id": self.number, "date": 1700000000, "chat": place, "text": parameters["text"]}
        return True


@dataclass
class HandClock:
    """Stands still until it is moved."""

    instant: datetime = datetime(2025, 3, 3, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def pass_seconds(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
