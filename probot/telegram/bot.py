"""Which bot do we speak as, and towards which server?

The rule: the token is in the addresses that go over the wire and nowhere else, neither in a log nor in a repr.
"""

from __future__ import annotations

import logging
import os
import re
from typing import Final
from urllib.parse import urlsplit

import telegram
from telegram.error import InvalidToken
from telegram.request import BaseRequest

from probot.telegram.transport import AiohttpRequest

TELEGRAM: Final = "https://api.telegram.org"
"""Telegram's own Bot API server."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9:_-]+")
_CHATTERS: Final = ("telegram.Bot", "telegram.request.BaseRequest", "telegram.request.HTTPXRequest", "httpx")
"""Loggers that write whole requests: addresses with the token, parameters with patients' words."""


class QuietBot(telegram.Bot):
    """A `telegram.Bot` that shows its token to nobody. One request carries its calls and its long poll."""

    def __init__(self, token: str, root: str, request: BaseRequest) -> None:
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=request,
            get_updates_request=request,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}[{self.token.partition(':')[0]}]"

    async def initialize(self) -> None:
        """As in `telegram.Bot`, without the token in the error. Not needed before sending."""
        try:
            await super().initialize()
        except InvalidToken:
            rejected = True
        else:
            rejected = False
        if rejected:
            raise InvalidToken("the server rejected the token")

    async def shutdown(self) -> None:
        """Close all connections, whether the bot was initialised or not."""
        await super().shutdown()
        await self.request.shutdown()


def build_bot(token: str, api_root: str | None = None, request: BaseRequest | None = None) -> QuietBot:
    """A bot for `token` towards `api_root` (such as `http://127.0.0.1:8081`; a slash at its end is fine).

    No network is touched. Close it with `await bot.shutdown()`. Raises ValueError, which names neither the
    token nor anything in it, when one of the two cannot be right.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("the bot token is empty or has characters that no token has")
    root = (api_root or TELEGRAM).strip().rstrip("/")
    parts = urlsplit(root)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or "{" in root:
        raise ValueError("the Bot API's root address must look like https://host or http://host:port")
    hush_libraries()
    # The library's coming form of `RetryAfter.retry_after`; without it each 429 would warn of the change.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    return QuietBot(token, root, request or AiohttpRequest())


def hush_libraries() -> None:
    """Silence the loggers that write requests in full, at every level. Calling it again changes nothing."""
    for name in _CHATTERS:
        logging.getLogger(name).addFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    del record
    return False
