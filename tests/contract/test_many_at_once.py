from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from probot import store as store_folder
from probot.app.presence import LIFE
from probot.messages import Message
from probot.services import receive
from probot.store import claims, inbox, invitations, outbox
from probot.store.engine import Store
from probot.store.migrate import newest
from probot.store.tables import metadata

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORKERS = 4
ROOT = Path(__file__).parents[2]


def in_parallel(url: str, work: Any) -> None:
    stores = [Store(url) for _ in range(WORKERS)]
    faults: list[BaseException] = []

    def one(store: Store, number: int) -> None:
        try:
            work(store, number)
        except BaseException as fault:  # noqa: BLE001 -- told below, in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(store, number)) for number, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert faults == []


def test_workers_beside_each_other_handle_every_update_once_and_each_chat_in_order(database_url: str) -> None:
    store = Store(database_url)
    raws = [
        {"update_id": number, "message": {"chat": {"id": number % 7}, "number": number}}
        for number in range(140)
    ]
    store.transact(receive.keep, 7, raws, NOON)
    handled: list[tuple[str, int]] = []
    in_hand: Counter[str] = Counter()
    twice_at_once: list[str] = []
    guard = threading.Lock()

    def work(own: Store, number: int) -> None:
        round_ = 0
        while True:
            round_ += 1
            claimed = own.transact(inbox.claim, NOON, f"worker {number} round {round_}", 3)
            if not claimed:
                if own.transact(inbox.oldest_waiting) is None:
                    return
                continue
            with guard:
                in_hand.update({each.lane for each in claimed})
                twice_at_once.extend(lane for lane, hands in in_hand.items() if hands > 1)
            for number_of_these, each in enumerate(claimed, start=1):
                with guard:
                    handled.append((each.lane, each.update_id))
                    if each.lane not in {other.lane for other in claimed[number_of_these:]}:
                        in_hand[each.lane] -= 1
                assert own.transact(inbox.all_done, [each], NOON)

    in_parallel(database_url, work)
    assert twice_at_once == []
    assert Counter(number for _, number in handled) == Counter(range(140))
    for lane in {lane for lane, _ in handled}:
        numbers = [number for chat, number in handled if chat == lane]
        assert numbers == sorted(numbers)
    store.close()


def test_senders_beside_each_other_send_every_message_once_and_one_at_a_time_to_each(
    database_url: str,
) -> None:
    store = Store(database_url)

    def put(connection: Any) -> None:
        for number in range(60):
            outbox.put(
                connection, message_id=f"m{number}", lane="reply", recipient=f"staff:{number % 5}", purpose="notice",
                content=Message(str(number)), now=NOON,
            )  # fmt: skip

    store.transact(put)
    sent: list[tuple[str, int]] = []
    guard = threading.Lock()

    def work(own: Store, number: int) -> None:
        round_ = 0
        while True:
            round_ += 1
            claimed = own.transact(outbox.claim, NOON, f"sender {number} round {round_}", 4)
            if not claimed:
                if not {"waiting", "sending"} & set(own.transact(outbox.counts)):
                    return
                continue
            for each in claimed:
                with guard:
                    sent.append((each.recipient, int(each.message.text)))
                assert own.transact(outbox.sent, each, NOON, None, 1)

    in_parallel(database_url, work)
    assert Counter(number for _, number in sent) == Counter(range(60))
    for recipient in {recipient for recipient, _ in sent}:
        numbers = [number for to, number in sent if to == recipient]
        assert numbers == sorted(numbers)
    store.close()


def test_claims_of_the_dead_are_ended_in_every_table_that_has_claims() -> None:
    for page in pkgutil.iter_modules(store_folder.__path__):
        if page.name.startswith("tables_"):
            importlib.import_module(f"probot.store.{page.name}")
    claimed = {table.name for table in metadata.sorted_tables if "claim_token" in table.c}
    assert claimed == {"inbox", "outbox", *(table.name for table in claims.DUE)}
    assert all("next_at" in table.c for table in claims.DUE)


def test_first_migrations_at_once_wait_for_each_other(empty_database_url: str) -> None:
    program = "import sys; from probot.store.migrate import upgrade; print(upgrade(sys.argv[1]))"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=ROOT,
        )
        for _ in range(2)
    ]  # fmt: skip
    ended = [process.communicate(timeout=100) for process in begun]
    assert [out.strip() for out, _ in ended] == [newest()] * 2, ended


@pytest.mark.parametrize("kind", ["participant", "staff"])
def test_of_many_who_take_a_token_at_once_exactly_one_gets_it(
    database_url: str, kind: Literal["participant", "staff"]
) -> None:
    store = Store(database_url)
    store.transact(
        lambda connection: invitations.invite(
            connection,
            token="t",
            kind=kind,
            subject="x",
            language="en",
            now=NOON,
            expires_at=NOON.replace(hour=13),
        )
    )
    taken: list[int] = []

    def work(own: Store, number: int) -> None:
        if own.transact(invitations.redeem, "t", NOON) is not None:
            taken.append(number)

    in_parallel(database_url, work)
    assert len(taken) == 1
    store.close()


@pytest.mark.postgres
def test_whoever_stands_still_in_mid_transaction_holds_up_nobody_for_longer_than_a_lease(
    postgres_url: str,
) -> None:
    idle = "SELECT setting::int FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
    store = Store(postgres_url)
    writing = store.transact(lambda connection: connection.exec_driver_sql(idle).scalar_one())
    assert 0 < writing < LIFE.total_seconds() * 1000
    assert store.look(lambda connection: connection.exec_driver_sql(idle).scalar_one()) == 0, (
        "a long export locks nothing"
    )
    store.close()


def test_an_update_that_several_had_in_hand_when_they_died_is_handled_alone(database_url: str) -> None:
    store = Store(database_url)
    raws = [{"update_id": number, "message": {"chat": {"id": number}}} for number in (1, 2, 3)]
    store.transact(receive.keep, 7, raws[:2], NOON)
    for death in range(inbox.TRIES):
        assert len(store.transact(inbox.claim, NOON, f"dies {death}", 9)) == 2
        store.transact(claims.end_all, NOON)
    store.transact(receive.keep, 7, raws[2:], NOON)
    alone = []
    for life in range(3):
        [one] = store.transact(inbox.claim, NOON, f"lives {life}", 9)
        alone.append(one.update_id)
        assert store.transact(inbox.all_done, [one], NOON)
    assert alone == [1, 2, 3]
    assert store.transact(inbox.claim, NOON, "more", 9) == []
    store.close()
