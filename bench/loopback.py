"""What stands in for Telegram when speed is measured? A small Bot API server that costs the bot's core nothing.

The rule: it does as little as an honest server may (long poll, offset, message numbers, an answer to every call),
and notes when each message was accepted. Runs in a process of its own; `/control/…` is for whoever measures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any, cast
from urllib.parse import parse_qs

import httptools
import uvloop

ME = {"id": 100001, "is_bot": True, "first_name": "bench", "username": "bench_bot",
      "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}  # fmt: skip
DATE = 1_750_000_000


class Server:
    """What is waiting, what was said, and who waits for updates."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.held: list[tuple[int, bytes]] = []
        self.accepted: list[tuple[float, str, int, str]] = []
        self.calls = 0
        self.polls = 0
        self.delay = 0.0
        self.began: float | None = None
        self._number = 0
        self._update = 0
        self._poller: Connection | None = None
        self._limit = 100
        self._timer: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------ the Bot API

    def call(self, connection: Connection, method: str, body: bytes) -> None:
        """Answer one call of the bot."""
        if method == "getUpdates":
            self._get_updates(connection, _parameters(body))
            return
        self.calls += 1
        if method in {"sendMessage", "editMessageText"}:
            result: Any = self._said(method, _parameters(body))
        elif method == "getMe":
            result = ME
        else:
            result = True
        answer = json.dumps({"ok": True, "result": result}).encode()
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, connection.answer, answer)
        else:
            connection.answer(answer)

    def _said(self, method: str, given: dict[str, str]) -> dict[str, Any]:
        chat, text = int(given["chat_id"]), given.get("text", "")
        self.accepted.append((time.monotonic(), method, chat, text))
        if method == "sendMessage":
            self._number += 1
        number = self._number if method == "sendMessage" else int(given["message_id"])
        return {"message_id": number, "date": DATE, "text": text, "from": ME,
                "chat": {"id": chat, "type": "private", "first_name": "p"}}  # fmt: skip

    def _get_updates(self, connection: Connection, given: dict[str, str]) -> None:
        self.polls += 1
        offset = int(given.get("offset", 0))
        while self.waiting and self.waiting[0][0] < offset:
            self.waiting.popleft()
        self._limit = int(given.get("limit", 100))
        self._poller = connection
        if self.waiting:
            self._give()
        else:
            wait = float(given.get("timeout", 0))
            self._timer = asyncio.get_running_loop().call_later(wait, self._give)

    def _give(self) -> None:
        connection, self._poller = self._poller, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if connection is None:
            return
        if self.waiting and self.began is None:
            self.began = time.monotonic()
        batch = [self.waiting[place][1] for place in range(min(self._limit, len(self.waiting)))]
        connection.answer(b'{"ok":true,"result":[' + b",".join(batch) + b"]}")

    # ------------------------------------------------------------------ whoever measures

    def control(self, what: str, given: dict[str, Any]) -> dict[str, Any]:
        """`delay`, `hold` texts `[[chat, text], …]` written at `date`, `go`, `report` since a message."""
        match what:
            case "delay":
                self.delay = given["seconds"]
            case "hold":
                self.held += [self._message(chat, text, given["date"]) for chat, text in given["texts"]]
            case "go":
                self.waiting += self.held
                self.held, self.began = [], None
                if self._poller is not None and self.waiting:
                    self._give()
            case "report":
                return {
                    "accepted": self.accepted[given.get("since", 0) :],
                    "began": self.began,
                    "polls": self.polls,
                }
        return {"count": len(self.accepted), "polls": self.polls, "began": self.began, "calls": self.calls}

    def _message(self, chat: int, text: str, date: int) -> tuple[int, bytes]:
        self._update += 1
        person = {"id": chat, "is_bot": False, "first_name": "p", "language_code": "en"}
        message = {"message_id": self._update, "from": person, "date": date, "text": text,
                   "chat": {"id": chat, "type": "private", "first_name": "p"}}  # fmt: skip
        return self._update, json.dumps({"update_id": self._update, "message": message}).encode()


def _parameters(body: bytes) -> dict[str, str]:
    if body.startswith(b"{"):
        return {name: str(value) for name, value in json.loads(body).items()}
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._path = b""
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember how to answer."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """A request's path."""
        self._path = url

    def on_body(self, body: bytes) -> None:
        """A piece of a request's body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """A whole request."""
        body, self._body = b"".join(self._body), []
        folder, _, name = self._path.decode().split("?")[0].rpartition("/")
        if folder == "/control":
            self.answer(json.dumps(self._server.control(name, json.loads(body or b"{}"))).encode())
        else:
            self._server.call(self, name, body)

    def answer(self, body: bytes) -> None:
        """Send one answer, unless nobody is there any more."""
        if self._transport is None or self._transport.is_closing():
            return
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def serve(port: int) -> None:
    """Serve until ended."""
    server = Server()
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(server), "127.0.0.1", port)
    print("ready", flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
