"""Which reports of a serious event have been made, and is one owed? The first, and one after each serious worsening.

The rule: a report stands until somebody takes it back. What got worse since the newest of them is owed until it is
reported; only what the record no longer says is not, and a grade 4 that was once judged stays owed when it is better.
"""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import pairwise

from probot.outcomes.adverse import AdverseEvent, Entry, Version
from probot.schedule.civil import instant

FIRST = 0
"""The number of the initial report; follow-ups count from 1."""
PASSING = "grade 4"
"""What may be over by the next day, and is news all the same."""


def made(event: AdverseEvent) -> tuple[Entry, ...]:
    """The reports that stand, oldest first; their place is their number."""
    standing: list[Entry] = []
    for entry in event.history:
        if entry.deed == "report":
            standing.append(entry)
        elif entry.deed == "unreport":
            standing.pop()
    return tuple(standing)


def owed(event: AdverseEvent) -> int | None:
    """The number of the report that is to be made; None if there is none to make."""
    if not event.serious:
        return None
    if event.reported_at is None:
        return FIRST
    return None if _worsened(event) is None else len(made(event))


def since(event: AdverseEvent, zone: str) -> datetime:
    """From when the time for the report that is owed counts: the team knew that it was serious, or knew what is new."""
    worse = _worsened(event)
    if event.reported_at is None or worse is None:
        return event.aware_at
    told = made(event)[-1].at
    later = [
        after for before, after in pairwise(event.versions[worse.number - 1 :]) if _says_when(before, after)
    ]
    return min(_known(event, each, told, zone) for each in (worse, *later))


def _worsened(event: AdverseEvent) -> Version | None:
    """The first judgement since the newest report that said of something worse than the one before it."""
    reports = made(event)
    if not reports or event.latest is None:
        return None
    told = reports[-1].version or 0
    holds = _grave(event.latest) | _passed(event, told)
    return next(
        (
            after
            for before, after in pairwise(event.versions)
            if after.number > told and (_grave(after) - _grave(before)) & holds
        ),
        None,
    )


def _grave(version: Version) -> frozenset[str]:
    """What is news to whoever had a report without it: each criterion, danger to life, death."""
    found = set(version.criteria)
    if version.said("outcome") == "fatal":
        found.add("fatal")
    if version.grade in {4, 5}:
        found.add(f"grade {version.grade}")
    return frozenset(found)


def _passed(event: AdverseEvent, told: int) -> frozenset[str]:
    """Grade 4, if it was judged since; not if it was corrected in the very form in which it was entered."""
    corrected = {
        before.number for before, after in pairwise(event.versions) if before.assessment == after.assessment
    }
    stood = (each for each in event.versions if each.number > told and each.number not in corrected)
    return frozenset({PASSING}) if any(PASSING in _grave(each) for each in stood) else frozenset()


def _says_when(before: Version, after: Version) -> bool:
    """Whether an amendment was asked anew when the team knew."""
    return bool(after.said("aware")) and after.said("aware") != before.said("aware")


def _known(event: AdverseEvent, version: Version, told: datetime, zone: str) -> datetime:
    """When the team knew what a version has that is new: the day it says, but not before the last report; else its moment."""
    before = event.versions[version.number - 2]
    if not _says_when(before, version):
        return version.at
    return min(version.at, max(told, instant(date.fromisoformat(version.said("aware")), time(), zone)))
