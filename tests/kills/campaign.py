"""What is left of the answers after so many kills? Patients answer, the program is killed and begun again, and then all is counted.

Rule: the seed decides when it is killed; what is counted comes from the phones on one side and from the program's
own records on the other, and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import func, select

from probot.app.build import open_store, system_clock
from probot.app.office import Office
from probot.sandbox.botapi import BotApi
from probot.sandbox.limits import LimitSettings
from probot.sandbox.server import serving
from probot.services import invite
from probot.services.publish import publish
from probot.store.tables import alert, assessment, enrolment, inbox, outbox, response
from probot.study.load import load
from tests.app.running import BOT, TOKEN, Phone, Site
from tests.kills.lives import Nursery, Program
from tests.kills.phones import Nurse, Patient, Question, Ward
from tests.kills.words import CONCEPTS, crosses, plain

STUDY = Path(__file__).parent / "study"
PATIENCE = 120.0
FROM_NOTHING = 10
"""Every so many lives one is begun from nothing."""
WHILE_STARTING = 0.15
"""The share of kills that come while it starts."""
ACCOUNT = int(TOKEN.partition(":")[0])


@dataclass(frozen=True)
class Orders:
    """How one campaign goes."""

    kills: int
    patients: int = 24
    seed: str = "1"
    from_nothing: int = FROM_NOTHING
    messages: int = 120
    """The most messages that may reach phones before the next kill."""


@dataclass
class Figures:
    """What was counted. All of `lost` … `out_of_order` are none where promises are kept."""

    program: str
    kills: int = 0
    killed_while_starting: int = 0
    begun_from_nothing: int = 0
    answers: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    crossings: int = 0
    alerts: int = 0
    not_alerted: int = 0
    alerted_too_often: int = 0
    alerts_unseen: int = 0
    stuck: int = 0
    not_reached: int = 0
    two_at_once: int = 0
    out_of_order: int = 0
    questions: int = 0
    shown_twice: int = 0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    """What was done to which of several processes, and how often."""

    @property
    def broken(self) -> dict[str, int]:
        """The promises that were not kept, each with how often."""
        names = (
            "lost", "doubled", "wrong", "not_alerted", "alerted_too_often", "alerts_unseen", "stuck",
            "not_reached", "two_at_once", "out_of_order",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self)


Records = dict[tuple[str, Question], list[str]]
"""Who answered what: every value on record, in the order of its revisions."""


# ------------------------------------------------------------------------------ the campaign itself


async def rage(
    ward: Ward, nursery: Nursery, program: Program, orders: Orders, dice: random.Random, figures: Figures,
    nudge: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Begin it and kill it, so many times. `nudge`: what to do before each life where answers may be lost for ever."""
    patience = PATIENCE if nudge is None else 1.5
    for number in range(1, orders.kills + 1):
        if nudge is not None:
            nudge()
        if number % orders.from_nothing == 0:
            life = nursery.begin_from_nothing(program)
            figures.begun_from_nothing += 1
        else:
            life = nursery.begin(program)
        try:
            if dice.random() < WHILE_STARTING:
                figures.killed_while_starting += 1
                await asyncio.sleep(dice.uniform(0, 0.6))
            else:
                await ward.more(dice.randint(1, orders.messages), patience)
                await asyncio.sleep(dice.uniform(0, 0.02))
            assert not life.over, f"it ended by itself and said: {program.log.read_text()[-3000:]}"
        finally:
            await life.end()
        figures.kills += 1


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[BotApi, str]]:
    """A Bot API server of our own, and its root address."""
    api = BotApi(now=lambda: datetime.now(UTC), limits=LimitSettings(on=False))
    api.add_bot(TOKEN, BOT)
    async with serving(api) as root:
        yield api, root


@asynccontextmanager
async def alive(ward: Ward) -> AsyncIterator[None]:
    """While the block runs, people look at their phones."""
    task = asyncio.create_task(ward.live())
    try:
        yield
    finally:
        task.cancel()
        (died,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(died, Exception):
            raise died  # a phone that breaks is no answer that was lost


def assert_well_stopped(said: Path) -> None:
    """What it says last when an operator stops it."""
    assert "probot has stopped; everything is kept." in said.read_text(encoding="utf-8")[-400:]


# ------------------------------------------------------------------------------ probot


class Begun(Protocol):
    """A process, or several that are one probot."""

    @property
    def over(self) -> bool:
        """Whether it has ended by itself."""

    async def end(self, number: int = signal.SIGKILL) -> None:
        """Send a signal and wait until it is gone."""


@dataclass
class Scene:
    """A probot that runs, people who answer it, and a way to look into its records from beside it."""

    api: BotApi
    office: Office
    ward: Ward
    nursery: Nursery
    program: Program
    life: Begun

    async def count(self, figures: Figures) -> Figures:
        """Let everybody finish, stop it as an operator does, and count."""
        self.ward.open = False
        calm = await _calm(self.ward, self.office, self.api)
        await self.life.end(signal.SIGTERM)
        assert_well_stopped(self.program.log)
        _count(figures, self.ward, self.office, _shown_alerts(self.api))
        if not calm:
            figures.stuck = max(1, figures.stuck)
            figures.examples.append(self.said[-2000:])
        return figures

    @property
    def said(self) -> str:
        """What all its lives have said so far."""
        return self.program.log.read_text(encoding="utf-8")


@asynccontextmanager
async def a_scene(
    nursery: Nursery, url: str, folder: Path, orders: Orders, begin: Callable[[Program], Begun] | None = None,
    **settings: str,
) -> AsyncIterator[Scene]:  # fmt: skip
    """The first life has begun, the team is bound, and patients have begun to arrive. `settings`: more of them.

    `begin`: how it begins, if not as one process.
    """
    async with telegram() as (api, root):
        all_settings = {
            "PROBOT_TELEGRAM_TOKEN": TOKEN, "PROBOT_TELEGRAM_API": f"{root}/", "PROBOT_SEND_LIMITS": "none",
            "PROBOT_DATABASE_URL": url, "PROBOT_CONFIG": str(STUDY), **settings,
        }  # fmt: skip
        program = Program("probot.__main__", ("run",), folder, Site(folder, api, all_settings).environment)
        beside = Site(folder, api, {"PROBOT_DATABASE_URL": url})
        office = Office(open_store(url), system_clock())
        life: Begun | None = None
        try:
            study = load(STUDY).study
            assert study is not None
            office.act_now(publish, "test", study)
            life = (begin or nursery.begin)(program)
            team = await beside.team(beside.phone("Mei", seat="staff"))
            patients = [
                _patient(office, api, number, orders.seed) for number in range(1, orders.patients + 1)
            ]
            ward = Ward(api, patients, _nurse(api, team, orders.seed))
            async with alive(ward):
                scene = Scene(api, office, ward, nursery, program, life)
                yield scene
                life = scene.life
        finally:
            office.close()
            if life is not None:
                await life.end()


async def against_probot(nursery: Nursery, url: str, folder: Path, orders: Orders) -> Figures:
    """Kill probot on that database again and again; what is left."""
    began = time.monotonic()
    figures = Figures("probot on SQLite" if url.startswith("sqlite") else "probot on PostgreSQL")
    async with a_scene(nursery, url, folder, orders) as scene:
        await scene.life.end()
        await rage(scene.ward, nursery, scene.program, orders, random.Random(orders.seed), figures)
        scene.life = nursery.begin(scene.program)
        await scene.count(figures)
    figures.seconds = round(time.monotonic() - began, 1)
    return figures


def _patient(office: Office, api: BotApi, number: int, seed: str) -> Patient:
    code, token = f"P-{number:03d}", f"of-patient-{number:03d}-{seed}"
    office.act_now(
        invite.enrol, "test", token, code, attributes={"arm": ["control"]},
        anchors={"treatment_start": datetime.now(UTC).date().isoformat()}, language="en",
    )  # fmt: skip
    patient = Patient(api, code, ACCOUNT, random.Random(f"{seed}/{code}"))
    patient.arrive(token)
    return patient


def _nurse(api: BotApi, team: Phone, seed: str) -> Nurse:
    return Nurse(api, team.person, team.chat, random.Random(f"{seed}/nurse"))


async def _calm(ward: Ward, office: Office, api: BotApi) -> bool:
    """Wait until everybody has answered everything and nothing is under way any more."""
    if not await ward.until(lambda: all(patient.rests for patient in ward.patients), PATIENCE):
        return False
    async with asyncio.timeout(PATIENCE):
        # Another process writes these rows, and nothing tells us when.
        while api.state.bots[ACCOUNT].queue or office.store.look(_under_way):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return True


def _under_way(connection: Any) -> int:
    waiting = select(func.count()).select_from(inbox).where(inbox.c.state == "new").scalar_subquery()
    sending = (
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.state.in_(["waiting", "sending"]))
        .scalar_subquery()
    )
    return int(connection.execute(select(waiting + sending)).scalar_one())


def _shown_alerts(api: BotApi) -> set[str]:
    """The alerts that any message of the bot has shown with a button, alone or in a list, new or changed."""
    shown: set[str] = set()
    for call in api.transcript.calls:
        if call.executed and call.error is None:
            shown.update(re.findall(r"k:([\w-]+):", str(call.params.get("reply_markup", ""))))
    return shown


def _count(figures: Figures, ward: Ward, office: Office, shown: set[str]) -> None:
    with office.store.reading() as connection:
        codes = {row.id: row.code for row in connection.execute(select(enrolment.c.id, enrolment.c.code))}
        records: Records = defaultdict(list)
        for row in connection.execute(select(response).order_by(response.c.revision)):
            records[codes[row.enrolment_id], (row.assessment_id, row.item)].append(plain(row.value))
        begun = {row.id: row for row in connection.execute(select(assessment))}
        hits = Counter[tuple[str, str]]()
        standing = Counter[tuple[str, str]]()
        raised = set()
        for row in connection.execute(select(alert)):
            whose = (codes[row.enrolment_id], row.concept)
            hits[whose] += row.hits
            standing[whose] += row.state != "closed"
            raised.add(row.id)
        undone = connection.execute(
            select(func.count()).select_from(inbox).where(inbox.c.state != "done")
        ).scalar_one()
    compare(figures, ward, records)
    _compare_alerts(figures, ward, hits, standing, raised)
    figures.alerts_unseen = len(raised - shown)
    figures.stuck = sum(row.status != "complete" for row in begun.values()) + int(undone)
    figures.stuck += abs(len(begun) - sum(patient.reports for patient in ward.patients))
    asked = {(report, item) for report in begun for item in CONCEPTS}
    figures.questions = len(asked)
    figures.not_reached = len(asked - {question for patient in ward.patients for question in patient.shown})


def _compare_alerts(
    figures: Figures, ward: Ward, hits: Counter[tuple[str, str]], standing: Counter[tuple[str, str]],
    raised: set[str],
) -> None:  # fmt: skip
    due = Counter[tuple[str, str]]()
    for patient in ward.patients:
        for (_, item), value in patient.given.items():
            due[patient.code, CONCEPTS[item]] += crosses(item, value)
    figures.crossings, figures.alerts = due.total(), len(raised)
    figures.not_alerted = (due - hits).total()
    figures.alerted_too_often = (hits - due).total() + sum(more - 1 for more in standing.values() if more > 1)


def compare(figures: Figures, ward: Ward, records: Records) -> None:
    """What the phones gave beside what is on record."""
    given = {
        (patient.code, question): value
        for patient in ward.patients
        for question, value in patient.given.items()
    }
    figures.answers = len(given)
    for whose, value in given.items():
        found = records.get(whose, [])
        figures.lost += not found
        figures.doubled += max(0, len(found) - 1)
        figures.wrong += bool(found) and plain_of(found[0]) != plain_of(value)
        if (len(found) != 1 or plain_of(found[0]) != plain_of(value)) and len(figures.examples) < 5:
            figures.examples.append(f"{whose}: gave {value}, on record {found}")
    invented = [whose for whose in records if whose not in given]
    figures.wrong += len(invented)
    figures.examples += [f"{whose}: on record and never given" for whose in invented[:5]]
    figures.shown_twice = sum(
        times - 1 for patient in ward.patients for times in patient.shown.values() if times > 1
    )


def plain_of(value: str) -> str:
    """Numbers alike however they are written."""
    try:
        return f"{float(value):g}"
    except ValueError:
        return value


# ------------------------------------------------------------------------------ the control


async def against_a_stock_bot(nursery: Nursery, folder: Path, orders: Orders) -> Figures:
    """The same with a bot of python-telegram-bot's own kind; it must lose, or the harness proves nothing."""
    began = time.monotonic()
    figures = Figures("a python-telegram-bot polling bot")
    dice = random.Random(orders.seed)
    async with telegram() as (api, root):
        site = Site(folder, api, {})
        book = folder / "book.sqlite3"
        more = {"STOCK_BOOK": str(book), "PROBOT_TELEGRAM_TOKEN": TOKEN, "PROBOT_TELEGRAM_API": root}
        program = Program("tests.kills.stock_bot", (), folder, {**site.environment, **more})
        patients = [
            Patient(api, f"P-{number:03d}", ACCOUNT, random.Random(f"{orders.seed}/P-{number:03d}"))
            for number in range(1, orders.patients + 1)
        ]
        ward = Ward(api, patients, None)
        async with alive(ward):
            for patient in patients:
                patient.arrive("")
                patient.begin()
            await rage(ward, nursery, program, orders, dice, figures, _nudge(ward))
            ward.open = False
            last = nursery.begin(program)
            while await ward.more(1, 2.0) or api.state.bots[ACCOUNT].queue:
                pass
            await last.end()
        compare(figures, ward, _stock_records(book, {patient.person: patient.code for patient in patients}))
        figures.stuck = sum(not patient.rests for patient in patients)
    figures.seconds = round(time.monotonic() - began, 1)
    return figures


def _nudge(ward: Ward) -> Callable[[], None]:
    """Whoever heard nothing through two lives begins anew: else nobody would be left to answer."""
    silent: dict[str, tuple[int, int]] = {}

    def look() -> None:
        for patient in ward.patients:
            heard, lives = silent.get(patient.code, (-1, 0))
            now = patient.shown.total()
            silent[patient.code] = (now, lives + 1 if now == heard else 0)
            if silent[patient.code][1] >= 2:
                silent[patient.code] = (now, 0)
                patient.begin()

    return look


def _stock_records(book: Path, codes: dict[int, str]) -> Records:
    records: Records = defaultdict(list)
    with sqlite3.connect(book) as connection:
        for number, chat, item, value in connection.execute(
            "SELECT number, chat, item, value FROM answer JOIN report ON report.number = answer.report"
        ):
            records[codes[chat], (str(number), item)].append(value)
    connection.close()
    return records
