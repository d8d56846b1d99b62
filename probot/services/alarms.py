"""How does somebody learn of trouble with probot itself? By an alarm that climbs until a named person has it.

The rule: an alarm names no patient; whoever takes it is a member of staff who may take alerts; when the trouble is
over, everybody who was told hears that too.
"""

from __future__ import annotations

from dataclasses import replace

from probot.alerts.alarm import Alarm, AlarmState, climbed, ladder_of_trouble
from probot.alerts.staff import not_authorised
from probot.ports import Sender
from probot.services import audience, path_tests, team, upgrades
from probot.services.announce import say_as_it_stands, say_to
from probot.services.turn import Turn
from probot.store import alarms, claims
from probot.store.tables_alarms import alarm as table
from probot.values import derived_id
from probot.wording import say


class LostClaim(Exception):
    """Somebody else holds the alarm by now; this transaction must not be committed."""


# ------------------------------------------------------------------------------ trouble


def raise_trouble(turn: Turn, about: str, *, urgent: bool) -> None:
    """There is trouble with probot: the team is told now, and the paths beside the messenger."""
    key = derived_id("trouble", about, turn.now.isoformat())
    ladder = ladder_of_trouble(tuple(turn.study.paths), urgent=urgent)
    alarm = Alarm(key, "trouble", about, "", "urgent", "open", turn.now, ladder, 0, turn.now)
    if alarms.add(turn.connection, alarm):
        turn.note("trouble", "alarm", key, field=about, new="urgent" if urgent else "routine")
        _climb(turn, alarm)


def raise_again(turn: Turn, alarm: Alarm, why: str) -> None:
    """It is still there, and whoever was told of it does nothing any more: it climbs anew."""
    turn.note("trouble", "alarm", alarm.id, field=alarm.about, reason=why)
    anew = replace(
        alarm,
        state="open",
        raised_at=turn.now,
        rung=0,
        told=(),
        next_at=turn.now,
        taken_by=None,
        taken_at=None,
    )
    _climb(turn, anew)


def over(turn: Turn, alarm: Alarm) -> None:
    """The trouble has passed by itself, or somebody has mended it."""
    ended = replace(alarm, state="over", next_at=None)
    alarms.save(turn.connection, ended)
    turn.note("trouble over", "alarm", alarm.id, field=alarm.about)
    alarms.cancel_calls(turn.connection, alarm.id, "it is over")
    say_as_it_stands(turn, ended)
    say_to(turn, ended, alarm.told, "over")


# ------------------------------------------------------------------------------ the ladder


def claim(turn: Turn, token: str, limit: int) -> list[str]:
    """Claim alarms that are due."""
    return claims.claim_due(turn.connection, table, turn.now, token, limit)


def advance(turn: Turn, key: str, token: str) -> None:
    """One claimed alarm: a test is sent, or the ladder climbs."""
    alarm = alarms.find(turn.connection, key, lock=True)
    if alarm is not None and alarm.next_at is not None:
        if alarm.state == "planned":
            path_tests.send(turn, alarm)
        elif alarm.state == "open":
            _climb(turn, path_tests.with_ladder(turn, alarm))
    if not claims.settle(turn.connection, table, key, token):
        raise LostClaim(key)


def _climb(turn: Turn, alarm: Alarm) -> None:
    after, names = climbed(turn.study, alarm, turn.now)
    alarms.save(turn.connection, after)
    if names:
        turn.note("alarm told", "alarm", alarm.id, field=alarm.about, new=list(names))
    say_to(turn, after, names, alarm.kind)


# ------------------------------------------------------------------------------ somebody answers


def tapped(turn: Turn, sender: Sender | None, key: str, language: str) -> None:
    """[I see it]: a test is answered, trouble is taken. What came of it is shown to whoever tapped."""
    person = team.who(turn, sender)
    if person is None:
        turn.note("tap refused", "alarm", key, reason="not staff")
        turn.toast = team.stranger_words(sender, language)
        return
    team.act_as(turn, person)
    alarm = alarms.find(turn.connection, key, lock=True)
    if not audience.may(turn, person, "acknowledge"):
        turn.note("tap refused", "alarm", key, reason="role")
        turn.toast = not_authorised(turn.study, "acknowledge", language)
    elif alarm is None or alarm.state != "open":
        turn.toast = say(language, "alarm.toast.late")
    elif alarm.about == upgrades.MOVED and not upgrades.confirmed(turn, person):
        turn.toast = say(language, "alarm.toast.second")
    else:
        seen = alarm.kind == "test" and path_tests.proves(turn, alarm, person)
        _answered(turn, replace(alarm, taken_by=person.id), seen=seen)
        turn.toast = say(language, "alarm.toast.seen" if seen else "alarm.toast.taken")


def numbered(turn: Turn, sender: Sender | None, number: str, language: str) -> str:
    """`/seen 123456`: the number that a mail or pager showed. The words that answer it."""
    person = team.who(turn, sender)
    if person is None:
        turn.note("command refused", "alarm", "-", reason="not staff")
        return team.stranger_words(sender, language)
    team.act_as(turn, person)
    if not audience.may(turn, person, "acknowledge"):
        turn.note("command refused", "alarm", "-", reason="role")
        return not_authorised(turn.study, "acknowledge", language)
    alarm = alarms.open_test_of(turn.connection, number.strip())
    if alarm is None:
        return say(language, "alarm.number.unknown")
    seen = path_tests.proves_by_number(turn, alarm)
    _answered(turn, replace(alarm, taken_by=person.id), seen=seen)
    return say(language, "alarm.toast.seen" if seen else "alarm.toast.taken")


def _answered(turn: Turn, alarm: Alarm, *, seen: bool) -> None:
    state: AlarmState = "seen" if seen else "taken"
    after = replace(alarm, state=state, taken_at=turn.now, next_at=None)
    alarms.save(turn.connection, after)
    action = "path test answered" if seen else "alarm taken"
    turn.note(action, "alarm", alarm.id, field=alarm.about, old=alarm.state, new=state)
    alarms.cancel_calls(turn.connection, alarm.id, "answered meanwhile")
    say_as_it_stands(turn, after)
