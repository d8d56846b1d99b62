"""What will a batch need? Everything about its people and messages, read in a few statements instead of many each.

The rule: nothing is decided here. What was not foreseen is read when it is asked for, as if nobody had fetched.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table

from probot.flows.buttons import AlertTap, read
from probot.messages import PROMPT
from probot.ports import ButtonTapped, Incoming
from probot.services import gather
from probot.services.turn import Turn
from probot.store import alerts, asked, at_once, calls, claims, inbox, outbox, people, threads
from probot.store.records import Outgoing

PARTICIPANT = "participant:"


def for_updates(turn: Turn, updates: Sequence[Incoming]) -> None:
    """For `handle`: whose the chats are, what they are asked, and the alerts that are tapped.

    Nobody else changes these participants meanwhile, nor those whom the alerts are about.
    """
    connection = turn.connection
    chats = [chat for each in updates if (chat := _chat_of(each)) is not None]
    contacts = people.fetch_contacts_in(connection, chats)
    principals = [each.principal for each in contacts if each.principal.startswith(PARTICIPANT)]
    keys = [principal.removeprefix(PARTICIPANT) for principal in principals]
    about = alerts.whose(connection, _tapped_alerts(updates))
    people.fetch_enrolments(connection, [*keys, *about], lock=True)
    standing = alerts.fetch_standing(connection, {*keys, *about})
    if about:
        calls.fetch_posts(connection, standing)
        threads.fetch_lists(connection, standing)
    sessions = [each.session for each in at_once.fetch_live(connection, keys)]
    asking = [(each.assessment, each.asking) for each in sessions if each.asking is not None]
    asked.fetch_asking(connection, asking, to_change=True)
    asked.fetch_edits(connection, {each.principal for each in contacts})
    gather.fetch(turn, sessions)
    threads.fetch_questions(connection, principals)


def _tapped_alerts(updates: Sequence[Incoming]) -> list[str]:
    taps = (read(each.content.data) for each in updates if isinstance(each.content, ButtonTapped))
    return [tap.alert for tap in taps if isinstance(tap, AlertTap)]


def _chat_of(incoming: Incoming) -> int | None:
    if incoming.chat is not None:
        return incoming.chat.id
    tapped = incoming.sender is not None and isinstance(incoming.content, ButtonTapped)
    return incoming.sender.account if tapped and incoming.sender is not None else None


def for_due(connection: Connection, table: Table, keys: Sequence[str], token: str) -> list[str]:
    """For `open_due.advance`: the claimed assessments that are tried for the first time, with their people locked."""
    fresh = claims.fetch_first_tries(connection, table, keys, token)
    if fresh:
        for_conversations(connection, fresh)
    return fresh


def for_conversations(connection: Connection, keys: Sequence[str]) -> None:
    """For asking anything in these assessments: whose they are, locked, what they are asked, and whether they wrote."""
    about = at_once.people_of(connection, keys)
    enrolments = [enrolment for enrolment, _ in about]
    people.fetch_enrolments(connection, enrolments, lock=True)
    sessions = [each.session for each in at_once.fetch_live(connection, enrolments)]
    at_once.fetch_assessments(connection, keys)
    principals = {respondent or f"{PARTICIPANT}{enrolment}" for enrolment, respondent in about}
    contacts = people.fetch_contacts_of(connection, principals)
    inbox.fetch_waits(connection, [f"chat:{each.chat}" for each in contacts])
    asking = [(each.assessment, each.asking) for each in sessions if each.asking is not None]
    asked.fetch_asking(connection, asking, to_change=True)
    asked.fetch_edits(connection, principals)


def for_addressing(connection: Connection, rows: Sequence[Outgoing]) -> None:
    """For `deliver.address`: where the recipients are, who they are, what they are being asked, what is edited."""
    recipients = {row.recipient for row in rows if not row.recipient.startswith("chat:")}
    people.fetch_contacts_of(connection, recipients)
    keys = [each.removeprefix(PARTICIPANT) for each in recipients if each.startswith(PARTICIPANT)]
    people.fetch_enrolments(connection, keys)
    asked_by_the_clock: set[str] = set()
    asked_in_reply: set[str] = set()
    for row in rows:
        if row.purpose in {"question", "reminder"} and row.assessment_id:
            by_the_clock = row.lane == PROMPT or row.purpose == "reminder" or row.repeat
            (asked_by_the_clock if by_the_clock else asked_in_reply).add(row.assessment_id)
    at_once.fetch_statuses(connection, asked_in_reply)
    at_once.fetch_sessions(connection, asked_by_the_clock)
    asked.fetch_states(connection, [row.edits for row in rows if row.kind == "edit" and row.edits])


def for_noting(connection: Connection, rows: Sequence[Outgoing]) -> None:
    """For `deliver.note_outcome`: what was asked before. The claims are taken for ours, as they nearly always are."""
    outbox.count_on(connection, rows)
    questions = [row for row in rows if row.purpose in {"question", "reminder"} and row.kind == "post"]
    asking = [(row.assessment_id, row.item) for row in questions if row.assessment_id and row.item]
    asked.fetch_asking(connection, asking)
    calls.fetch_posts(connection, [row.alert_id for row in rows if row.alert_id and row.kind == "post"])
