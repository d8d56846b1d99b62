"""What follows from a version of the study alone? It is worked out when it is first asked for, and kept with it.

The rule: a version never changes, so what was worked out once stays true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Something that never changes, with what has been worked out of it."""

    _worked_out: dict[tuple[str, str], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, what: str, of: str, work_out: Callable[[], Result]) -> Result:
        """The result of `work_out`, which is the same whenever it is called for this `what` and `of`."""
        key = what, of
        if key not in self._worked_out:
            self._worked_out[key] = work_out()
        found: Result = self._worked_out[key]
        return found
