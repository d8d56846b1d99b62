"""How is a scenario proved? Played plainly, with everything doubled, and with a death at its calls to the world.

The rule: one file, four ways, and in the end the same data.

1. Plainly: the real bot over real HTTP, on SQLite; and on PostgreSQL. Every expectation of every step is checked.
2. (The same on both databases: see 1.)
3. Doubled: every update is given to the bot once more after it was confirmed. Every expectation is checked.
4. Dying: a first run counts the calls to the database and to the channel. Then the script is played again and
   again; in each run the process dies at one of those calls, once just before it and once just after it took effect
   and before it heard so. A new process rises on the same database towards the same server, waits until the claims
   of the dead one have run out, and goes on. In the end answers, assessments, alerts, consents, notes, contacts and
   the trail must be those of the first run; the texts that each chat got must be the same ones, some perhaps twice.

Of all the deaths a sample is taken, spread over the script and chosen by the scenario's name, so that the same file
always dies the same deaths: `DEATHS` of them, at calls that wrote or sent something. With PROBOT_CRASHES=all in the
environment it is all of them, idle calls included; with a number, that many. What runs at the same time (a message
being sent, a tap being answered) may change places from run to run, so the number of a call is not always the same
call; the proof does not depend on it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.scenarios.acts import Memory, act
from tests.scenarios.crash import Life
from tests.scenarios.looks import Look, look, newest_call, newest_trail
from tests.scenarios.phones import history
from tests.scenarios.record import Record, record
from tests.scenarios.script import Scenario, Step, length, read
from tests.scenarios.stage import Snapshot, Stage

HERE = Path(__file__).parent
DEATHS = 8
Death = tuple[int, bool]
"""The number of the call, and whether it takes effect."""


def scenarios() -> list[Path]:
    """All scenario files."""
    return sorted(HERE.glob("*.yaml"))


async def play(path: Path, url: str, *, over_http: bool = False, doubled: bool = False) -> None:
    """Play the file and check every step. `url`: an empty, migrated database."""
    scenario = read(path)
    async with Stage(url, scenario, Life(), over_http=over_http, doubled=doubled) as stage:
        await _through(stage, path.name, checking=True)


@dataclass(frozen=True)
class Moment:
    """Where a run stands before a step: its number from 0, the time by the script, and everything else."""

    step: int
    nominal: datetime
    memory: Memory
    snapshot: Snapshot


@dataclass(frozen=True)
class Rehearsal:
    """A run without a death: where it stood, what it left behind, and the calls at which a process may die."""

    scenario: Scenario
    moments: tuple[Moment, ...]
    record: Record
    calls: int
    telling: tuple[int, ...]


async def rehearse(path: Path, url: str) -> Rehearsal:
    """Play the file once, counting."""
    moments: list[Moment] = []
    scenario, life = read(path), Life()
    async with Stage(url, scenario, life) as stage:
        first = life.calls
        await _through(stage, path.name, checking=False, moments=moments)
        telling = tuple(number for number in life.telling if number > first)
        return Rehearsal(scenario, tuple(moments), record(stage), life.calls, telling)


async def play_dying(path: Path, url: str, rehearsal: Rehearsal, death: Death) -> Record:
    """Play the file, dying once. What comes before the step of the death is taken from the rehearsal."""
    number, after = death
    life = Life(number, after=after)
    begin = [moment for moment in rehearsal.moments if moment.snapshot.calls < number][-1]
    async with Stage(url, rehearsal.scenario, life, snapshot=begin.snapshot) as stage:
        await _through(stage, path.name, checking=False, begin=begin)
        return record(stage)


def deaths(path: Path, rehearsal: Rehearsal) -> list[Death]:
    """The deaths to be died, in order."""
    wanted = os.environ.get("PROBOT_CRASHES", str(DEATHS))
    if wanted == "all":
        first = rehearsal.moments[0].snapshot.calls + 1
        return [(number, after) for number in range(first, rehearsal.calls + 1) for after in (False, True)]
    every = [(number, after) for number in rehearsal.telling for after in (False, True)]
    many = min(int(wanted), len(every))
    width = len(every) / many if many else 0
    return [every[int((place + _fraction(path.name, place)) * width)] for place in range(many)]


def _fraction(name: str, place: int) -> float:
    """A number from 0 up to 1 that looks thrown and is not."""
    return int.from_bytes(hashlib.sha256(f"{name}/{place}".encode()).digest()[:6], "big") / 2**48


# ------------------------------------------------------------------------------ step by step


async def _through(
    stage: Stage,
    name: str,
    *,
    checking: bool,
    moments: list[Moment] | None = None,
    begin: Moment | None = None,
) -> None:
    """Play the script, or what is left of it from `begin` on. `moments` gains where the run could be taken up."""
    memory, nominal = begin.memory.copy() if begin else Memory(), begin.nominal if begin else stage.clock.at
    for number, step in enumerate(stage.scenario.script, 1):
        if begin is not None and number <= begin.step:
            continue
        if moments is not None and stage.world is not None and not stage.api.faults.active():
            moments.append(Moment(number - 1, nominal, memory.copy(), stage.freeze()))
        since, seq = newest_call(stage), newest_trail(stage) if checking else 0
        memory.queries.clear()
        stage.called_before = len(stage.called)
        try:
            nominal = _moment(stage, step, nominal)
            if stage.world is None:  # probot is down: nobody looks at anything meanwhile
                stage.clock.at = max(stage.clock.at, nominal)
            await stage.travel(max(nominal, stage.clock.at))
            await act(stage, step, memory)
            if checking:
                look(Look(stage, step, memory, since, seq))
        except AssertionError as wrong:
            shown = step.model_dump(exclude_defaults=True)
            raise AssertionError(f"{name}, step {number} {shown}, at {stage.clock.at}: {wrong}") from wrong
    _nowhere(stage)


def _moment(stage: Stage, step: Step, nominal: datetime) -> datetime:
    if step.at is not None:
        moment = stage.scenario.instant(step.at, nominal)
        assert moment >= nominal, f"{step.at} is past"
        return moment
    return nominal + length(step.after) if step.after else nominal


def _nowhere(stage: Stage) -> None:
    for words in stage.scenario.no_message_contains:
        found = [shown.text for _, shown in history(stage) if words in shown.text]
        assert not found, f"{words!r} was said: {found}"
