"""What does a reader need beside the figures? What was measured, on what machine, and how to measure again.

The rule: docs/benchmarks.md is written by the run, whole, and by nobody else.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from bench.answers import Load
from probot.app.build import read_clock

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"

MEANING = {
    "answers_vs_ptb": ("answers a second on SQLite ÷ echoes a second of python-telegram-bot", "≥ 1.5"),
    "answers_vs_aiogram": ("answers a second on SQLite ÷ echoes a second of aiogram", "≥ 1.0"),
    "answers_vs_ptb_postgresql": ("the first on PostgreSQL", ""),
    "answers_vs_aiogram_postgresql": ("the second on PostgreSQL", ""),
    "answers_vs_aiogram_50ms": ("the second with 50 ms for each of the server's answers", "≥ 1.0"),
    "alert_p99_s": (
        "seconds from a crossing answer to its alert's arrival (99 of 100) while 10,000 prompts wait",
        "≤ 2",
    ),
    "limit_used": ("share of Telegram's 30 messages a second that is used meanwhile", "≥ 0.95"),
    "tick_1m_vs_1k_sqlite": ("a tick with 100 due: 1,000,000 enrolled ÷ 1,000 enrolled, SQLite", "≤ 1.3"),
    "tick_1m_vs_1k_postgresql": ("the same on PostgreSQL", "≤ 1.3"),
    "postgresql_workers_2_vs_1": (
        "answers a second with two processes that work on one PostgreSQL ÷ with one",
        "grows",
    ),
    "postgresql_workers_4_vs_1": ("the same with four", "grows"),
    "simulated_days_per_s": (
        "patient-days a second: 120 patients, {days} days, conversations, the real services and SQLite, no HTTP",
        "≥ 500",
    ),
    "memory_1m_vs_1k": ("peak memory: 1,000,000 enrolled ÷ 1,000 enrolled (one run)", "≤ 1.2"),
}

HEAD = """# How fast probot is

Written by `make bench`; please do not edit. Ratios are medians of runs made one beside the other on one machine, so
they can be compared between machines; a figure in seconds or a second cannot.

An *answer* goes through everything: the update is kept before it is confirmed, the conversation takes its step, the
rules look, response, audit trail and messages go down in one transaction (SQLite with `synchronous=FULL`, PostgreSQL
with `fsync` on), the next question is sent over real HTTP, and its outcome is noted. The bots beside it keep nothing:
they say the text back. All get the same {count} updates ({chats} chats, {each} each, all waiting at the start) from the
same loopback server, which has a process of its own. For one answer probot sends one message and often one edit; an
echo bot sends one message. A question that was answered before it went out goes out as answered, without an edit.

| figure | median | aim | lowest to highest | what it is |
|---|---|---|---|---|
"""

TAIL = """
## The runs behind the ratios

| figure | unit | | runs |
|---|---|---|---|
{behind}
## Where

{where}. The databases lay on the machine's disk.

## Measuring again

    make bench                    # everything; about half an hour on an idle machine
    make bench JSON=figures.json  # the same, and every figure with its runs into a file
    make bench ARGS="--only answers --runs 3"

Only a run of everything writes this page. The other bots live in an environment of their own (`.venv-bench`, pinned
in `requirements/bench.txt`), because aiogram wants another pydantic than probot. Limits on sending are switched off
for the comparison (`PROBOT_SEND_LIMITS=none`) and on for the alerts. Simulated days have one thread: the clock is moved
when everything is done, so nobody would use the time in which a transaction is waited for.
"""


def write(figures: dict[str, dict[str, Any]], failed: dict[str, str], load: Load, days: int) -> None:
    """Write the page. `failed`: parts that could not be measured, and why; their figures stand there as that."""
    rows, behind = [], []
    lived = figures.get("simulated_days_per_s", {}).get(
        "days", days
    )  # fewer, where there was no time for all
    meant = {name: (words.replace("{days}", str(lived)), aim) for name, (words, aim) in MEANING.items()}
    for name, figure in figures.items():
        meaning, aim = meant[name]
        runs = figure["runs"]
        rows.append(
            f"| `{name}` | {figure['value']:.2f} | {aim} | {min(runs):.2f} to {max(runs):.2f} | {meaning} |"
        )
        parts = {key: values for key, values in figure.get("of", {}).items() if key != "unit"}
        unit = figure.get("of", figure)["unit"]
        for which, values in (parts or {"": runs}).items():
            behind.append(
                f"| `{name}` | {unit} | {which} | {', '.join(f'{value:.3g}' for value in values)} |"
            )
    why = "; ".join(f"{part}: {fault}" for part, fault in failed.items())
    rows += [
        f"| `{name}` | not measured | {aim} | {why} | {meaning} |"
        for name, (meaning, aim) in meant.items()
        if name not in figures
    ]
    page = HEAD.format(count=f"{load.count:,}", chats=load.chats, each=load.each) + "\n".join(rows) + "\n"
    page += TAIL.format(behind="\n".join(behind) + "\n", where=_where())
    PAGE.write_text(page, encoding="utf-8")


def _where() -> str:
    return (
        f"{read_clock():%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}; "
        f"load average over the last 15 minutes {os.getloadavg()[2]:.1f}, which is 0 to 2 where nothing else runs"
    )
