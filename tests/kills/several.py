"""What is left of the answers when it is several processes, and any of them is killed, frozen, stopped or added?

Rule: two receive (one stands by) and two work, on one PostgreSQL; whoever falls out gets a successor, and the others
are never asked. A trigger of the harness writes down who had which update in hand; the product knows nothing of it.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from probot.store.tables import enrolment, response
from tests.kills.campaign import PATIENCE, WHILE_STARTING, Figures, Orders, Scene, a_scene
from tests.kills.lives import Life, Nursery, Program
from tests.kills.phones import Ward

ROLES = ("receive", "receive", "work", "work")
STOPPING, ADDING = 0.08, 0.08
"""The shares of rounds that end otherwise than by a kill."""
FREEZE_EVERY = 12
"""In every so many rounds one is frozen instead, at work, as a machine that stands still or is cut off."""
FROZEN_SECONDS = 16.0
"""Longer than any lease: by then others have taken over."""
LEASE_SECONDS = 9.0
"""Sooner than that nobody may take what one has in hand who only seems to be gone."""


@dataclass
class Member:
    """One process. `gone`: when its end was ordered."""

    role: str
    life: Life
    gone: float | None = None
    frozen: float | None = None
    """Since when it is frozen."""
    frozen_before: list[float] = field(default_factory=list)
    """Since when it was each time."""


@dataclass
class Crew:
    """All of them, as one life: it is over when any of them has ended by itself."""

    nursery: Nursery
    from_nothing: int
    members: list[Member] = field(default_factory=list)
    former: dict[int, Member] = field(default_factory=dict)
    """Everybody who ever was, by process number."""
    done: Counter[str] = field(default_factory=Counter)
    program: Program | None = None
    begun: int = 0

    def begin(self, program: Program) -> Crew:
        """Start with the usual ones."""
        self.program = program
        for role in ROLES:
            self.more(role)
        return self

    def more(self, role: str, machine: str = "") -> Member:
        """One more of that role. `machine`: it is not on this one."""
        assert self.program is not None
        self.begun += 1
        program = replace(self.program, arguments=("run", "--role", role), machine=machine)
        if self.begun % self.from_nothing == 0:
            member = Member(role, self.nursery.begin_from_nothing(program))
            self.done["begun from nothing"] += 1
        else:
            member = Member(role, self.nursery.begin(program))
        self.members.append(member)
        self.former[member.life.pid] = member
        return member

    @property
    def over(self) -> bool:
        """Whether any has ended that nobody had told to."""
        return any(member.life.over for member in self.members)

    @property
    def said(self) -> str:
        """What those said last that may have ended by themselves."""
        assert self.program is not None
        return self.program.log.read_text(encoding="utf-8")[-5000:]

    async def end(self, number: int = signal.SIGKILL) -> None:
        """End all at once."""
        for member in self.members:
            member.gone = time.time()
        await asyncio.gather(*(member.life.end(number) for member in self.members))
        self.members = []

    async def part_with(self, member: Member, number: int) -> None:
        """End one and have another in its place."""
        self.members.remove(member)
        member.gone = time.time()
        await member.life.end(number)

    def freeze(self, member: Member) -> None:
        """Stop one in mid-work, as a machine that stands still or is cut off from everything."""
        member.frozen = time.time()
        member.frozen_before.append(member.frozen)
        member.life.send(signal.SIGSTOP)
        self.done["frozen"] += 1

    def awake(self, role: str = "") -> list[Member]:
        """Those that are not frozen."""
        return [one for one in self.members if one.frozen is None and role in {"", one.role}]

    def thaw(self, *, all_of_them: bool = False) -> None:
        """Let those go on whose work others have taken over by now."""
        for one in self.members:
            if one.frozen is not None and (all_of_them or time.time() - one.frozen > FROZEN_SECONDS):
                one.life.send(signal.SIGCONT)
                one.frozen = None


async def rage(crew: Crew, ward: Ward, orders: Orders, dice: random.Random) -> None:
    """Let any of them be killed, so many times; now and then one is frozen, stopped, or added instead."""
    for number in count(1):
        if crew.done["killed"] >= orders.kills:
            return
        await ward.more(dice.randint(1, orders.messages), PATIENCE)
        await asyncio.sleep(dice.uniform(0, 0.02))
        assert not crew.over, f"one of them ended by itself: {crew.said}"
        crew.thaw()
        victim, what = dice.choice(crew.awake()), dice.random()
        if number % FREEZE_EVERY == 0 and len(crew.awake()) == len(crew.members):
            # The oldest: whoever loses the database while it starts ends and says so.
            victim = crew.members[0]
            crew.freeze(victim)
            crew.more(victim.role)
        elif what < STOPPING:
            await crew.part_with(victim, signal.SIGTERM)
            crew.done["stopped"] += 1
            crew.more(victim.role)
        elif what < STOPPING + ADDING and len(crew.members) <= len(ROLES):
            crew.more("work")
            crew.done["added"] += 1
        else:
            await crew.part_with(victim, signal.SIGKILL)
            crew.done["killed"] += 1
            crew.done[f"killed, {victim.role}"] += 1
            if len(crew.awake(victim.role)) < ROLES.count(victim.role):
                await _succeed(crew, victim.role, dice)


async def _succeed(crew: Crew, role: str, dice: random.Random) -> None:
    """Another one in its place; some die while they start."""
    if dice.random() < WHILE_STARTING:
        newest = crew.more(role)
        await asyncio.sleep(dice.uniform(0, 0.6))
        await crew.part_with(newest, signal.SIGKILL)
        crew.done["killed"] += 1
        crew.done["killed while starting"] += 1
    crew.more(role)


async def against_several(nursery: Nursery, url: str, folder: Path, orders: Orders) -> Figures:
    """Kill any of several processes on that PostgreSQL again and again; what is left."""
    began = time.monotonic()
    figures = Figures("probot on PostgreSQL, two that receive and two that work")
    crew = Crew(nursery, orders.from_nothing)
    async with a_scene(nursery, url, folder, orders, crew.begin) as scene:
        scene.office.store.transact(watch_hands)
        await rage(crew, scene.ward, orders, random.Random(orders.seed))
        crew.thaw(all_of_them=True)
        await scene.count(figures)
        count_hands(figures, scene, crew)
    figures.kills = crew.done["killed"]
    figures.killed_while_starting = crew.done["killed while starting"]
    figures.begun_from_nothing = crew.done["begun from nothing"]
    figures.others = dict(sorted(crew.done.items()))
    figures.seconds = round(time.monotonic() - began, 1)
    return figures


async def against_a_machine_that_stands_still(
    nursery: Nursery, url: str, folder: Path, orders: Orders
) -> Figures:
    """One machine stands still in mid-work, another follows, and the first one goes on; what is left."""
    figures = Figures("probot on two machines")
    crew = Crew(nursery, orders.from_nothing)

    def on_both(program: Program) -> Crew:
        crew.program = program
        crew.more("work", "first")
        crew.more("receive", "first")
        return crew

    async with a_scene(nursery, url, folder, orders, on_both) as scene:
        scene.office.store.transact(watch_hands)
        still = list(crew.members)
        crew.more("work", "second")
        crew.more("receive", "second")
        await says(scene, "standing by", 2)
        await scene.ward.more(orders.messages, 8.0)
        for member in still:
            crew.freeze(member)
        await says(scene, RECEIVES, 2)
        await scene.ward.more(orders.messages, 8.0)
        crew.thaw(all_of_them=True)
        await says(scene, "another process receives now", 1)
        await scene.ward.more(orders.messages, 8.0)
        await scene.count(figures)
        count_hands(figures, scene, crew)
        figures.others = {RECEIVES: scene.said.count(RECEIVES)}
    return figures


RECEIVES = "it is this process that receives"


async def says(scene: Scene, words: str, times: int) -> None:
    """Wait until this has been said so often."""
    async with asyncio.timeout(PATIENCE):
        # Other processes write this file, and nothing tells us when.
        while scene.said.count(words) < times:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


# ------------------------------------------------------------------------------ who had what in hand

WATCHING = """
CREATE TABLE kills_hand (
    number bigserial PRIMARY KEY, what text, lane text, update_id bigint, token text,
    tx bigint DEFAULT txid_current(), at double precision DEFAULT extract(epoch FROM clock_timestamp()));
CREATE FUNCTION kills_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.claim_token IS NOT NULL AND NEW.claim_token IS DISTINCT FROM OLD.claim_token THEN
        INSERT INTO kills_hand (what, lane, update_id, token) VALUES ('let go', OLD.lane, OLD.update_id, OLD.claim_token);
    END IF;
    IF NEW.claim_token IS NOT NULL AND NEW.claim_token IS DISTINCT FROM OLD.claim_token THEN
        INSERT INTO kills_hand (what, lane, update_id, token) VALUES ('claimed', NEW.lane, NEW.update_id, NEW.claim_token);
    END IF;
    IF NEW.state = 'done' AND OLD.state <> 'done' THEN
        INSERT INTO kills_hand (what, lane, update_id, token) VALUES ('done', OLD.lane, OLD.update_id, OLD.claim_token);
    END IF;
    RETURN NULL; END $$;
CREATE FUNCTION kills_came() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.name LIKE 'process:%' THEN
        INSERT INTO kills_hand (what, lane, token) VALUES ('came', NEW.holder, NEW.token);
    END IF;
    RETURN NULL; END $$;
CREATE TRIGGER kills_note AFTER UPDATE ON inbox FOR EACH ROW EXECUTE FUNCTION kills_note();
CREATE TRIGGER kills_came AFTER INSERT ON lease FOR EACH ROW EXECUTE FUNCTION kills_came();
INSERT INTO kills_hand (what, lane, token) SELECT 'came', holder, token FROM lease WHERE name LIKE 'process:%';
"""


def watch_hands(connection: Connection) -> None:
    """From now on it is written down."""
    connection.exec_driver_sql(WATCHING.replace("%", "%%"))


def count_hands(figures: Figures, scene: Scene, crew: Crew) -> None:
    """Count who had what in hand, and in which order it was done."""
    with scene.office.store.reading() as connection:
        events = connection.execute(text("SELECT * FROM kills_hand ORDER BY at, number")).all()
        figures.two_at_once = two_at_once(events, crew)
        figures.out_of_order = _done_out_of_order(events) + _recorded_out_of_order(connection, scene.ward)


def two_at_once(events: Iterable[Any], crew: Crew) -> int:
    """How often somebody took a participant's update while another one, who lived, had one of them in hand."""
    numbers = {event.token: int(event.lane.split("/")[-2]) for event in events if event.what == "came"}
    in_hand: dict[str, str] = {}
    taken = 0
    for event in events:
        if event.what == "claimed":
            before = in_hand.get(event.lane)
            if before is not None and before != event.token:
                holder = crew.former[numbers[before[:8]]]
                taken += not _may_be_followed(holder, event.at)
            in_hand[event.lane] = event.token
        elif event.what == "let go" and in_hand.get(event.lane) == event.token:
            del in_hand[event.lane]
    return taken


def _may_be_followed(holder: Member, at: float) -> bool:
    """Whether it had been told to end by then, or had been frozen for so long that its lease was over."""
    if holder.gone is not None and at >= holder.gone:
        return True
    return any(since + LEASE_SECONDS <= at <= since + 2 * FROZEN_SECONDS for since in holder.frozen_before)


def _done_out_of_order(events: Iterable[Any]) -> int:
    """How many updates were done in a later transaction than a later one of the same chat.

    What one transaction handled it marks done by one statement, in no order; there the answers on record tell.
    """
    seen: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    wrong = 0
    for event in events:
        if event.what == "done":
            transaction, highest, before = seen[event.lane]
            if event.tx != transaction:
                highest, before = 0, max(before, highest)
            wrong += event.update_id < before
            seen[event.lane] = event.tx, max(highest, event.update_id), before
    return wrong


def _recorded_out_of_order(connection: Connection, ward: Ward) -> int:
    """How many tapped answers came from an update that was older than that of the tap before it."""
    cause = {
        (row.code, (row.assessment_id, row.item)): int(row.cause.rpartition(":")[2])
        for row in connection.execute(select(response, enrolment.c.code).join(enrolment))
        if row.cause.startswith("update:")
    }
    wrong = 0
    for patient in ward.patients:
        known = [(patient.code, question) for question in patient.given if (patient.code, question) in cause]
        numbers = [cause[answer] for answer in known]
        wrong += sum(later < earlier for earlier, later in pairwise(numbers))
    return wrong
