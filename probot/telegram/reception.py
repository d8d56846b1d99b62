"""What do polling and webhook have in common? The kinds of update wanted, and keeping before confirming.

The rule: an update is confirmed to Telegram only after `keep` returned; if it raised, Telegram gives it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
"""Asked for by name every time: Telegram remembers the last list given, by whomever."""

Keep = Callable[[list[dict[str, Any]]], Awaitable[None]]
"""Commits raw updates, in order, before it returns. Known ones (by `update_id`) do nothing. May raise anything."""


async def why_not_kept(keep: Keep, updates: list[dict[str, Any]]) -> str | None:
    """Keep `updates`: None, or the name of what was raised. Only the name: errors of databases quote their rows."""
    (result,) = await asyncio.gather(keep(updates), return_exceptions=True)
    if isinstance(result, asyncio.CancelledError):
        # Cancelled from within: whoever cancelled `keep` did not keep anything.
        return "CancelledError"
    return None if result is None else type(result).__name__
