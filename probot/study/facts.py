"""What may a condition look at? The answers so far, those of earlier days, and what is known of the participant.

The rule: plain values only; whoever builds it decides what is visible (alerts never see the arm).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from probot.values import NOTHING, Value


class Earlier(NamedTuple):
    """An answer of an earlier assessment."""

    value: Value
    at: datetime


class Facts(NamedTuple):
    """Everything that is true at `now` for one participant, as conditions see it.

    `answers`: this assessment's, by item id. `earlier`: other assessments' answers by item id, newest first.
    `attributes`: one option id, or several as a tuple. `today`: the participant's local date at `now`.
    """

    now: datetime
    today: date
    answers: Mapping[str, Value] = NOTHING
    declined: frozenset[str] = frozenset()
    earlier: Mapping[str, tuple[Earlier, ...]] = NOTHING
    attributes: Mapping[str, str | tuple[str, ...]] = NOTHING
    anchors: Mapping[str, date] = NOTHING

    def previous(self, item: str, within: timedelta | None = None) -> Value | None:
        """The newest earlier answer to `item`, if any and if not older than `within`."""
        for entry in self.earlier.get(item, ()):
            if within is None or self.now - entry.at <= within:
                return entry.value
            return None
        return None
