from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from probot.messages import Message
from probot.store import claims, inbox, outbox
from probot.store.tables import assessment
from probot.store.tables import outbox as messages
from tests.world import START, a_clinic


async def test_what_a_killed_process_had_in_hand_is_taken_up_at_once(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        patient = await clinic.patient("P-001")
        await clinic.pass_time(hours=1)
        store, now = clinic.store, clinic.clock.now()
        clinic.api.people.say(patient.person, patient.chat, "8")
        poller = clinic.world.poller
        assert poller is not None
        await poller.turn()
        store.transact(
            lambda connection: outbox.put(
                connection, message_id="alert-1", lane="alert", recipient="team", purpose="alert",
                content=Message("…"), now=now,
            )
        )  # fmt: skip
        assert len(store.transact(inbox.claim, now, "of-the-dead", 10)) == 1
        assert [row.id for row in store.transact(outbox.claim, now, "of-the-dead", 10)] == ["alert-1"]

        soon = now + timedelta(seconds=1)
        assert store.transact(inbox.claim, soon, "of-the-next", 10) == []
        assert store.transact(outbox.claim, soon, "of-the-next", 10) == []

        assert store.transact(claims.end_all, soon) == 2
        (update,) = store.transact(inbox.claim, soon, "of-the-next", 10)
        (message,) = store.transact(outbox.claim, soon, "of-the-next", 10)
        assert update.attempts == 2  # a death counts: what kills each process is put aside in the end
        assert message.repeat  # it may have gone out, so this is a marked copy


async def test_a_due_row_that_a_killed_process_had_claimed_is_free_and_nothing_else_changes(
    database_url: str,
) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await clinic.patient("P-001")
        store, due = clinic.store, START + timedelta(days=2)
        keys = store.transact(claims.claim_due, assessment, due, "of-the-dead", 10)
        assert keys
        before = store.transact(lambda connection: connection.execute(select(messages)).all())
        assert store.transact(claims.claim_due, assessment, due, "of-the-next", 10) == []
        assert store.transact(claims.end_all, due) == len(keys)
        assert store.transact(claims.end_all, due) == 0
        assert store.transact(claims.claim_due, assessment, due, "of-the-next", 10) == keys
        assert store.transact(lambda connection: connection.execute(select(messages)).all()) == before
