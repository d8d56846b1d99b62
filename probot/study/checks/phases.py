"""Does every phase begin, end and have days?

The rule: dates are compared only where they hang on the same anchor; what depends on a patient is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from probot.study.draft import Draft
from probot.study.model import Moment, Offset, Phase


def check(draft: Draft) -> None:
    """Circles, phases without days, phases without an end, phases that nobody uses."""
    circles = _circles(draft)
    for name, phase in draft.study.phases.items():
        if name in circles:
            continue
        for number, moment in enumerate(phase.until):
            if _before(draft, moment, phase.start):
                message = f"phase `{name}` ends no later than it starts"
                draft.complain("PB809", ("phases", name, "until", number), message)
        if not any(sure(draft, moment) for moment in phase.until):
            draft.complain("PB816", ("phases", name, "until"), f"phase `{name}` may never end")
    _unused(draft)


def _circles(draft: Draft) -> set[str]:
    """The phases that wait for themselves; each circle is told once."""
    waits = {
        name: [moment.name for moment in (phase.start, *phase.until) if moment.of != "anchor"]
        for name, phase in draft.study.phases.items()
    }
    found: set[str] = set()
    for name in waits:
        circle = _circle(waits, name)
        if not circle:
            continue
        if not found & set(circle):
            way = " → ".join(f"`{each}`" for each in (*circle, circle[0]))
            draft.complain("PB810", ("phases", name), f"these phases wait for each other: {way}", key=True)
        found |= set(circle)
    return found | {name for name, others in waits.items() if found & set(others)}


def _circle(waits: dict[str, list[str]], name: str) -> tuple[str, ...]:
    """The way from a phase back to itself, or nothing."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen = {name}
    while ways:
        way = ways.pop()
        for other in waits.get(way[-1], []):
            if other == name:
                return way
            if other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def sure(draft: Draft, moment: Moment, depth: int = 0) -> bool:
    """Whether the date is known of every participant sooner or later."""
    if depth > len(draft.study.phases):
        return True
    if moment.of == "anchor":
        anchor = draft.study.anchors.get(moment.name)
        return anchor is None or not anchor.optional
    phase = draft.study.phases.get(moment.name)
    if phase is None:
        return True
    if moment.of == "start":
        return sure(draft, phase.start, depth + 1)
    return any(sure(draft, each, depth + 1) for each in phase.until)


def _anchored(draft: Draft, moment: Moment, depth: int = 0) -> tuple[str, Offset] | None:
    """The moment as an anchor and a distance, where it hangs on one anchor alone."""
    if moment.of == "anchor":
        return moment.name, moment.plus
    phase = draft.study.phases.get(moment.name)
    if phase is None or depth > len(draft.study.phases):
        return None
    if moment.of == "end" and len(phase.until) > 1:
        return None
    found = _anchored(draft, phase.start if moment.of == "start" else phase.until[0], depth + 1)
    if found is None:
        return None
    name, plus = found
    return name, Offset(plus.months + moment.plus.months, plus.days + moment.plus.days)


def _before(draft: Draft, end: Moment, start: Moment) -> bool:
    """Whether the end comes, for certain, no later than the start."""
    one, two = _anchored(draft, end), _anchored(draft, start)
    if one is None or two is None or one[0] != two[0]:
        return False
    return one[1].months <= two[1].months and one[1].days <= two[1].days


def longest(draft: Draft, phase: Phase) -> int | None:
    """The most days the phase can have; None where it depends on the participant."""
    start = _anchored(draft, phase.start)
    lengths: list[int] = []
    for moment in phase.until:
        if moment.of != "anchor" and moment.name == phase.name and moment.of == "start":
            lengths.append(moment.plus.months * 31 + moment.plus.days)
            continue
        end = _anchored(draft, moment)
        if start is not None and end is not None and start[0] == end[0]:
            lengths.append((end[1].months - start[1].months) * 31 + end[1].days - start[1].days)
    return min(lengths) if lengths else None


def _unused(draft: Draft) -> None:
    if not draft.plan_is_whole or draft.broken.names["phases"]:
        return
    used = {timepoint.during for timepoint in draft.study.plan.values()}
    used |= set(_named_by_phases(draft))
    for name in draft.study.phases:
        if name not in used:
            draft.complain("PB817", ("phases", name), f"nothing is asked in phase `{name}`", key=True)


def _named_by_phases(draft: Draft) -> Iterator[str]:
    for phase in draft.study.phases.values():
        for moment in (phase.start, *phase.until):
            if moment.of != "anchor":
                yield moment.name
