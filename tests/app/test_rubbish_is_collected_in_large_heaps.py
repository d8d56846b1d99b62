"""Is rubbish looked for less often, and found all the same?"""

from __future__ import annotations

import subprocess
import sys

from probot.app import rubbish

PROGRAM = """
import gc
from probot.app import rubbish

class Ring:
    living = 0
    def __init__(self):
        Ring.living += 1
        self.itself = self
    def __del__(self):
        Ring.living -= 1

looks = []
gc.callbacks.append(lambda phase, told: phase == "stop" and looks.append(told["generation"]))
{first}
looks.clear()
most = 0
for _ in range({rings}):
    Ring()
    most = max(most, Ring.living)
print(len(looks), most)
"""


def looks_and_most(first: str, rings: int) -> tuple[int, int]:
    """How often rubbish was looked for while so many rings were dropped, and how many there were at most."""
    program = PROGRAM.format(first=first, rings=rings)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    looks, most = told.split()
    return int(looks), int(most)


def test_a_burst_is_not_looked_through_again_and_again() -> None:
    by_itself, _ = looks_and_most("", 9_000)
    less, _ = looks_and_most("rubbish.look_less_often()", 9_000)
    assert by_itself >= 10
    assert less <= 1


def test_what_only_holds_on_to_itself_does_not_pile_up() -> None:
    looks, most = looks_and_most("rubbish.look_less_often()", 100_000)
    assert looks >= 5
    assert most <= rubbish.HEAPS[0]
