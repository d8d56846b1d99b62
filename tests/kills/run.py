"""How many answers survive hundreds of kills? `make kills` counts them, and writes them into docs/promises.md.

Rule: the same harness as in the test suite, more often; it fails if a promise was not kept, or if the control lost nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests import databases
from tests.app.conftest import durable
from tests.app.running import ROOT
from tests.kills.campaign import Figures, Orders, against_a_stock_bot, against_probot
from tests.kills.lives import nursery
from tests.kills.several import FROZEN_SECONDS, against_several

PAGE = ROOT / "docs" / "promises.md"
KEPT = ROOT / "docs" / "kills.json"
BEGIN, END = "<!-- begin: written by make kills -->", "<!-- end: written by make kills -->"


async def measure(sqlite: int, postgresql: int, several: int, control: int, seed: str) -> list[Figures]:
    """All campaigns, one after the other."""
    found = []
    with nursery() as nest:
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            url = databases.sqlite_url(Path(folder) / "probot.sqlite3")
            found.append(await against_probot(nest, url, Path(folder), Orders(sqlite, seed=seed)))
            tell(found[-1])
        for against, kills in ((against_probot, postgresql), (against_several, several)):
            with tempfile.TemporaryDirectory(prefix="kills-") as folder, databases.postgres() as server:
                url = server.empty()
                with durable(url):
                    found.append(await against(nest, url, Path(folder), Orders(kills, seed=seed)))
                server.drop(url)
                tell(found[-1])
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            found.append(await against_a_stock_bot(nest, Path(folder), Orders(control, seed=seed)))
            tell(found[-1])
    return found


def tell(figures: Figures) -> None:
    """One campaign, as soon as it is over."""
    print(
        f"{figures.program}: {figures.kills} kills, {figures.answers} answers, {figures.lost} lost, "
        f"{figures.doubled} doubled ({figures.seconds:.0f} s)",
        flush=True,
    )


def table(found: list[dict[str, Any]]) -> str:
    """The figures as the page shows them."""
    columns = [
        ("", "program"), ("kill -9", "kills"), ("answers given", "answers"), ("lost", "lost"),
        ("on record twice", "doubled"), ("answers that must raise an alert", "crossings"),
        ("of these without", "not_alerted"), ("conversations stuck", "stuck"),
        ("questions shown twice", "shown_twice"),
    ]  # fmt: skip
    lines = [
        "| " + " | ".join(head for head, _ in columns) + " |",
        "| --- |" + " ---: |" * (len(columns) - 1),
    ]
    for figures in found:
        alerting = figures["alerts"] or not figures["program"].startswith("a ")
        silent = () if alerting else ("crossings", "not_alerted")
        cells = ["–" if name in silent else f"{figures[name]:,}" if name != "program" else figures[name]
                 for _, name in columns]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    notes = [note(figures) for figures in found if figures.get("others")]
    return "\n\n".join(["\n".join(lines), *notes])


def note(figures: dict[str, Any]) -> str:
    """What was done to several processes, in words."""
    did = Counter(figures["others"])
    return (
        f"Several processes: at random {did['killed, receive']} of those killed were receiving or standing by, "
        f"{did['killed, work']} were working and {did['killed while starting']} were starting. Beside the kills "
        f"{did['stopped']} were stopped by SIGTERM, {did['added']} workers were added, and {did['frozen']} processes were "
        f"frozen for {FROZEN_SECONDS:.0f} s in mid-work, followed by others, and then let go on, like a machine that was cut off "
        f"and comes back. Two with updates of one participant in hand at once: {figures['two_at_once']}. "
        f"Answers handled out of their order: {figures['out_of_order']}."
    )


def write(found: list[dict[str, Any]]) -> None:
    """Keep the figures beside the page, and put them into it."""
    KEPT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(found)}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Measure; 1 if a promise was broken or the harness proved nothing."""
    options = argparse.ArgumentParser(description="Kill probot and a stock bot again and again, and count.")
    options.add_argument("--sqlite", type=int, default=300)
    options.add_argument("--postgresql", type=int, default=150)
    options.add_argument("--several", type=int, default=150)
    options.add_argument("--control", type=int, default=60)
    options.add_argument("--seed", default="1")
    options.add_argument("--json", type=Path, help="write the figures here, and leave the page alone")
    given = options.parse_args()
    found = asyncio.run(measure(given.sqlite, given.postgresql, given.several, given.control, given.seed))
    plain = [one.to_json() for one in found]
    print(table(plain))
    broken = [f"{one.program}: {one.broken} {one.examples}" for one in found[:-1] if one.broken]
    if not found[-1].lost:
        broken.append("the control lost nothing: the harness is wrong")
    for line in broken:
        print(line, file=sys.stderr)
    if given.json is not None:
        given.json.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    elif not broken:
        write(plain)
    return min(1, len(broken))


if __name__ == "__main__":
    sys.exit(main())
