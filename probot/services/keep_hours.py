"""What does probot say to the team by itself? A digest each morning and a summary at each change of shift.

The rule: the hours are rows. One that nobody looked at in time is said once, as things are then; and each is one
message, whatever dies in between, because its id follows from the moment it was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from probot.alerts.ladder import CARE_TEAM
from probot.alerts.summaries import Change, Shift, Standing, hand_over_message, morning_message
from probot.messages import Message
from probot.schedule.civil import DAY, instant, local, local_day
from probot.services import adverse, audience, boards, centres
from probot.services.summary import summary_id
from probot.services.turn import Turn
from probot.store import appointments, claims, looks, outbox, people
from probot.store.tables_views import appointment as table
from probot.study.model import Study

LIFE = timedelta(hours=12)
"""What could not be sent for so long tells of another day."""


class LostClaim(Exception):
    """Somebody else keeps this hour by now; this transaction must not be committed."""


def arrange(turn: Turn, study: Study) -> None:
    """Have the hours of a study stand as rows. Doing it again changes nothing."""
    for key, hours in _hours(study).items():
        if hours:
            said = " ".join([study.zone, *(f"{hour:%H:%M}" for hour in hours)])
            appointments.arrange(turn.connection, key, said, _next(study, hours, turn.now))
        else:
            appointments.cancel(turn.connection, key)


def _hours(study: Study) -> dict[str, tuple[time, ...]]:
    digest = study.views.digest
    return {"digest": (digest,) if digest is not None else (), "hand_over": study.views.hand_over}


def _next(study: Study, hours: Sequence[time], now: datetime) -> datetime:
    """The next of these local times after now."""
    today = local_day(now, study.zone)
    coming = (instant(today + DAY * ahead, hour, study.zone) for ahead in range(3) for hour in hours)
    return min(moment for moment in coming if moment > now)


def claim(turn: Turn, token: str) -> list[str]:
    """Claim the hours that have come."""
    return claims.claim_due(turn.connection, table, turn.now, token, 10)


def keep(turn: Turn, key: str, token: str) -> None:
    """Say what belongs to a claimed hour, and set the next one."""
    known = appointments.find(turn.connection, key)
    hours = _hours(turn.study).get(key, ())
    if known is None or known.next_at is None:
        return
    if not hours:
        appointments.cancel(turn.connection, key)
        return
    due = known.next_at
    if due <= turn.now:
        _say(turn, key, due, known.kept_at)
    following = _next(turn.study, hours, turn.now)
    if not claims.settle(turn.connection, table, key, token, next_at=following, kept_at=turn.now):
        raise LostClaim(key)


def _say(turn: Turn, key: str, due: datetime, before: datetime | None) -> None:
    if key == "hand_over" and _is_the_digests(turn.study, due):
        return
    if people.contact_of(turn.connection, people.TEAM) is None and not people.active_staff(turn.connection):
        return  # nobody is there to be told: what is open is told to whoever comes first
    names = audience.names(turn)
    for recipient, language in audience.readers(turn, CARE_TEAM, None):
        message: Message
        hidden = centres.unheard_by(turn, recipient)
        standing = _standing(turn, hidden, language)
        if key == "digest":
            message = morning_message(turn.study, standing, language, names)
        else:
            since = before or turn.now - DAY
            shift = Shift(since, *looks.deeds_since(turn.connection, since, hidden))
            message = hand_over_message(turn.study, standing, shift, language, names)
        outbox.put(
            turn.connection, message_id=summary_id(key, due, recipient), lane="digest",
            recipient=recipient, purpose="notice", content=message, now=turn.now,
            expires_at=turn.now + LIFE,
        )  # fmt: skip


def _is_the_digests(study: Study, due: datetime) -> bool:
    """The digest of the same hour says who has what already."""
    return study.views.digest is not None and local(due, study.zone).time() == study.views.digest


def _standing(turn: Turn, hidden: boards.Hidden, language: str) -> Standing:
    return Standing(
        turn.now,
        alerts=boards.standing(turn, hidden),
        clocks=adverse.clocks(turn, hidden, language),
        records=adverse.waiting(turn, hidden, language),
        late=boards.late(turn, hidden),
        expected=boards.expected_today(turn, hidden),
        changes=[
            _change(*one)
            for one in looks.changed_since(turn.connection, turn.now - DAY)
            if one[0] not in hidden
        ],
    )


def _change(code: str, status: str, zone: str, until: datetime | None) -> Change:
    if status == "paused":
        return Change(code, "paused", local_day(until, zone) if until else None)
    return Change(code, "withdrawn" if status == "withdrawn" else "completed")
