"""What does a protocol say of what comes of the treatment? Dated events and the primary endpoint.

The rule: as in `model`: frozen, complete and already checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from probot.values import Text


@dataclass(frozen=True, slots=True)
class StudyEvent:
    """Something that the team records with its date (discharge, infection …).

    `repeated`: it may happen more than once. `sets`: the anchor that its first date becomes, or None.
    """

    name: str
    label: Text
    repeated: bool = False
    sets: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointSite:
    """One site's halves of the endpoint: the clinician's grade and the participant's pain, by item id."""

    name: str
    grade: str
    pain: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The primary endpoint: a grade and a pain score, both at most so high, close to each other in time.

    `of`: the attribute whose options are the sites (None: every site counts for everybody). `examined`: the
    item with the date of the examination (None: the day of the form). `pain_within`: whole days between the two.
    `sustained`: for so many whole days every further examination has to meet it too. `ends`: the anchor that is
    set when all sites are healed, or None. `since`: the anchor after whose day examinations count, or None (all do).
    """

    label: Text
    of: str | None
    sites: Mapping[str, EndpointSite]
    grade_at_most: float
    pain_at_most: float
    examined: str | None = None
    pain_within: int = 1
    sustained: int = 0
    ends: str | None = None
    since: str | None = None
