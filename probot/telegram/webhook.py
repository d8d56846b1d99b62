"""How are updates taken in when Telegram brings them? One route: checked, kept, and only then 200.

The rule: who does not know the secret learns nothing and costs little; what could not be kept gets 503, and Telegram
brings it again.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from probot.ports import Clock
from probot.telegram.reception import ALLOWED_UPDATES, Keep, why_not_kept

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST_BODY: Final = 1024 * 1024
"""Bytes. Telegram's updates stay far below."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")


@dataclass(frozen=True, slots=True)
class Found:
    """How the webhook stands at Telegram. `reached`: it answered; `ours`: it means to bring everything, and here."""

    problems: tuple[str, ...] = ()
    reached: bool = True
    ours: bool = True


class Webhook:
    """The receiving end behind a public https address.

    Telegram calls https addresses only; `plain_http` is for a Bot API server of one's own.
    Raises ValueError where the address is not https, or the secret is not 16-256 characters of A-Z a-z 0-9 _ -.
    """

    def __init__(
        self, url: str, secret: str, keep: Keep, clock: Clock, *, path: str | None = None, plain_http: bool = False
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme not in ({"https", "http"} if plain_http else {"https"}) or not parts.hostname:
            raise ValueError("the webhook's address must begin with https:// and name a host")
        if not _SECRET.fullmatch(secret):
            raise ValueError("the webhook's secret must have 16 to 256 characters of A-Z a-z 0-9 _ -")
        self._url = url
        self._secret = secret
        self._keep = keep
        self._clock = clock
        self._path = path or parts.path or "/"
        self.heard: datetime | None = None
        """When an update with the right secret last came, or Telegram last said that all is as it should be."""
        self._failed_at: datetime | None = None
        """Of which failure to bring something Telegram told last."""
        self._came_since = False
        """Whether anything has come since it told of that first, or nothing waits there."""
        self.refused = 0
        """Requests with a wrong secret or none."""
        self.not_kept = 0
        """Updates answered with 503."""

    def route(self) -> Route:
        """The route to mount in a Starlette application; `path` where a proxy changes the address's own."""
        return Route(self._path, self._take, methods=["POST"], name="telegram")

    async def register(self, bot: Bot) -> None:
        """Tell Telegram where to bring updates; what waits there is kept. Raises TelegramError where that fails."""
        await bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES)

    async def look(self, bot: Bot) -> Found:
        """What is wrong with the webhook as Telegram sees it; nothing if all is well. Raises no TelegramError.

        Only what has no fault counts as heard: that Telegram answers says nothing of where it brings its updates.
        """
        try:
            info = await bot.get_webhook_info()
        except TelegramError as error:
            return Found((f"Telegram was not reached: {type(error).__name__}",), reached=False)
        found = []
        if _place(info.url) != _place(self._url):
            found.append("Telegram brings updates to another address" if info.url else "no webhook is set")
        missing = set(ALLOWED_UPDATES) - set(info.allowed_updates or ())
        if missing:
            found.append(f"Telegram does not bring {', '.join(sorted(missing))}")
        ours = not found
        if self._fails(info):
            found.append(f"last error at Telegram: {info.last_error_message}")
        if not found:
            self.heard = self._clock.now()
        return Found(tuple(found), ours=ours)

    def _fails(self, info: WebhookInfo) -> bool:
        """Whether something waits there that could not be brought. Telegram's clock and ours are never compared."""
        if info.last_error_date != self._failed_at:
            self._failed_at, self._came_since = info.last_error_date, False
        if not info.pending_update_count:
            self._came_since = True
        return self._failed_at is not None and not self._came_since

    async def _take(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            self.refused += 1
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        if await why_not_kept(self._keep, [update]) is not None:
            self.not_kept += 1
            return Response(status_code=503, headers={"Retry-After": "2"})
        self.heard = self._clock.now()
        self._came_since = True
        return Response(status_code=200)


def _place(url: str) -> str:
    """An address, for comparing: Telegram may give it back in another spelling."""
    return url.casefold().rstrip("/")


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is longer than an update can be. A caller that hangs up sent nothing."""
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > LARGEST_BODY:
                return None
    except ClientDisconnect:
        return b""
    return bytes(chunks)


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None
