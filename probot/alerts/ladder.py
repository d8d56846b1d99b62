"""Who is told next, and when? The rungs of an open alert's ladder, up to now.

The rule: an open alert always has a next step, and nobody on the ladder is skipped or told twice for one rung.

| the rung says | it is due | afterwards |
|---|---|---|
| `after` | that long after the ladder started | on to the next rung |
| `digest` | the first such local time from the start on | again every day, beside the rungs above |
| `repeat` | `after` | everybody told so far, again and again, beside the rungs above |
| the ladder ends without `repeat` or `digest` | | everybody told so far, again every day |

A rung without `after` is due at once, whatever the hour: in quiet hours it makes no sound, and is said again at
their end. Later rungs are moved to the end of the tier's quiet hours and count from there. Urgent knows none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

from probot.alerts.model import Alert
from probot.schedule.civil import DAY, instant, local_day
from probot.schedule.quiet import is_quiet, next_allowed
from probot.study.care import ON_CALL
from probot.study.model import QuietHours, Rung, Study, Tier

CARE_TEAM = "care_team"
LAST_RESORT = (Rung(notify=CARE_TEAM),)
"""The ladder of a tier for which the study has none: the team, and again every day."""

Reason = Literal[
    "raised", "repeat", "escalation", "reminder", "uncertain", "corrected", "lapsed", "woken", "left", "assigned", "wished"
]  # fmt: skip
"""Why an alert is said: it is new; it was met again; somebody else has to know; nobody has taken it; the first
sending may have been lost; an answer in it was corrected; nothing followed after it was taken; its snooze is over;
it was given to the reader; the participant would like to be contacted."""


@dataclass(frozen=True, slots=True)
class Climbed:
    """What is due by now. `notify`: whom to tell singly; `digest`: who reads it in the day's digest.

    `repeat`: somebody of `notify` has been told before and nobody has acted. `next_at`: when to climb again;
    an alert that is not open keeps the one it has.
    """

    alert: Alert
    notify: tuple[str, ...]
    digest: tuple[str, ...]
    repeat: bool
    next_at: datetime | None


MORNING = timedelta(seconds=1)
"""The `after` of the rung that says again, aloud, what quiet hours let be said without a sound only."""


def ladder_for(study: Study, tier: Tier) -> tuple[Rung, ...]:
    """The tier's rungs in the study. Where there is a rota, an urgent alert goes directly to whoever is on call, too."""
    rungs = study.ladders.get(tier) or LAST_RESORT
    if tier != "urgent" or study.rota is None or any(rung.notify == ON_CALL for rung in rungs):
        return rungs
    return (rungs[0], Rung(ON_CALL), *rungs[1:])


def ladder_at(study: Study, tier: Tier, rungs: tuple[Rung, ...], start: datetime) -> tuple[Rung, ...]:
    """The rungs to be frozen into an alert whose ladder starts at `start`.

    If that is within the tier's quiet hours, whoever is told at once is told again at their end.
    """
    plain = tuple(rung for rung in rungs if rung.after != MORNING)
    if not quiet_now(study, tier, start):
        return plain
    silent = [rung for rung in plain if rung.digest is None and not rung.after]
    return (
        *silent,
        *(replace(rung, after=MORNING) for rung in silent),
        *(rung for rung in plain if rung not in silent),
    )


def first_due(study: Study, tier: Tier, raised_at: datetime) -> datetime:
    """When the first rung of the tier is due for an alert raised at `raised_at`."""
    return first_rung_at(study, ladder_for(study, tier), tier, raised_at)


def first_rung_at(study: Study, rungs: tuple[Rung, ...], tier: Tier, start: datetime) -> datetime:
    """When the first of these rungs is due if the ladder starts at `start`."""
    return _due(study, tier, (rungs or LAST_RESORT)[0], start)


def started_at(alert: Alert) -> datetime:
    """When the ladder that is being climbed began: at the raising, a rise in tier or the last reopening,
    for whatever reason it opened again.
    """
    began = (
        each.at
        for each in reversed(alert.history)
        if each.deed in {"reopened", "lapsed", "woken", "left", "recounted"} or each.why == "tier"
    )
    return next(began, alert.raised_at)


def quiet_now(study: Study, tier: Tier, now: datetime) -> bool:
    """Whether `now` lies in the staff's quiet hours for the tier: what is sent then makes no sound."""
    return is_quiet(now, _quiet(study, tier), study.zone)


def reason(before: Alert, name: str) -> Reason:
    """Why `name` is told now, given the alert as it was before this climb."""
    if name in before.told:
        return "reminder"
    if before.told:
        return "escalation"
    return "raised" if before.hits == 1 else "repeat"


def climb(study: Study, alert: Alert, now: datetime) -> Climbed:
    """Climb every rung that is due at `now`, in order, or repeat what the last one repeats.

    `study` gives zone and quiet hours; the rungs are the alert's own. However late the call, a repetition
    that was missed is not caught up on.
    """
    if alert.state != "open":
        return Climbed(alert, (), (), repeat=False, next_at=alert.next_at)
    if alert.next_at is not None and now < alert.next_at:
        return Climbed(alert, (), (), repeat=False, next_at=alert.next_at)
    start, rungs = started_at(alert), alert.ladder or LAST_RESORT
    reached = min(alert.rung, len(rungs))
    while reached < len(rungs) and _due(study, alert.tier, rungs[reached], start) <= now:
        reached += 1
    repeated = _repeated(study, alert, rungs, start, now, alone=reached == alert.rung)
    due = (*repeated, *rungs[alert.rung : reached])
    singly = [rung.notify for rung in due if rung.digest is None and rung.notify]
    again = any(rung.digest is None and (rung.repeat is not None or rung in repeated) for rung in due)
    notify = _once((*alert.told, *singly) if again else singly)
    digest = _once([rung.notify or CARE_TEAM for rung in due if rung.digest is not None])
    climbed = replace(
        alert,
        rung=reached,
        next_at=_next(study, alert, rungs, reached, now, peace=again),
        told=_once((*alert.told, *notify, *digest)),
        notified_at=now if notify or digest else alert.notified_at,
    )
    repeat = any(name in alert.told for name in notify)
    return Climbed(climbed, notify, digest, repeat=repeat, next_at=climbed.next_at)


MOST_EARLY = timedelta(hours=2)
"""No step is made sooner than that before it is due."""


def climb_early(study: Study, alert: Alert, now: datetime) -> Climbed | None:
    """Make the next step of an alert without hurry now, because its readers are being told of others anyway.

    Early by a quarter of what lies between two steps at most, never in quiet hours, never for an urgent alert or a
    digest; None where it has to wait. The steps after it stay where they are.
    """
    due = alert.next_at
    if alert.tier == "urgent" or alert.state != "open" or due is None or quiet_now(study, alert.tier, now):
        return None
    before = alert.notified_at or started_at(alert)
    if now < due - min(MOST_EARLY, (due - before) / 4):
        return None
    climbed = climb(study, alert, due)
    if climbed.digest or not climbed.notify:
        return None
    return replace(climbed, alert=replace(climbed.alert, notified_at=now))


# ---------------------------------------------------------------- when


def _due(study: Study, tier: Tier, rung: Rung, start: datetime) -> datetime:
    quiet = _quiet(study, tier)
    if rung.digest is None and not rung.after:
        return start
    if rung.digest is not None:
        return next_allowed(_local_time(rung.digest, start, study.zone), quiet, study.zone)
    return next_allowed(next_allowed(start, quiet, study.zone) + rung.after, quiet, study.zone)


def _next(
    study: Study, alert: Alert, rungs: tuple[Rung, ...], reached: int, now: datetime, *, peace: bool
) -> datetime:
    """The sooner of the next rung and the next repetition, after `now`; `peace`: one has just been made."""
    start = started_at(alert)
    above = [_due(study, alert.tier, rung, start) for rung in rungs[reached : reached + 1]]
    standing = _standing(rungs, reached)
    return min(
        above + [_next_repetition(study, alert.tier, rung, start, now, peace=peace) for rung in standing]
    )


def _next_repetition(
    study: Study, tier: Tier, rung: Rung, start: datetime, last: datetime, *, peace: bool = False
) -> datetime:
    """When a climbed rung is repeated after `last`; with `peace` not before half an interval has gone."""
    if rung.digest is not None:
        again = _local_time(rung.digest, last + timedelta(microseconds=1), study.zone)
    else:
        again = _on_the_beat(_due(study, tier, rung, start), rung.repeat or DAY, last, peace=peace)
    return next_allowed(again, _quiet(study, tier), study.zone)


def _repeated(
    study: Study, alert: Alert, rungs: tuple[Rung, ...], start: datetime, now: datetime, *, alone: bool
) -> tuple[Rung, ...]:
    """The climbed rung whose repetition is due: always if no new rung is, else if it is its time as well."""
    standing = _standing(rungs, min(alert.rung, len(rungs)))
    if alone or not standing:
        return standing
    last = alert.notified_at or start
    return standing if _next_repetition(study, alert.tier, standing[0], start, last) <= now else ()


def _standing(rungs: tuple[Rung, ...], reached: int) -> tuple[Rung, ...]:
    """The one climbed rung that goes on by itself: the last that repeats; at the top, failing that, the last.

    None where no climbed rung repeats, because the rungs above will come.
    """
    for rung in reversed(rungs[:reached]):
        if rung.repeat is not None or rung.digest is not None:
            return (rung,)
    return rungs[-1:] if reached == len(rungs) else ()


def _on_the_beat(first: datetime, every: timedelta, last: datetime, *, peace: bool) -> datetime:
    """The next of `first`, `first + every` … after `last`."""
    passed = (last + (every / 2 if peace else timedelta()) - first) // every
    return first + max(0, passed + 1) * every


def _local_time(at: time, moment: datetime, zone: str) -> datetime:
    """The first instant from `moment` on at which the zone's clocks show `at`."""
    day = local_day(moment, zone)
    while (found := instant(day, at, zone)) < moment:
        day += DAY
    return found


def _quiet(study: Study, tier: Tier) -> QuietHours | None:
    return None if tier == "urgent" else study.staff_quiet.get(tier)


def _once(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
