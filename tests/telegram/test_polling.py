from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from telegram.error import TimedOut

from probot.telegram.bot import QuietBot
from probot.telegram.polling import Poller, Reception, wait_after
from probot.telegram.reception import ALLOWED_UPDATES
from tests.telegram.loopback import Answer, HandClock, Server


def update(number: int) -> dict[str, Any]:
    return {"update_id": number, "message": {"message_id": number, "text": "8"}}


class Inbox:
    """Keeps updates, or fails as often as it was told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.failures: list[BaseException] = []

    async def keep(self, updates: list[dict[str, Any]]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append([each["update_id"] for each in updates])


class World:
    """A poller, its inbox, what it reported and how long it waited."""

    def __init__(self, bot: QuietBot, clock: HandClock) -> None:
        self.inbox = Inbox()
        self.clock = clock
        self.reported: list[Reception] = []
        self.waits: list[float] = []
        self.poller = Poller(
            bot, self.inbox.keep, clock, poll_seconds=1, report=self.reported.append, pause=self.pause
        )

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.pass_seconds(seconds)

    async def turns(self, count: int) -> None:
        for _ in range(count):
            await self.poller.turn()

    @property
    def states(self) -> list[str]:
        return [reception.state for reception in self.reported]


@pytest.fixture
def world(bot: QuietBot, clock: HandClock) -> World:
    return World(bot, clock)


def offsets(server: Server) -> list[str | None]:
    return [parameters.get("offset") for parameters in server.of("getUpdates")]


async def test_the_offset_moves_once_the_batch_is_kept(world: World, server: Server):
    server.will("getUpdates", Answer(result=[update(7), update(9)]), Answer(result=[update(10)]))
    await world.turns(3)
    assert world.inbox.batches == [[7, 9], [10]]
    assert offsets(server) == [None, "10", "11"]


async def test_every_poll_names_the_kinds_it_wants_and_how_long_it_waits(world: World, server: Server):
    await world.turns(3)
    asked = server.of("getUpdates")
    assert [json.loads(parameters["allowed_updates"]) for parameters in asked] == [list(ALLOWED_UPDATES)] * 3
    # The first waits for nothing: that Telegram answers at all is known at once.
    assert [parameters["timeout"] for parameters in asked] == ["0", "1", "1"]


async def test_a_batch_that_could_not_be_kept_is_asked_for_again(world: World, server: Server):
    world.inbox.failures = [OSError("disk full"), ValueError("a bug")]
    for _ in range(3):
        server.will("getUpdates", Answer(result=[update(7)]))
    await world.turns(4)
    assert offsets(server) == [None, None, None, "8"]
    assert world.inbox.batches == [[7]]
    assert world.states == ["not_keeping", "listening"]
    assert world.reported[0].detail == "OSError"
    assert len(world.waits) == 3
    assert all(wait > 0 for wait in world.waits)


async def test_a_webhook_is_removed_first_and_nothing_waiting_is_dropped(world: World, server: Server):
    await world.turns(2)
    assert [method for method, _ in server.calls] == ["deleteWebhook", "getUpdates", "getUpdates"]
    assert server.of("deleteWebhook") == [{}]


async def test_an_unreachable_server_at_the_start_is_waited_out(world: World, server: Server):
    server.will("deleteWebhook", Answer(502, body=b"<html>"), Answer(drop=True))
    await world.turns(3)
    assert world.states == ["unreachable", "listening"]
    assert len(server.of("deleteWebhook")) == 3


async def test_a_revoked_token_is_reported_and_tried_slowly_until_it_works_again(
    world: World, server: Server
):
    await world.turns(1)
    heard = world.poller.heard
    server.will("getUpdates", *[Answer(401, description="Unauthorized")] * 5, Answer(result=[update(3)]))
    await world.turns(5)
    assert world.poller.heard == heard
    assert world.poller.reception.state == "unauthorised"
    assert world.poller.reception.failures == 5
    assert all(15 <= wait <= 60 for wait in world.waits[1:])
    await world.turns(1)
    assert world.inbox.batches == [[3]]
    assert world.states == ["listening", "unauthorised", "listening"]
    assert world.poller.heard == world.clock.now()


async def test_a_second_poller_is_reported_once_with_its_beginning(world: World, server: Server):
    await world.turns(1)
    began = world.clock.now()
    server.will(
        "getUpdates", *[Answer(409, description="Conflict: terminated by other getUpdates request")] * 4
    )
    await world.turns(4)
    assert world.states == ["listening", "conflict"]
    assert world.poller.reception.since == began
    assert (world.clock.now() - began).total_seconds() > 15


async def test_a_webhook_that_somebody_sets_meanwhile_is_removed_again(world: World, server: Server):
    conflict = Answer(409, description="Conflict: can't use getUpdates method while webhook is active")
    server.will("getUpdates", conflict)
    await world.turns(2)
    assert [method for method, _ in server.calls] == ["deleteWebhook", "getUpdates"] * 2


async def test_a_throttled_poll_waits_at_least_as_long_as_it_was_asked_to(world: World, server: Server):
    server.will("getUpdates", Answer(429, description="Too Many Requests", parameters={"retry_after": 33}))
    await world.turns(1)
    assert world.waits == [33]


async def test_an_answer_that_is_no_list_of_updates_keeps_nothing(world: World, server: Server):
    server.will(
        "getUpdates", Answer(result={"a": 1}), Answer(result=[{"message": {}}]), Answer(body=b"<html>")
    )
    await world.turns(3)
    assert world.inbox.batches == []
    assert offsets(server) == [None, None, None]
    assert world.poller.heard is None
    assert world.states == ["unreachable"]


async def test_a_server_that_does_not_hold_polls_open_is_not_asked_in_a_hot_loop(world: World):
    await world.turns(3)
    assert len(world.waits) == 3
    assert min(world.waits) >= 0.1


async def test_the_offset_follows_the_last_batch_even_if_numbers_start_anew(world: World, server: Server):
    server.will("getUpdates", Answer(result=[update(900)]), Answer(result=[update(5)]))
    await world.turns(3)
    assert offsets(server) == [None, "901", "6"]


async def test_a_batch_in_another_order_is_confirmed_as_a_whole(world: World, server: Server):
    server.will("getUpdates", Answer(result=[update(9), update(7), update(8)]))
    await world.turns(2)
    assert offsets(server) == [None, "10"]


async def test_stopping_in_the_middle_of_keeping_confirms_nothing(
    bot: QuietBot, server: Server, clock: HandClock
):
    keeping = asyncio.Event()

    async def keep(updates: list[dict[str, Any]]) -> None:
        keeping.set()
        await asyncio.Event().wait()

    server.will("getUpdates", Answer(result=[update(7)]))
    running = asyncio.create_task(Poller(bot, keep, clock, poll_seconds=1).run())
    await keeping.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert offsets(server) == [None]


async def test_stopping_a_long_poll_ends_it_at_once(bot: QuietBot, server: Server, clock: HandClock):
    server.will("getUpdates", Answer(silent=True))
    running = asyncio.create_task(Poller(bot, Inbox().keep, clock, poll_seconds=5).run())
    await server.called("getUpdates")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 4)
    assert offsets(server) == [None]


async def test_a_long_poll_may_take_longer_than_other_calls(
    hasty: QuietBot, server: Server, clock: HandClock
):
    world = World(hasty, clock)
    server.will("sendMessage", Answer(silent=True))
    server.will("getUpdates", Answer(silent=True, result=[update(1)]))
    polling = asyncio.create_task(world.turns(1))
    await server.called("getUpdates")
    with pytest.raises(TimedOut):
        await hasty.send_message(5, "x")
    server.speak.set()
    await polling
    assert world.inbox.batches == [[1]]


def test_waits_double_up_to_a_minute_and_are_the_same_each_time():
    waits = [wait_after("unreachable", failures) for failures in range(1, 2000)]
    assert waits == [wait_after("unreachable", failures) for failures in range(1, 2000)]
    assert 0.5 <= waits[0] <= 1
    assert max(waits) <= 60
    assert min(waits[10:]) >= 30


def test_a_database_that_is_back_is_noticed_while_taps_still_live_at_the_server():
    waits = [wait_after("not_keeping", failures) for failures in range(1, 2000)]
    assert max(waits) <= 10
    assert min(waits[4:]) >= 5
