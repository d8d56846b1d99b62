"""What if somebody is in the care team's chat who is not known as staff? Nothing about a patient is said there.

The rule: while anybody unknown is in it, alerts go to each member of staff directly; when only staff are left, the
chat is told what is open and alerts come there again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from probot.alerts.staff import outsiders_came, outsiders_left
from probot.ports import MemberChanged
from probot.services import alerting, centres
from probot.services.turn import Turn
from probot.store import outbox, outsiders, people
from probot.store.outsiders import NOTICE, Outsiders


def moved(turn: Turn, contact_id: str, change: MemberChanged) -> None:
    """Somebody came into the team's chat, or left it."""
    known = outsiders.of_team(turn.connection)
    for member in (change, *change.others):
        if member.is_bot or _belongs(turn, member.account):
            continue
        if member.present:
            turn.note("outsider in the team's chat", "contact", contact_id, reason="not bound as staff")
            known = replace(known, accounts=known.accounts | {member.account})
        elif member.account in known.accounts:
            known = replace(known, accounts=known.accounts - {member.account})
        else:
            known = replace(known, others=max(0, known.others - 1))
    _now(turn, known)


def _belongs(turn: Turn, account: int) -> bool:
    """Whether somebody may hear what is said in the team's chat: staff of all centres."""
    person = people.staff_of_account(turn.connection, account)
    return person is not None and not centres.is_apart(turn.study, person)


def bound(turn: Turn, account: int) -> None:
    """Somebody has become known as staff."""
    known = outsiders.of_team(turn.connection)
    if account in known.accounts and _belongs(turn, account):
        _now(turn, replace(known, accounts=known.accounts - {account}))


def counted(turn: Turn, chat: int, total: int, present: Iterable[int], former: Iterable[int]) -> None:
    """A roll call: so many are in the chat, the bot included; of active staff these accounts; of former staff those."""
    team = people.contact_of(turn.connection, people.TEAM)
    if team is None or team.chat != chat:
        return
    gone = frozenset(former)
    strange = max(0, total - 1 - len(frozenset(present)))
    known = outsiders.of_team(turn.connection)
    if strange == 0:
        _now(turn, Outsiders())
        return
    accounts = frozenset(sorted(known.accounts | gone)[:strange])
    if not known:
        turn.note("outsider in the team's chat", "contact", team.id, reason="by count", new=strange)
    _now(turn, Outsiders(accounts, strange - len(accounts)))


def _now(turn: Turn, found: Outsiders) -> None:
    before = outsiders.of_team(turn.connection)
    if found == before:
        return
    outsiders.keep(turn.connection, turn.now, found)
    team = people.contact_of(turn.connection, people.TEAM)
    if team is None or bool(found) == bool(before):
        return
    message = outsiders_came(team.language) if found else outsiders_left(team.language)
    turn.say(people.TEAM, message, lane="alert", purpose="notice", item=NOTICE)
    if not found:
        turn.note("team's chat is clean again", "contact", team.id)
        outbox.let_go(turn.connection, turn.now)
        alerting.tell_what_is_open(turn, [(people.TEAM, team.language)])
