"""How do many more seeds go? One after the other until the time is up; what fails is printed and kept.

The rule: `make soak` for hours, SOAK_MINUTES=n for less; a failing seed is added to seeds.txt and so to `make test`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests import databases
from tests.simulation.checker import check, excerpt
from tests.simulation.places import on_sqlite
from tests.simulation.process import hush
from tests.simulation.seeds import keep
from tests.simulation.world_of_days import Plan, run


def main() -> int:
    """Run until stopped; how many seeds failed, 1 at most."""
    hush()
    minutes = float(os.environ.get("SOAK_MINUTES", "inf"))
    stop = time.monotonic() + minutes * 60
    first = int(os.environ.get("SOAK_FROM", str(int(time.time()))))
    patients, days = int(os.environ.get("SOAK_PATIENTS", "10")), int(os.environ.get("SOAK_DAYS", "14"))
    lived = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        template = databases.migrated_sqlite_file(Path(folder))
        try:
            while time.monotonic() < stop:
                plan = Plan(f"soak-{first + lived}", patients=patients, days=days)
                lived += 1
                with on_sqlite(template) as url:
                    record = run(plan, url)
                    problems = check(record)
                    if problems:
                        failed += 1
                        keep(plan)
                        print(
                            f"FAILED {plan.seed} {patients} {days}\n{excerpt(record, problems)}\n", flush=True
                        )
                print(
                    f"{lived} seeds, {lived * patients * days} participant-days, {failed} failed", flush=True
                )
        except KeyboardInterrupt:
            print("stopped")
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
