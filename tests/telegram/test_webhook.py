from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from probot.telegram.bot import QuietBot
from probot.telegram.reception import ALLOWED_UPDATES
from probot.telegram.webhook import LARGEST_BODY, SECRET_HEADER, Found, Webhook
from tests.telegram.loopback import Answer, HandClock, Server

SECRET = "a-secret-of-the-tests"
URL = "https://probot.example/telegram/hook"
UPDATE = {"update_id": 7, "message": {"text": "八"}}


class Inbox:
    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.full = False

    async def keep(self, updates: list[dict[str, Any]]) -> None:
        if self.full:
            raise OSError("disk full")
        self.kept.extend(updates)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def webhook(inbox: Inbox, clock: HandClock) -> Webhook:
    return Webhook(URL, SECRET, inbox.keep, clock)


async def post(
    webhook: Webhook,
    body: bytes | dict[str, Any],
    secret: str | None = SECRET,
    *,
    path: str = "/telegram/hook",
    method: str = "POST",
) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if secret is None else {SECRET_HEADER.encode(): secret.encode()}
    transport = httpx.ASGITransport(Starlette(routes=[webhook.route()]))
    async with httpx.AsyncClient(transport=transport, base_url="https://probot.example") as client:
        return (await client.request(method, path, content=content, headers=headers)).status_code


async def test_an_update_is_kept_and_then_confirmed(webhook: Webhook, inbox: Inbox, clock: HandClock):
    assert webhook.heard is None
    assert await post(webhook, UPDATE) == 200
    assert inbox.kept == [UPDATE]
    assert webhook.heard == clock.now()


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "sécret"])
async def test_without_the_secret_nothing_is_kept(webhook: Webhook, inbox: Inbox, secret: str | None):
    assert await post(webhook, UPDATE, secret) == 403
    assert inbox.kept == []
    assert webhook.refused == 1
    assert webhook.heard is None


async def test_what_could_not_be_kept_is_not_confirmed(webhook: Webhook, inbox: Inbox):
    inbox.full = True
    assert await post(webhook, UPDATE) == 503
    assert webhook.not_kept == 1
    assert webhook.heard is None
    inbox.full = False
    assert await post(webhook, UPDATE) == 200
    assert inbox.kept == [UPDATE]


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"7", b'{"message": {}}', b'{"update_id": "7"}', b"\xff\xfe", b"[" * 100_000],
)
async def test_a_body_that_is_no_update_is_refused(webhook: Webhook, inbox: Inbox, body: bytes):
    assert await post(webhook, body) == 400
    assert inbox.kept == []


async def test_a_body_beyond_all_measure_is_refused(webhook: Webhook, inbox: Inbox):
    assert await post(webhook, b" " * (LARGEST_BODY + 1)) == 413
    assert inbox.kept == []


async def test_only_posts_are_taken(webhook: Webhook):
    assert await post(webhook, b"", method="GET") == 405


async def test_a_proxy_may_use_another_path(inbox: Inbox, clock: HandClock):
    webhook = Webhook(URL, SECRET, inbox.keep, clock, path="/inner")
    assert await post(webhook, UPDATE, path="/inner") == 200


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://probot.example/x", SECRET),
        ("probot.example", SECRET),
        (URL, "short"),
        (URL, "a b" * 10),
        (URL, ""),
    ],
)
def test_an_address_or_a_secret_that_telegram_would_not_take_is_refused(inbox, clock, url: str, secret: str):
    with pytest.raises(ValueError, match="webhook's") as caught:
        Webhook(url, secret, inbox.keep, clock)
    assert not secret or secret not in str(caught.value)


async def test_registering_names_the_secret_and_the_kinds_drops_nothing_and_is_not_hearing(
    webhook: Webhook, bot: QuietBot, server: Server
):
    await webhook.register(bot)
    (call,) = server.of("setWebhook")
    assert call["url"] == URL
    assert call["secret_token"] == SECRET
    assert json.loads(call["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert call.get("drop_pending_updates", "false") == "false"
    assert webhook.heard is None


def info(**changes: object) -> Answer:
    usual = {
        "url": URL,
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    return Answer(result=usual | changes)


def failing(at: int = 1, pending: int = 3) -> Answer:
    """Telegram could not bring something at that second, and so much waits there."""
    return info(last_error_message="Wrong response: 503", last_error_date=at, pending_update_count=pending)


async def test_a_webhook_as_it_should_be_has_no_problems_and_is_heard(
    webhook: Webhook, bot: QuietBot, server: Server, clock: HandClock
):
    server.will("getWebhookInfo", info())
    assert await webhook.look(bot) == Found()
    assert webhook.heard == clock.now()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (info(url=""), "no webhook is set"),
        (info(url="https://elsewhere.example/"), "Telegram brings updates to another address"),
        (info(allowed_updates=["message", "edited_message"]), "callback_query, chat_member, my_chat_member"),
        (failing(), "Wrong response: 503"),
        (Answer(drop=True), "Telegram was not reached: AnswerLost"),
    ],
)
async def test_a_webhook_that_is_not_as_it_should_be_says_why_and_is_not_heard(
    webhook: Webhook, bot: QuietBot, server: Server, answer: Answer, problem: str
):
    server.will("getWebhookInfo", answer)
    found = await webhook.look(bot)
    assert problem in "".join(found.problems)
    assert len(found.problems) == 1
    assert webhook.heard is None


async def test_an_error_of_telegrams_is_over_once_something_came_or_nothing_waits(
    webhook: Webhook, bot: QuietBot, server: Server
):
    server.will(
        "getWebhookInfo", failing(), failing(), failing(at=2), failing(at=2, pending=0), failing(at=2)
    )
    assert (await webhook.look(bot)).problems
    assert await post(webhook, UPDATE) == 200
    assert not (await webhook.look(bot)).problems, "something came after that error"
    assert (await webhook.look(bot)).problems, "a new error"
    assert not (await webhook.look(bot)).problems, "nothing waits"
    assert not (await webhook.look(bot)).problems, "what waits now came after that error"
