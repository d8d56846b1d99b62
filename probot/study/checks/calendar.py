"""Is everything asked at a decent hour, by the right person, and closed before it opens again?

The rule: hours are looked at on an ordinary day; the two days a year when clocks change are the scheduler's.
"""

from __future__ import annotations

from datetime import time, timedelta

from probot.study.checks.ladder import within
from probot.study.checks.phases import longest
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import Every, QuietHours, Timepoint

DAY = timedelta(days=1)


def check(draft: Draft) -> None:
    """Every timepoint, then timepoints beside each other."""
    for timepoint in draft.study.plan.values():
        route: Route = ("plan", timepoint.name)
        if draft.broken.has("plan", timepoint.name):
            continue
        _people(draft, route, timepoint)
        sound = _window(draft, route, timepoint)
        if timepoint.on_demand:
            _on_demand(draft, route)
        elif _planned(draft, route, timepoint) and sound:
            _hours(draft, route, timepoint)
            _repeats(draft, route, timepoint)
    _twice(draft)


def _planned(draft: Draft, route: Route, timepoint: Timepoint) -> bool:
    missing = [key for key in ("during", "every", "at") if getattr(timepoint, key) is None]
    for key in missing:
        draft.complain("PB818", route, f"`{key}` is missing in `{timepoint.name}`", key=True)
    return not missing


def _on_demand(draft: Draft, route: Route) -> None:
    shape = draft.shape.plan[str(route[1])]
    for key in ("during", "every", "at", "movable", "remind", "late_start", "missed"):
        if key in shape.model_fields_set:
            message = f"`{key}` has no meaning for an on-demand timepoint"
            draft.complain("PB819", (*route, key), message, key=True)


def _people(draft: Draft, route: Route, timepoint: Timepoint) -> None:
    by = {instrument.id: instrument.by for instrument in draft.instruments_of(timepoint)}
    if len(set(by.values())) > 1:
        said = ", ".join(f"`{name}` by {who}" for name, who in by.items())
        draft.complain(
            "PB813", (*route, "ask"), f"one assessment cannot be answered by two people ({said})", key=True
        )
    elif by and timepoint.by not in by.values():
        name, who = next(iter(by.items()))
        message = f"`{name}` is answered by the {who}, and `{timepoint.name}` by the {timepoint.by}"
        draft.complain("PB812", (*route, "ask"), message, f"add `by: {who}` to `{timepoint.name}`.", key=True)
    if timepoint.by == "clinician" and timepoint.movable is not None:
        draft.complain("PB822", (*route, "movable"), "clinicians do not choose an hour in the chat", key=True)


def _window(draft: Draft, route: Route, timepoint: Timepoint) -> bool:
    window = timepoint.window
    width = window.closes - window.opens
    if width <= timedelta():
        draft.complain("PB801", (*route, "window", "closes"), "the window closes before it opens")
        return False
    for number, after in enumerate(timepoint.remind):
        place = (*route, "remind", number)
        if after >= width:
            message = (
                f"this reminder comes {said(after)} after opening, and the window closes after {said(width)}"
            )
            draft.complain("PB806", place, message)
        if number and after <= timepoint.remind[number - 1]:
            draft.complain("PB815", place, "this reminder does not come after the one before it")
    if timepoint.late_start is not None and timepoint.late_start > width:
        message = (
            f"it may start {said(timepoint.late_start)} after opening, and is closed after {said(width)}"
        )
        draft.complain("PB808", (*route, "late_start", "within"), message)
    return True


# ---------------------------------------------------------------- hours


def _hours(draft: Draft, route: Route, timepoint: Timepoint) -> None:
    at, movable, quiet = timepoint.at, timepoint.movable, draft.study.participant_quiet
    assert at is not None
    if movable is not None and not (within(at, *movable) or at == movable[1]):
        draft.complain("PB805", (*route, "at"), f"{at:%H:%M} does not lie in {_span(*movable)}")
    if quiet is None or timepoint.by == "clinician":
        return
    opens = _shifted(at, timepoint.window.opens)
    if within(opens, quiet.start, quiet.end):
        when = f"{at:%H:%M}" if opens == at else f"{at:%H:%M} with this window, so at {opens:%H:%M},"
        draft.complain(
            "PB803", (*route, "at"), f"{when} lies in the quiet hours {_span(quiet.start, quiet.end)}"
        )
    elif movable is not None:
        _movable(draft, route, timepoint, movable, quiet)
    for number, after in enumerate(timepoint.remind):
        moment = _shifted(opens, after)
        if after < timepoint.window.closes - timepoint.window.opens and within(
            moment, quiet.start, quiet.end
        ):
            message = f"asked at {opens:%H:%M}, this reminder comes at {moment:%H:%M}, in quiet hours"
            draft.complain("PB807", (*route, "remind", number), message)


def _movable(
    draft: Draft, route: Route, timepoint: Timepoint, movable: tuple[time, time], quiet: QuietHours
) -> None:
    moment = movable[0]
    for _ in range(24 * 60):
        if within(_shifted(moment, timepoint.window.opens), quiet.start, quiet.end):
            message = (
                f"{moment:%H:%M} could be chosen, and lies in the quiet hours {_span(quiet.start, quiet.end)}"
            )
            draft.complain("PB804", (*route, "movable"), message)
            return
        if moment == movable[1]:
            return
        moment = _shifted(moment, timedelta(minutes=1))


def _shifted(moment: time, by: timedelta) -> time:
    minutes = (moment.hour * 60 + moment.minute + int(by.total_seconds() // 60)) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def _span(start: time, end: time) -> str:
    return f"{start:%H:%M}-{end:%H:%M}"


def said(length: timedelta) -> str:
    """A length of time as it would be written (`2d`, `90m`)."""
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("d", 24 * 60), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


# ---------------------------------------------------------------- repeats


def _repeats(draft: Draft, route: Route, timepoint: Timepoint) -> None:
    every, window = timepoint.every, timepoint.window
    assert every is not None
    gap = shortest_gap(every)
    if gap is not None and window.closes + window.grace - window.opens > gap * DAY:
        width = said(window.closes + window.grace - window.opens)
        message = f"it is open for {width} and asked again after {said(gap * DAY)}"
        draft.complain("PB802", (*route, "window"), message, key=True)
    phase = draft.study.phases.get(timepoint.during or "")
    most = longest(draft, phase) if phase is not None else None
    if most is None or most <= 0:
        return
    outside = [day for day in every.days if day > most]
    if outside:
        message = f"day {outside[0]} lies outside phase `{timepoint.during}`, which has {most} days at most"
        draft.complain("PB811", (*route, "every"), message)
    times = _times(every, most)
    if timepoint.missed is not None and timepoint.missed.in_a_row > times:
        message = "it is asked once only" if times == 1 else f"it is asked {times} times at most"
        draft.complain("PB821", (*route, "missed", "in_a_row"), message)


def shortest_gap(every: Every) -> int | None:
    """Days from one occurrence to the next, at the least; None if there is no next."""
    match every.unit:
        case "day":
            return every.step
        case "week":
            days = every.weekdays
            if len(days) > 1:
                return min((later - day) % 7 for day, later in zip(days, (*days[1:], days[0]), strict=True))
            return 7 * every.step
        case "month":
            return 28 * every.step
        case "days" if len(every.days) > 1:
            return min(later - day for day, later in zip(every.days, every.days[1:], strict=False))
        case _:
            return None


def _times(every: Every, most: int) -> int:
    """How often it comes in that many days, at most."""
    match every.unit:
        case "once":
            return 1
        case "days":
            return len([day for day in every.days if day <= most])
        case "week" if every.weekdays:
            return (most // 7 + 1) * len(every.weekdays)
        case _:
            gap = shortest_gap(every) or 1
            return -(-most // gap)


def _twice(draft: Draft) -> None:
    planned = [one for one in draft.study.plan.values() if one.during is not None and one.at is not None]
    for number, one in enumerate(planned):
        for other in planned[:number]:
            shared = [name for name in one.ask if name in other.ask]
            if shared and one.during == other.during and one.at == other.at and one.by == other.by:
                message = f"`{other.name}` asks `{shared[0]}` in `{one.during}` at {one.at:%H:%M} as well"
                draft.complain("PB820", ("plan", one.name, "ask"), message, key=True)
                break
