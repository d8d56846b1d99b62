"""Which seeds are lived through, and where? Those that are kept, and as many more as are asked for.

The rule: a seed that failed once is kept for ever, with the number of participants and days it failed with.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.simulation.world_of_days import Plan

KEPT = Path(__file__).parent / "seeds.txt"


def kept() -> list[Plan]:
    """The plans of the seeds that are kept."""
    lines = [line.split("#")[0].split() for line in KEPT.read_text(encoding="utf-8").splitlines()]
    return [Plan(words[0], patients=int(words[1]), days=int(words[2])) for words in lines if words]


def more() -> list[Plan]:
    """As many further seeds as PROBOT_SEEDS says."""
    return [
        Plan(f"more-{number}", patients=6, days=7)
        for number in range(int(os.environ.get("PROBOT_SEEDS", "0")))
    ]


def keep(plan: Plan) -> None:
    """Keep a seed that failed."""
    known = KEPT.read_text(encoding="utf-8")
    line = f"{plan.seed} {plan.patients} {plan.days}\n"
    if line not in known:
        KEPT.write_text(known + line, encoding="utf-8")
