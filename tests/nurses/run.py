"""Does the care team drown, and is any urgent alert lost? `make nurses` lives 28 days with 120 patients and counts.

Rule: the same seed gives the same answers (who of the team comes first also hangs on random keys); it fails if anything
was lost or stuck, never because a figure is high.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import databases
from tests.nurses.days import Plan, live
from tests.nurses.judged import Found, check, figures
from tests.simulation.places import MEMORY
from tests.simulation.process import hush


def judged(plan: Plan, file: Path, *, aloud: bool = False) -> tuple[list[str], dict[str, Any]]:
    """Live through a plan in a new SQLite file: what was lost or stuck, and the figures."""
    began = time.monotonic()

    def tell(day: int) -> None:
        if aloud:
            print(f"day {day} of {plan.days} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    live(plan, databases.sqlite_url(file), tell)
    found = Found(str(file), plan.end)
    return check(found), figures(found, plan.days)


def in_words(figures: dict[str, Any], problems: list[str]) -> str:
    """The figures as they are printed."""
    say = figures
    wait = say["urgent_minutes_until_taken"]
    lines = [
        f"{say['patients']} patients, {say['days']} days, {say['answers']:,} answers on record",
        f"answers that met a rule         {_tiers(say['crossing_answers'])}; {say['crossings_a_day']} a day",
        f"alerts (episodes)               {_tiers(say['alerts'])}",
        f"  of a matter closed 2 days before at most: {_tiers(_with_all(say['raised_again_within_two_days_of_closing']))}",
        f"pages: messages that rang       {_tiers(say['pages'])}; {say['pages_a_day']} a day",
        f"  because of                    {', '.join(f'{name} {n:,}' for name, n in say['pages_by_cause'].items())}",
        (
            f"  of these in the team's chat   {say['pages_a_day_in_the_teams_chat']} a day; minutes in which any phone rang "
            f"{say['times_it_rang']:,}, {round(say['times_it_rang'] / say['days'], 1)} a day"
        ),
        (
            f"pages without episodes          {_tiers(say['pages_without_episodes'])}; "
            f"{say['pages_without_episodes_a_day']} a day"
        ),
        (
            f"pages to answers that met a rule {say['first_pages_to_crossing_answers']} (aim: 0.5 at most), each said once; with every "
            f"later step {say['ratio_to_crossing_answers']}, of urgent alerts alone {say['urgent_pages_to_crossing_answers']}"
        ),
        (
            f"pages to pages without episodes  {say['ratio_to_pages_without_episodes']} (aim: 0.5 at most), later steps on both sides; "
            f"counting no routine answers {say['the_same_without_routine']}"
        ),
        (
            "  where routine answers would ring and climb like those of the same day: "
            f"{say['ratio_to_pages_without_episodes_and_tiers']}"
        ),
        (
            f"beside these                    {say['silent_messages']} silent messages, "
            f"{say['morning_lists_and_hand_overs']} morning lists and hand-overs"
        ),
        f"taken {say['taken']:,} times, lapsed {say['lapsed']:,} times, closed {say['closed']:,}",
        (
            f"urgent alerts until taken       median {wait['median']} min, longest {wait['longest']} min; "
            f"{say['urgent_not_yet_taken']} not yet taken at the end"
        ),
        f"lost or stuck                   {len(problems)}",
    ]
    return "\n".join([*lines, *problems[:20]])


def _with_all(counts: dict[str, int]) -> dict[str, int]:
    return {**counts, "all": sum(counts.values())}


def _tiers(counts: dict[str, int]) -> str:
    named = ", ".join(f"{tier} {counts.get(tier, 0):,}" for tier in ("urgent", "soon", "routine"))
    return f"{counts['all']:,} ({named})"


def main() -> int:
    """1 if anything was lost or stuck."""
    parser = argparse.ArgumentParser(prog="make nurses ARGS=…", description=__doc__)
    parser.add_argument("--patients", type=int, default=Plan.patients)
    parser.add_argument("--days", type=int, default=Plan.days)
    parser.add_argument("--seed", default=Plan.seed)
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--keep", type=Path, help="keep the database there")
    given = parser.parse_args()
    hush()
    with tempfile.TemporaryDirectory(
        prefix="probot-nurses-", dir=MEMORY if MEMORY.is_dir() else None
    ) as folder:
        file = Path(folder) / "probot.sqlite3"
        plan = Plan(given.seed, given.patients, given.days)
        problems, found = judged(plan, file, aloud=True)
        if given.keep:
            shutil.copyfile(file, given.keep)
    print(in_words(found, problems))
    if given.json:
        kept = {"seed": plan.seed, **found, "lost_or_stuck": problems}
        given.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
