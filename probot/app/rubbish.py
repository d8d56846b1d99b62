"""How often does Python look for objects that only hold on to each other? Less often than it does by itself.

The rule: what is there when everything is built stays until the end and is not looked at again; what comes later is
looked through in large heaps. By itself Python looks after every 700 new objects, which a burst of answers makes in a
blink: a sixth of the processor's time, to find next to nothing.
"""

from __future__ import annotations

import gc

HEAPS = (10_000, 20, 10)
"""New objects until the young are looked at; such looks until the middle-aged are, and of these until all are."""


def look_less_often() -> None:
    """Call it once everything is built."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*HEAPS)
