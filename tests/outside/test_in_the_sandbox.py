"""Can a call beside Telegram be seen in the sandbox?"""

from __future__ import annotations

from datetime import UTC, datetime

from probot.app.sandbox_paths import SandboxPaths
from probot.ports import Call, Leave, Refused, Sent
from probot.sandbox.botapi import BotApi
from probot.sandbox.state import State

NOW = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)


async def test_the_page_shows_each_call_also_after_a_restart() -> None:
    api = BotApi(now=lambda: NOW)
    paths = SandboxPaths(api)
    call = Call("duty_mail", "mail", "key", "alert", "short", "URGENT · P-001", "Open Telegram.", NOW)
    assert [await paths.deliver(call), await paths.deliver(call)] == [Sent(None), Sent(None)]
    shown = State.from_json(api.state.to_json()).calls
    assert [(one["path"], one["subject"], one["at"]) for one in shown] == [
        ("duty_mail", "URGENT · P-001", int(NOW.timestamp()))
    ] * 2
    assert isinstance(await paths.deliver(Leave(-1)), Refused)
