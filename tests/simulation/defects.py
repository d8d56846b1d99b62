"""Does the checker see what it is for? Defects that real bots have had, planted into the product for a while.

The rule: a defect is one small change of one function, planted and taken out again by a context manager; each says
in which days it shows and which promise it breaks. Nothing else in the tests changes the product.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from probot.app.worker import Worker
from probot.flows import step as flow
from probot.flows.understanding import Understood
from probot.messages import Message
from probot.services import alerting, converse, deliver, handle, team, tick, watch
from probot.services.turn import Turn
from probot.store import inbox, outbox, people
from probot.telegram import polling
from tests.simulation.faults import CALM
from tests.simulation.world_of_days import Life, Plan

Change = tuple[Any, str, Callable[[Any], Any]]


@contextmanager
def changed(*changes: Change) -> Iterator[None]:
    """Functions of the product, each replaced by what `change` makes of it; all of them are put back."""
    with ExitStack() as stack:
        for owner, name, change in changes:
            original = getattr(owner, name)
            stack.callback(setattr, owner, name, original)
            setattr(owner, name, change(original))
        yield


@dataclass(frozen=True)
class Defect:
    """What is wrong, in which days it shows, and the promise whose breach must be seen."""

    name: str
    breaks: tuple[str, ...]
    changes: tuple[Change, ...]
    plan: Plan
    seeds: int = 3


def calm(days: int = 1, patients: int = 3, **more: Any) -> Plan:
    """Days in which nothing breaks by itself."""
    wanted = {
        "rates": CALM,
        "events": False,
        "asks_how_it_is": False,
        "habits": ("ill", "diligent", "sloppy"),
        **more,
    }
    return Plan("planted", patients=patients, days=days, **wanted)


def instead(result: Any) -> Callable[[Any], Any]:
    """A function that does nothing and gives this back."""
    return lambda _: lambda *_a, **_k: result


# ------------------------------------------------------------------------------ coming in


def _confirms_anyway(keep_or_not: Any) -> Any:
    async def why_not_kept(keep: Any, updates: Any) -> None:
        await keep_or_not(keep, updates)

    return why_not_kept


def _duplicates_are_new(keep: Any) -> Any:
    def keep_all(connection: Any, bot: int, updates: Any, now: Any) -> Any:
        known = {row[0] for row in connection.execute(text("SELECT update_id FROM inbox"))}
        given = [
            (number if number not in known else 10**9 + len(known) + place, lane, raw)
            for place, (number, lane, raw) in enumerate(updates)
        ]
        return keep(connection, bot, given, now)

    return keep_all


def _forgets_some(taking_part: Any) -> Any:
    def most_of_them(turn: Any, enrolment: Any, incoming: Any) -> None:
        if incoming.update % 5:
            taking_part(turn, enrolment, incoming)

    return most_of_them


def _bare_int(read: Any) -> Any:
    def read_number(item: Any, said: str, today: Any = None) -> Any:
        found = re.search(r"-?\d+", said)
        if item.kind == "scale" and found and item.lowest <= int(found[0]) <= item.highest:
            return Understood(int(found[0]))
        return read(item, said, today)

    return read_number


# ------------------------------------------------------------------------------ alerts


def _stops_at_the_top(climb: Any) -> Any:
    def climb_once(study: Any, alert: Any, now: Any) -> Any:
        found = climb(study, alert, now)
        if found.alert.rung >= len(found.alert.ladder):
            return replace(found, alert=replace(found.alert, next_at=None), next_at=None)
        return found

    return climb_once


_later: list[tuple[Any, ...]] = []


def _raises_afterwards(raise_alerts: Any) -> Any:
    def remember(turn: Any, *arguments: Any) -> None:
        _later.append((raise_alerts, turn.cause, arguments))

    return remember


def _then_raises(work: Any) -> Any:
    def once(self: Worker, act: Any, cause: str, arguments: Any) -> None:
        office = self._office
        with suppress(SQLAlchemyError):
            office.store.transact(
                lambda connection: act(
                    Turn(connection, office.studies, office.clock.now(), cause), *arguments
                )
            )

    async def work_and_raise(self: Worker) -> Any:
        done = await work(self)
        while _later:
            once(self, *_later.pop())
        return done

    return work_and_raise


def _not_at_seven(rule_hits: Any) -> Any:
    return lambda *given: tuple(hit for hit in rule_hits(*given) if hit.evidence.value != 7)


def _first_of_the_team(who: Any) -> Any:
    def anybody(turn: Any, sender: Any) -> Any:
        return who(turn, sender) or next(iter(people.active_staff(turn.connection)), None)

    return anybody


# ------------------------------------------------------------------------------ going out


def _taken_for_sent(unknown: Any) -> Any:
    del unknown
    return lambda turn, row, _: outbox.sent(turn.connection, row, turn.now, None, None)


def _later_is_never(note_outcome: Any) -> Any:
    def note(turn: Any, row: Any, contact: Any, outcome: Any) -> None:
        if type(outcome).__name__ == "Later":
            outbox.drop(turn.connection, row, "later")
        else:
            note_outcome(turn, row, contact, outcome)

    return note


def _first_chat_ever(contact_of: Any) -> Any:
    def oldest(connection: Any, principal: str) -> Any:
        now = contact_of(connection, principal)
        if now is None or not principal.startswith("participant:"):
            return now
        chat = connection.execute(
            text("SELECT chat FROM contact WHERE principal = :who ORDER BY bound_at LIMIT 1"),
            {"who": principal},
        ).scalar()
        return now._replace(chat=chat)

    return oldest


def _somebody_elses_chat(contact_of: Any) -> Any:
    def another(connection: Any, principal: str) -> Any:
        now = contact_of(connection, principal)
        if now is None or not principal.startswith("participant:"):
            return now
        chat = connection.execute(
            text("SELECT max(chat) FROM contact WHERE principal LIKE 'participant:%' AND ended_at IS NULL")
        ).scalar()
        return now._replace(chat=chat)

    return another


def _stays_bound(unbind: Any) -> Any:
    def unbind_participants(connection: Any, principal: str, *more: Any) -> None:
        if not principal.startswith("staff:"):
            unbind(connection, principal, *more)

    return unbind_participants


# ------------------------------------------------------------------------------ time


def _reminds_anyway(carry_on: Any) -> Any:
    def and_remind(
        turn: Any, enrolment: Any, assessment: Any, session: Any, event: Any, reply: Any, **how: Any
    ) -> Any:
        after = carry_on(turn, enrolment, assessment, session, event, reply, **how)
        if after.status == "finished" and session.status != "finished":
            turn.say(
                enrolment.principal, Message("Please answer."), lane="prompt", purpose="reminder",
                assessment_id=assessment.id, item="pain", not_before=turn.now + timedelta(hours=1),
            )  # fmt: skip
        return after

    return and_remind


def _silent_about_answers(note: Any) -> Any:
    def note_most(self: Any, action: str, *given: Any, **named: Any) -> None:
        if action != "answered":
            note(self, action, *given, **named)

    return note_most


# ------------------------------------------------------------------------------ stories in which they show


def _stopped_while_throttled(life: Life) -> None:
    """At nine the server asks for patience with every message; before it may be sent, everybody is taken out."""
    faults = life.api.faults
    life.on(1, 6.9, lambda: faults.set("flood", seconds=1200, methods=("sendmessage",)))
    life.on(1, 7.1, lambda: faults.clear("flood"))
    for number in range(4):
        life.on(1, 7.05 + number / 1000, life.withdraw)


def _moving(life: Life) -> None:
    for hour in (11, 12, 13, 14):
        life.on(0, hour, life.new_phone)


def _dying(life: Life) -> None:
    for number in range(60):
        life.on(0, 8.5 + number * 0.15, lambda: life.trouble.plan_crash(60))


def _somebody_goes(life: Life) -> None:
    life.on(0, 10, lambda: life.somebody_leaves("Wu"))


def _all_block(life: Life) -> None:
    life.on(0, 12, life.everybody(lambda one: one.handset.api.people.block(one.handset.person)))


def _group_is_slow(life: Life) -> None:
    """The first message of every minute to the team's group has to wait for two seconds."""
    for minute in range(14 * 60):
        life.on(
            0, 8.5 + minute / 60, lambda: life.api.faults.set("flood", chat=life.group, times=1, seconds=2)
        )


def _cut_off(life: Life) -> None:
    life.line_down(0, 12, 2)


def _all_pause(life: Life) -> None:
    life.on(0, 12, life.everybody(lambda one: one._do_rarely("pause")))


FAILING = replace(CALM, store_error=0.45)
STAFF_ASLEEP = {"nurse_takes": 0.0}

DEFECTS = (
    Defect("the offset moves though nothing was kept", ("I1",), ((polling, "why_not_kept", _confirms_anyway),),
           calm(rates=FAILING)),
    Defect("an update given twice is two rows", ("I1",), ((inbox, "keep", _duplicates_are_new),),
           calm(rates=replace(CALM, duplicate=0.5))),
    Defect("some answers are dropped in silence", ("I1",), ((handle, "_taking_part", _forgets_some),), calm()),
    Defect("a bare int() reads what was typed", ("I2",), ((flow, "read", _bare_int),),
           calm(habits=("mumbler",))),
    Defect("a threshold is passed over by one", ("I3",), ((converse, "rule_hits", _not_at_seven),),
           calm(habits=("ill",), patients=4), seeds=4),
    Defect("the alert goes down in a transaction of its own", ("I3",),
           ((converse, "_raise_alerts", _raises_afterwards), (Worker, "work", _then_raises)),
           calm(habits=("ill",), rates=replace(CALM, store_error=0.3))),
    Defect("the ladder ends at its last step", ("I4", "I5"), ((alerting, "climb", _stops_at_the_top),),
           calm(habits=("ill",), **STAFF_ASLEEP)),
    Defect("nobody hears that the bot was blocked", ("I3",), ((handle, "lost_contact", instead(None)),),
           calm(script=_all_block)),
    Defect("anybody in the group may take an alert", ("I4",), ((team, "who", _first_of_the_team),),
           calm(habits=("ill",), **STAFF_ASLEEP)),
    Defect("what may not have arrived counts as sent", ("I4", "I10"), ((deliver, "_unknown", _taken_for_sent),),
           calm(habits=("ill",), rates=replace(CALM, channel_error=0.4))),
    Defect("what shall be sent later is dropped", ("I4",), ((deliver, "note_outcome", _later_is_never),),
           calm(habits=("ill",), script=_group_is_slow, **STAFF_ASLEEP)),
    Defect("a message in mid-sending is lost with its sender", ("I10",), ((outbox, "_reclaim", instead(None)),),
           calm(script=_dying)),
    Defect("who may still be told is not asked when sending", ("I6", "I8"),
           ((deliver, "_why_not", instead("")), (outbox, "cancel", instead(0))),
           calm(days=2, patients=4, script=_stopped_while_throttled)),
    Defect("another phone, and the queue goes to the old one", ("I7", "I8"),
           ((people, "contact_of", _first_chat_ever),), calm(script=_moving)),
    Defect("a message goes to somebody else", ("I7",), ((people, "contact_of", _somebody_elses_chat),), calm()),
    Defect("who has left the team is still told", ("I7", "I8"),
           ((people, "unbind", _stays_bound), (deliver, "_why_not", instead("")),
            (people, "active_staff", lambda _: people.all_staff)),
           calm(habits=("ill",), script=_somebody_goes, **STAFF_ASLEEP)),
    Defect("a reminder comes though everything is answered", ("I6",),
           ((converse, "carry_on", _reminds_anyway),
            (deliver, "_why_not_participant", instead(""))),
           calm(habits=("diligent",))),
    Defect("quiet hours are not kept", ("I6",),
           ((deliver, "_rests_until", instead(None)), (converse, "_not_before", instead(None))),
           calm(days=2, patients=4, habits=("silent", "sloppy"))),
    Defect("an answer leaves no trace", ("I9",), ((Turn, "note", _silent_about_answers),), calm()),
    Defect("all is said to be well while nothing gets through", ("I12",), ((watch, "_problems", instead(())),),
           calm(patients=1, asks_how_it_is=True, script=_cut_off)),
    Defect("a pause never ends", ("I11",), ((tick, "ended_pauses", instead([])),), calm(days=2, script=_all_pause)),
)  # fmt: skip
