"""What can a typed answer turn out to be? The five outcomes of reading one.

The rule: a value only where the words are plainly that one value of the item; everything else is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from probot.values import Value

Reason = Literal["unclear", "out_of_range", "several_values", "too_long", "not_a_date", "found", "not_found"]
"""Why it was not understood; each is a reason of `flows.session.Reask`."""


@dataclass(frozen=True, slots=True)
class Understood:
    """It is plainly this value (its type depends on the item's kind, see `probot.values.Value`)."""

    value: Value


@dataclass(frozen=True, slots=True)
class Declines:
    """The participant prefers not to answer this item."""


@dataclass(frozen=True, slots=True)
class GoesBack:
    """The participant wants to see the item before this one."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """It was not measured, or whatever else the item's `not_done` label says."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """It is to be asked again. `possibly_severe`: some plausible reading is at the severe end of the item."""

    reason: Reason
    possibly_severe: bool = False
    offers: tuple[str, ...] = ()
    """For a lookup: the options whose words hold what was typed, the nearest first."""


Reading = Understood | Declines | GoesBack | NotDone | NotUnderstood
