"""What may a condition look at? The answers so far, those of earlier days, and what is known of the participant.

The rule: plain values only; whoever builds it decides what is visible (alerts never see the arm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from probot.values import Value


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer of an earlier assessment."""

    value: Value
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is true at `now` for one participant, as conditions see it.

    `answers`: this assessment's, by item id. `earlier`: other assessments' answers by item id, newest first.
    `attributes`: one option id, or several as a tuple. `today`: the participant's local date at `now`.
    """

    now: datetime
    today: date
    answers: Mapping[str, Value] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()
    earlier: Mapping[str, tuple[Earlier, ...]] = field(default_factory=dict)
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    anchors: Mapping[str, date] = field(default_factory=dict)

    def previous(self, item: str, within: timedelta | None = None) -> Value | None:
        """The newest earlier answer to `item`, if any and if not older than `within`."""
        for entry in self.earlier.get(item, ()):
            if within is None or self.now - entry.at <= within:
                return entry.value
            return None
        return None
