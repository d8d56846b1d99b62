"""Does a call leave as a webhook that its receiver can trust, and is what became of it always told as it was?"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from probot.outside.channel import Addresses, OutsideChannel
from probot.ports import Call, Later, Leave, Refused, Sent, Unknown
from tests.beside import Gateway, a_gateway, free_port

CALL = Call(
    "pager", "webhook", "key-of-the-row", "alert", "short", "URGENT · P-001 · an alert waits", "Open Telegram.",
    datetime(2026, 3, 2, 1, 5, tzinfo=UTC), "P-001", "urgent",
)  # fmt: skip
SECRET = "a secret that both sides know"


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with a_gateway() as opened:
        yield opened


@pytest.fixture
async def channel(gateway: Gateway) -> AsyncIterator[OutsideChannel]:
    address = f"{gateway.address}/call"
    made = OutsideChannel(
        Addresses(webhooks={"pager": address}, secret=SECRET, heartbeat=f"{gateway.address}/beat")
    )
    yield made
    await made.close()


async def test_the_body_is_as_documented_and_signed(gateway: Gateway, channel: OutsideChannel) -> None:
    assert await channel.deliver(CALL) == Sent(None)
    assert gateway.calls == [
        {
            "version": 1, "id": "key-of-the-row", "kind": "alert", "study": "short", "path": "pager", "code": "P-001",
            "tier": "urgent", "title": CALL.subject, "message": "Open Telegram.", "said_at": "2026-03-02T01:05:00Z",
            "repeat": False, "msgtype": "text", "text": {"content": f"{CALL.subject}\nOpen Telegram."},
        }
    ]  # fmt: skip
    proof = hmac.new(SECRET.encode(), gateway.bodies[0], hashlib.sha256).hexdigest()
    assert gateway.headers[0]["X-Probot-Signature"] == f"sha256={proof}"
    assert gateway.headers[0]["Idempotency-Key"] == "key-of-the-row"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (204, "", Sent), (200, '{"errcode": 0}', Sent), (200, '{"errcode": 93000}', Refused), (500, "", Later),
        (429, "", Later), (503, "", Later), (404, "", Refused), (302, "", Refused),
    ],
)  # fmt: skip
async def test_only_a_receipt_counts_as_sent(
    gateway: Gateway, channel: OutsideChannel, status: int, body: str, outcome: type
) -> None:
    gateway.status, gateway.body = status, body
    assert isinstance(await channel.deliver(CALL), outcome)


async def test_a_gateway_may_say_how_long_to_wait(gateway: Gateway, channel: OutsideChannel) -> None:
    gateway.status, gateway.more = 429, {"Retry-After": "7"}
    assert await channel.deliver(CALL) == Later(7.0, "the webhook answered 429")


async def test_a_lost_answer_leaves_it_unknown(gateway: Gateway, channel: OutsideChannel) -> None:
    gateway.hang_up = True
    assert isinstance(await channel.deliver(CALL), Unknown)
    assert len(gateway.calls) == 1


async def test_without_a_server_or_an_address_it_was_certainly_not_sent() -> None:
    dead = OutsideChannel(Addresses(webhooks={"pager": f"http://127.0.0.1:{free_port()}/call"}))
    assert isinstance(await dead.deliver(CALL), Later)
    assert await OutsideChannel(Addresses()).deliver(CALL) == Later(60.0, "no address is set")
    assert isinstance(await dead.deliver(Leave(-1)), Refused)
    await dead.close()


async def test_the_heart_beats_and_tells_when_it_cannot(gateway: Gateway, channel: OutsideChannel) -> None:
    assert await channel.beat() == ""
    assert gateway.beats == 1
    gateway.status = 500
    assert await channel.beat() == "the heartbeat was answered 500"
    assert await OutsideChannel(Addresses()).beat() == ""
