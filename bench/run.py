"""How fast is probot? `make bench` measures it beside bots that only echo, and writes docs/benchmarks.md.

The rule: a figure is a median of at least five runs, each run of one beside a run of the other; nothing is given
that was not measured here and now.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import alerts, answers, clinic, days, report, ticks
from bench.processes import NeverCame

Figure = dict[str, Any]
"""`{"value": median, "aim": …, "runs": […]}`, and what the runs were made of."""
RUNS = 5
MILLION = 1_000_000


def ratio(name: str, above: list[float], below: list[float], unit: str) -> Figure:
    """Run by run, one over the other. `name`: what stands above and below."""
    runs = [one / other for one, other in zip(above, below, strict=True)]
    over, _, under = name.partition("/")
    return {
        "value": statistics.median(runs), "runs": runs, "unit": "ratio", "of": {"unit": unit, over: above, under: below},
    }  # fmt: skip


def throughput(runs: int, load: answers.Load) -> dict[str, Figure]:
    """Answers through everything beside echoes; SQLite and PostgreSQL."""
    bots: dict[str, Callable[[], float]] = {
        "ptb": lambda: answers.echoes_per_second("ptb", load),
        "aiogram": lambda: answers.echoes_per_second("aiogram", load),
        "sqlite": lambda: answers.answers_per_second("sqlite", load),
        "postgresql": lambda: answers.answers_per_second("postgresql", load),
    }
    found = interleaved(bots, runs)
    unit = "a second"
    return {
        "answers_vs_ptb": ratio("probot/ptb", found["sqlite"], found["ptb"], unit),
        "answers_vs_aiogram": ratio("probot/aiogram", found["sqlite"], found["aiogram"], unit),
        "answers_vs_ptb_postgresql": ratio("probot/ptb", found["postgresql"], found["ptb"], unit),
        "answers_vs_aiogram_postgresql": ratio("probot/aiogram", found["postgresql"], found["aiogram"], unit),
    }


def throughput_50ms(runs: int, load: answers.Load) -> dict[str, Figure]:
    """The same with a server that takes 50 ms for each answer, as Telegram does."""
    slow = answers.Load(load.chats, load.each, 0.05)
    found = interleaved(
        {
            "aiogram": lambda: answers.echoes_per_second("aiogram", slow),
            "sqlite": lambda: answers.answers_per_second("sqlite", slow),
        },
        runs,
    )
    return {"answers_vs_aiogram_50ms": ratio("probot/aiogram", found["sqlite"], found["aiogram"], "a second")}


def workers(runs: int, load: answers.Load) -> dict[str, Figure]:
    """One, two and four processes that work on one PostgreSQL, beside one that receives."""
    found = interleaved(
        {
            str(count): lambda count=count: answers.answers_per_second("postgresql", load, count)
            for count in (1, 2, 4)
        },  # type: ignore[misc]
        runs,
    )
    return {
        f"postgresql_workers_{count}_vs_1": ratio(f"{count}/1", found[count], found["1"], "a second")
        for count in ("2", "4")
    }


def simulated(runs: int, length: int) -> dict[str, Figure]:
    """Patient-days lived through in a second."""
    lived = []
    for _ in range(runs):
        lived.append(days.live(days=length))
        note(f"simulated days a second ({lived[-1].days} days)", lived[-1].a_second)
    found = [one.a_second for one in lived]
    figure = {"value": statistics.median(found), "runs": found, "unit": "a second"}
    return {"simulated_days_per_s": figure | {"days": min(one.days for one in lived)}}


def crowds(database: str, runs: int, many: int) -> dict[str, Figure]:
    """A tick and the memory, with many enrolled beside few."""
    with ExitStack() as stack:
        large = stack.enter_context(ticks.crowd(database, many))
        small = stack.enter_context(ticks.crowd(database, 1000))
        found: dict[str, list[float]] = {"many": [], "few": []}
        for run in range(runs + 1):
            for name, there in (("many", large), ("few", small)):
                took = ticks.seconds_of_a_tick(there, run + 1)
                if run:  # the first warms statements and pages
                    note(f"tick of 100 due, {name} enrolled, {database}", took)
                    found[name].append(took)
        figures = {f"tick_1m_vs_1k_{database}": ratio("many/few", found["many"], found["few"], "seconds")}
        if database == "sqlite":
            held = {"many": [ticks.memory(large)], "few": [ticks.memory(small)]}
            figures["memory_1m_vs_1k"] = ratio("many/few", held["many"], held["few"], "MB at most")
        return figures


def busy(runs: int) -> dict[str, Figure]:
    """Alerts while ten thousand prompts wait."""
    times = [alerts.busy_time() for _ in range(runs)]
    late = [sorted(one.waits)[math.ceil(0.99 * len(one.waits)) - 1] for one in times]
    used = [one.used for one in times]
    note("slowest alert", max(late))
    return {
        "alert_p99_s": {"value": statistics.median(late), "runs": late, "unit": "seconds"},
        "limit_used": {"value": statistics.median(used), "runs": used, "unit": "of 30 a second"},
    }


def interleaved(each: dict[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """One run of each, and again, as often as asked."""
    found: dict[str, list[float]] = {name: [] for name in each}
    for _ in range(runs):
        for name, measure in each.items():
            found[name].append(measure())
            note(name, found[name][-1])
    return found


def note(name: str, value: float) -> None:
    """Say how it goes."""
    print(f"  {name}: {value:.3g}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure what is asked for (everything, unless named) and write it down."""
    asked = argparse.ArgumentParser(description="probot beside bots that only echo")
    asked.add_argument("--json", type=Path, help="write every figure with its runs into this file")
    asked.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--slow-runs", type=int, default=3, help="of those that take a minute or more each")
    asked.add_argument(
        "--days", type=int, default=days.DAYS, help="days that the 120 simulated patients live through"
    )
    asked.add_argument("--chats", type=int, default=200)
    asked.add_argument("--each", type=int, default=10)
    asked.add_argument("--many", type=int, default=MILLION, help="how many are enrolled where many are")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that every process is ended
    load = answers.Load(given.chats, given.each)
    figures: dict[str, Figure] = {}
    failed = dict.fromkeys(given.only, "the run was ended before")
    for name in given.only:
        print(name, file=sys.stderr, flush=True)
        try:
            figures |= PARTS[name](given, load)
            del failed[name]
        except (AssertionError, answers.Wrong, NeverCame) as error:
            failed[name] = str(error)
            print(f"  not measured: {error}", file=sys.stderr, flush=True)
        if set(given.only) == set(PARTS):
            report.write(figures, failed, load, given.days)
        if given.json is not None:
            given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, figure in figures.items():
        print(f"{name:32} {figure['value']:8.2f}   runs {' '.join(f'{one:.2f}' for one in figure['runs'])}")


PARTS: dict[str, Callable[[Any, answers.Load], dict[str, Figure]]] = {
    "answers": lambda given, load: throughput(given.runs, load),
    "answers_50ms": lambda given, load: throughput_50ms(given.runs, load),
    "crowd_sqlite": lambda given, _: crowds("sqlite", given.runs, given.many),
    "crowd_postgresql": lambda given, _: crowds("postgresql", given.runs, given.many),
    "alerts": lambda given, _: busy(given.slow_runs),
    "workers": lambda given, load: workers(given.slow_runs, load),
    "days": lambda given, _: simulated(given.slow_runs, given.days),
}

if __name__ == "__main__":
    clinic.SCRATCH.mkdir(parents=True, exist_ok=True)
    main()
