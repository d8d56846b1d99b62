from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from probot.app import noting
from probot.messages import Message
from probot.ports import Outcome, Sending, Sent
from probot.services.pace import Pace
from probot.services.turn import Turn
from probot.store import people
from probot.store.records import Outgoing
from probot.store.tables import outbox
from tests.world import Clinic, a_clinic


class AllAtOnce:
    """Answers nobody until everybody has been sent to, and then all in one breath."""

    def __init__(self, wanted: int) -> None:
        self.started = 0
        self._wanted = wanted
        self._go = asyncio.Event()

    async def deliver(self, sending: Sending) -> Outcome:
        del sending
        self.started += 1
        number = self.started
        if number == self._wanted:
            self._go.set()
        await self._go.wait()
        return Sent(9000 + number)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        del query, words


def say_to_all(turn: Turn, codes: list[str]) -> None:
    for code in codes:
        enrolment = people.by_code(turn.connection, code)
        assert enrolment is not None
        turn.say(enrolment.principal, Message("hello"), lane="reply", purpose="welcome")


async def enrolled(clinic: Clinic, count: int) -> list[str]:
    codes = [f"P-{number:03d}" for number in range(count)]
    for code in codes:
        await clinic.patient(code)
    return codes


def outcomes(clinic: Clinic) -> list[tuple[str, Any]]:
    wanted = outbox.select().where(outbox.c.content.contains("hello")).order_by(outbox.c.seq)
    return [
        (row.state, row.number)
        for row in clinic.store.transact(lambda connection: connection.execute(wanted).all())
    ]


async def test_outcomes_that_come_together_share_a_few_commits(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        codes = await enrolled(clinic, 6)
        runtime = clinic.world.runtime
        runtime.sender._channel = AllAtOnce(len(codes))
        await clinic.act(say_to_all, codes)
        commits: list[str] = []
        act = runtime.office.act

        async def counted(what: Any, cause: str, *arguments: Any, **named: Any) -> Any:
            commits.append(what.__name__)
            return await act(what, cause, *arguments, **named)

        runtime.office.act = counted
        await runtime.send()
        await runtime.sender.finish()
        assert [state for state, _ in outcomes(clinic)] == ["sent"] * len(codes)
        assert {number for _, number in outcomes(clinic)} == set(range(9001, 9001 + len(codes)))
        assert commits.count("note_all") <= 2


async def test_an_outcome_that_cannot_be_noted_spoils_no_other(database_url: str, monkeypatch: Any) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        codes = await enrolled(clinic, 4)
        sender = clinic.world.runtime.sender
        sender._channel = AllAtOnce(len(codes))
        note = noting.note

        def breaks(turn: Turn, row: Any, to: Any, outcome: Outcome) -> None:
            note(turn, row, to, outcome)
            if outcome == Sent(9002):
                raise ValueError("a defect of ours")

        monkeypatch.setattr(noting, "note", breaks)
        await clinic.act(say_to_all, codes)
        await clinic.world.runtime.send()
        await sender.finish()
        assert [state for state, _ in outcomes(clinic)] == ["sent"] * len(codes)
        assert sender.failures == 1


async def test_two_looks_in_one_breath_send_no_more_than_the_limit(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        codes = await enrolled(clinic, 6)
        sender = clinic.world.runtime.sender
        sender._channel, sender._pace = AllAtOnce(100), Pace(in_all=3)
        await clinic.act(say_to_all, codes)
        assert await sender.send() == 3
        assert await sender.send() == 0
        for task in sender._under_way:
            task.cancel()


async def test_a_claim_that_went_to_somebody_else_spoils_no_other(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        codes = await enrolled(clinic, 4)
        sender = clinic.world.runtime.sender
        sender._channel = AllAtOnce(len(codes))
        await clinic.act(say_to_all, codes)
        with sender.noting_waits():
            await sender.send()
            await sender.landed()
            taken = next(iter(sender._under_way.values()))
            await clinic.act(_taken_by_another, taken.seq)
            await sender.send()
        await sender.finish()
        assert sorted(state for state, _ in outcomes(clinic)) == ["sending", "sent", "sent", "sent"]
        assert sender.failures == 0


async def test_a_claim_whose_commit_was_not_confirmed_is_not_waited_for(
    database_url: str, monkeypatch: Any
) -> None:
    """The database did it and could not say so: what was noted stays noted, what was claimed goes now."""
    async with a_clinic(database_url, migrated=True) as clinic:
        codes = await enrolled(clinic, 2)
        sender = clinic.world.runtime.sender
        sender._channel = AllAtOnce(1)
        await clinic.act(say_to_all, codes[:1])
        transact, lost = clinic.store.transact, []

        def confirmation_is_lost(run: Any, *arguments: Any) -> Any:
            found = transact(run, *arguments)
            if found and not lost and isinstance(found, list) and isinstance(found[0], Outgoing):
                lost.append(found)
                raise OperationalError("COMMIT", {}, Exception("server closed the connection"))
            return found

        with sender.noting_waits():
            assert await sender.send() == 1
            await sender.landed()
            await clinic.act(say_to_all, codes[1:])
            monkeypatch.setattr(clinic.world.runtime.office.store, "transact", confirmation_is_lost)
            assert await sender.send() == 1
            await sender.landed()
            await sender.send()
        await sender.finish()
        assert lost
        assert [state for state, _ in outcomes(clinic)] == ["sent", "sent"]


def _taken_by_another(turn: Turn, number: int) -> None:
    turn.connection.execute(update(outbox).where(outbox.c.seq == number).values(claim_token="x" * 32))
