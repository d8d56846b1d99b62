"""Do several senders on one database keep the channel's limits together? Real claims on PostgreSQL, moved time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from probot.app.office import Office
from probot.app.sender import Sender
from probot.app.shared_pace import SharedPace
from probot.messages import Message
from probot.ports import Later, Outcome, Post, Sending, Sent
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.store import claims
from probot.store.engine import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.postgres


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Line:
    """A channel that takes everything, but may ask for patience in one chat."""

    clock: Clock
    sent: list[tuple[datetime, int]] = field(default_factory=list)
    patience: dict[int, Later] = field(default_factory=dict)

    async def deliver(self, sending: Sending) -> Outcome:
        assert isinstance(sending, Post)
        if sending.chat in self.patience:
            return self.patience.pop(sending.chat)
        self.sent.append((self.clock.at, sending.chat))
        return Sent(len(self.sent))

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        raise AssertionError(query, words)


@dataclass
class Crew:
    clock: Clock
    line: Line
    office: Office
    senders: list[Sender]
    said: int = 0

    async def turn(self) -> None:
        for sender in self.senders:
            while await sender.send():
                await sender.finish()

    def say(self, *chats: int) -> None:
        def act(turn: Turn) -> None:
            for chat in chats:
                turn.say(f"chat:{chat}", Message("x"), lane="reply", purpose="neutral")

        self.said += 1
        self.office.act_now(act, f"say {self.said}")

    def pass_time(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)


@pytest.fixture
def crew(postgres_url: str) -> Iterator[Crew]:
    clock = Clock()
    line = Line(clock)
    office = Office(Store(postgres_url), clock)
    tokens = iter(range(10_000))

    def sender(name: str) -> Sender:
        pace = Pace()
        return Sender(office, line, lambda: f"{name}{next(tokens)}", pace, shared=SharedPace(pace, name))

    yield Crew(clock, line, office, [sender("one"), sender("two")])
    office.close()


async def test_together_they_send_thirty_a_second(crew: Crew) -> None:
    crew.say(*range(1, 101))
    for _ in range(40):
        await crew.turn()
        crew.senders.reverse()
        crew.pass_time(0.1)
    assert len(crew.line.sent) == 100
    for start, _ in crew.line.sent:
        window = [at for at, _ in crew.line.sent if start <= at < start + timedelta(seconds=1)]
        assert len(window) <= 30
    assert crew.line.sent[-1][0] - NOON < timedelta(seconds=4), "the room there is gets used"


async def test_together_they_send_one_chat_no_more_than_one_would(crew: Crew) -> None:
    for _ in range(6):
        crew.say(5)
    for _ in range(50):
        await crew.turn()
        crew.senders.reverse()
        crew.pass_time(0.1)
    times = [(at - NOON).total_seconds() for at, _ in crew.line.sent]
    assert len(times) == 6
    assert times[2] < 1, "three at once"
    assert all(later - earlier >= 1 for earlier, later in pairwise(times[2:]))


async def test_together_they_send_a_group_fourteen_a_minute_and_keep_the_rest_for_what_is_urgent(
    crew: Crew,
) -> None:
    for _ in range(25):
        crew.say(-7)
    for _ in range(80):
        await crew.turn()
        crew.senders.reverse()
        crew.pass_time(1)
    in_the_first_minute = [at for at, _ in crew.line.sent if at < NOON + timedelta(seconds=60)]
    assert len(in_the_first_minute) == 14
    assert len(crew.line.sent) == 25


async def test_a_chat_that_asked_one_of_them_for_patience_gets_it_from_all(crew: Crew) -> None:
    crew.line.patience[5] = Later(30, "throttled")
    crew.say(5)
    await crew.turn()
    crew.say(5)
    crew.say(6)
    crew.pass_time(29)
    await crew.turn()
    assert Counter(chat for _, chat in crew.line.sent) == {6: 1}
    crew.pass_time(1.5)
    await crew.turn()
    crew.pass_time(2)
    await crew.turn()
    assert Counter(chat for _, chat in crew.line.sent) == {6: 1, 5: 2}


async def test_everybody_asked_for_patience_is_everybody_in_all_processes(crew: Crew) -> None:
    crew.line.patience[5] = Later(30, "throttled", wide=True)
    crew.say(5)
    await crew.turn()
    crew.say(*range(10, 20))
    crew.pass_time(20)
    await crew.turn()
    assert crew.line.sent == []
    crew.pass_time(11)
    await crew.turn()
    assert len(crew.line.sent) == 11


async def test_a_rest_is_told_to_the_others_although_the_claim_that_was_to_tell_it_came_to_nothing(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = crew.senders
    crew.line.patience[5] = Later(30, "throttled", wide=True)
    crew.say(5)
    await one.send()
    await one.finish()
    transact = crew.office.store.transact

    def comes_to_nothing(run: Callable[[Connection], object]) -> object:
        def fails(connection: Connection) -> None:
            run(connection)
            raise OperationalError("COMMIT", {}, RuntimeError("the server closed the connection"))

        return transact(fails)

    with monkeypatch.context() as broken:
        broken.setattr(crew.office.store, "transact", comes_to_nothing)
        with pytest.raises(OperationalError):
            await one.send()
    await one.send()
    crew.say(*range(10, 20))
    crew.pass_time(20)
    assert await other.send() == 0
    assert crew.line.sent == []
    shared = one._shared
    assert shared is not None
    assert not shared._news, "and no longer than until it is there"


async def test_a_sender_that_begins_knows_what_the_others_sent(crew: Crew) -> None:
    late: Any = crew.senders.pop()
    crew.say(*range(1, 101))
    await crew.turn()
    assert len(crew.line.sent) == 30
    crew.senders = [late]
    crew.pass_time(0.5)
    await crew.turn()
    assert len(crew.line.sent) == 30
    crew.pass_time(0.6)
    await crew.turn()
    assert len(crew.line.sent) == 60


@dataclass
class Halting:
    """The office of a process that stands still when it has found out where its messages go."""

    office: Office
    meanwhile: Callable[[], Awaitable[None]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.office, name)

    async def act(self, act: Any, cause: str, *given: Any) -> Any:
        done = await self.office.act(act, cause, *given)
        if cause == "sender":
            await self.meanwhile()
        return done


async def test_one_that_stood_still_sends_nothing_that_others_have_sent_meanwhile(crew: Crew) -> None:
    one, other = crew.senders

    async def taken_over() -> None:
        crew.pass_time(13)
        crew.office.store.transact(claims.end_of, crew.clock.at, "one")
        while await other.send():
            await other.finish()

    one._office = cast("Office", Halting(crew.office, taken_over))
    crew.say(5, 6)
    await one.send()
    await one.finish()
    assert Counter(chat for _, chat in crew.line.sent) == {5: 1, 6: 1}
    assert await one.send() == 0
