"""Does it say so when alerts would reach nobody, and only then? (I12)

Rule: what breaks is known from the transcript; what the product said of itself was asked every so often, from beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tests.simulation.evidence import Evidence, short
from tests.simulation.faults import CALM

SOON = timedelta(minutes=5)
SETTLED = timedelta(minutes=30)
UPGRADED = "the care team's group was upgraded"
"""True from the upgrade on: nobody in these days says that the group is still the team's."""


def check(found: Evidence) -> Iterator[str]:
    """Silence of the product about itself, and false alarms."""
    down = list(found.down("crash", "line", "disk"))
    for at, problems in found.record.health:
        broken = any(first + SOON < at < last for first, last in down)
        if broken and not problems:
            yield f"I12: at {short(at)} nothing could reach anybody, and all was said to be well"
    if found.record.plan.rates == CALM and found.record.plan.script is None:
        for at, problems in found.record.health:
            false = [problem for problem in problems if not problem.startswith(UPGRADED)]
            if false and at > found.record.start + SETTLED:
                yield f"I12: at {short(at)} nothing was wrong, and it said: {'; '.join(false)}"
