"""Can a call beside Telegram be seen in the sandbox?"""

from __future__ import annotations

from datetime import UTC, datetime

from probot.app.sandbox_paths import SandboxPaths
from probot.ports import Call, Leave, Refused, Sent
from probot.sandbox import chats
from probot.sandbox.botapi import BotApi

NOW = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)


async def test_each_path_has_a_phone_that_shows_its_calls() -> None:
    api = BotApi(now=lambda: NOW)
    bot = api.add_bot("100001:made-up", "clinic_bot")
    paths = SandboxPaths(api, bot.id)
    call = Call("duty_mail", "mail", "key", "alert", "short", "URGENT · P-001", "Open Telegram.", NOW)
    assert [await paths.deliver(call), await paths.deliver(call)] == [Sent(None), Sent(None)]
    (phone,) = [person for person in api.state.people.values() if person.first_name == "mail: duty_mail"]
    shown = chats.records(api, api.people.place(phone.id, bot.id)).values()
    assert [record.message["text"] for record in shown] == ["URGENT · P-001\nOpen Telegram."] * 2
    assert isinstance(await paths.deliver(Leave(-1)), Refused)
