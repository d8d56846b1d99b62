"""What does each button under an alert do, what is written down, who is told, and what may not be done?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from probot.alerts.model import Alert
from probot.flows.buttons import AlertTap, read
from probot.messages import PLACE, Message
from probot.services import taking
from probot.services.taking import Place
from probot.services.turn import Turn
from probot.store import alerts, people, threads
from probot.store.records import Staff
from probot.store.tables import audit, outbox
from tests.services.test_who_may_hear_of_it import CARE, MINUTE, an_alert, joins, team_meets
from tests.services.test_who_may_hear_of_it import turn as turn  # noqa: PLC0414 -- the fixture

TEAM = Place("team", "en", 7)


@pytest.fixture
def one(turn: Turn) -> Alert:
    """An urgent alert about P-001 that the team's chat was shown."""
    turn.studies._known[CARE.hash] = CARE
    team_meets(turn)
    found = an_alert(turn)
    turn.say("team", Message("the alert"), lane="alert", purpose="alert", alert_id=found.id)
    turn.now += MINUTE
    return found


@pytest.fixture
def mei(turn: Turn) -> Staff:
    return a_nurse(turn, "Mei")


def a_nurse(turn: Turn, name: str, language: str = "en", role: str = "nurse") -> Staff:
    principal = joins(turn, name, role, language)
    person = people.staff_by_id(turn.connection, principal.removeprefix("staff:"))
    assert person is not None
    return person


def tap(turn: Turn, person: Staff, alert: Alert, action: str, place: Place = TEAM) -> str:
    turn.actor, turn.role = person.id, person.role
    return taking.tapped(turn, person, AlertTap(alert.id, action), place)


def now(turn: Turn, alert: Alert) -> Alert:
    found = alerts.find(turn.connection, alert.id)
    assert found is not None
    return found


def noted(turn: Turn) -> list[tuple[Any, ...]]:
    """What the trail says of alerts, without what is the same each time."""
    columns = (audit.c.action, audit.c.actor, audit.c.old, audit.c.new, audit.c.reason)
    rows = turn.connection.execute(select(*columns).where(audit.c.object == "alert").order_by(audit.c.seq))
    return [tuple(row) for row in rows]


def messages(turn: Turn, recipient: str = "team", kind: str = "post") -> list[Any]:
    wanted = select(outbox).where(outbox.c.recipient == recipient, outbox.c.kind == kind)
    return list(turn.connection.execute(wanted.order_by(outbox.c.seq)))


def buttons(row: Any) -> set[str]:
    """The deeds that stand under a message."""
    taps = [read(button.data) for line in row.content.buttons for button in line]
    return {each.action for each in taps if isinstance(each, AlertTap)}


def test_taking_is_noted_shown_to_all_and_calls_nobody_any_more(turn, one, mei):
    assert tap(turn, mei, one, "ack") == "You have it."
    taken = now(turn, one)
    assert (taken.state, taken.acknowledged_by, taken.acknowledged_at) == ("acknowledged", mei.id, turn.now)
    assert noted(turn) == [("alert acknowledged", mei.id, "open", "acknowledged", "")]
    [call] = messages(turn)
    assert (call.state, call.fault) == ("dropped", "acknowledged meanwhile")
    assert tap(turn, mei, one, "ack").startswith("Already taken by Mei")
    assert len(noted(turn)) == 1, "what was refused is no deed"


def test_whatever_is_done_shows_in_every_chat_that_has_the_alert(turn, one, mei):
    turn.connection.execute(outbox.update().values(state="sent", number=5))
    tap(turn, mei, one, "ack")
    [edit] = messages(turn, kind="edit")
    assert (edit.edits, edit.alert_id, edit.purpose) == (messages(turn)[0].id, one.id, "notice")
    assert "called" in buttons(edit)
    assert messages(turn)[0].state == "sent"


def test_what_is_no_alert_and_what_is_no_deed_is_said_to_be_unknown(turn, one, mei):
    assert taking.tapped(turn, mei, AlertTap("nothing", "ack"), TEAM) == "This alert is not on record."
    assert tap(turn, mei, one, "explode") == "This alert is not on record."
    assert now(turn, one) == one
    assert noted(turn) == []


@pytest.mark.parametrize(
    "action", ["called", "close", "assign", "snooze", "back", "c-advice", "c-none", "z-30"]
)
def test_nothing_else_is_done_about_an_alert_that_nobody_has(turn, one, mei, action):
    wanted = "Nobody has taken this alert yet. Please acknowledge it first."
    assert tap(turn, mei, one, action) == wanted
    assert now(turn, one) == one
    assert (noted(turn), len(messages(turn)), messages(turn, kind="edit")) == ([], 1, [])


@pytest.mark.parametrize(("action", "offers"), [
    ("close", {"c-advice", "c-none", "back"}),
    ("assign", {"back"}),
    ("snooze", {"z-60", "back"}),
    ("back", {"called", "assign", "snooze", "close"}),
])  # fmt: skip
def test_a_menu_stands_in_the_message_that_was_tapped(turn, one, mei, action, offers):
    tap(turn, mei, one, "ack")
    turn.connection.execute(outbox.update().values(state="sent", number=7, contact_id=team(turn)))
    assert tap(turn, mei, one, action) == ""
    shown = messages(turn, kind="edit")[-1]
    assert (shown.edits, shown.alert_id, shown.purpose) == (messages(turn)[0].id, one.id, "notice")
    assert shown.lane == PLACE["edit"]
    assert offers <= buttons(shown)
    assert len(noted(turn)) == 1, "to look is no deed"


def team(turn: Turn) -> str:
    contact = people.contact_of(turn.connection, "team")
    assert contact is not None
    return contact.id


def test_a_menu_that_was_asked_for_elsewhere_comes_with_the_alert_itself(turn, one, mei):
    tap(turn, mei, one, "ack")
    assert tap(turn, mei, one, "close", Place("team", "en", 99)) == ""
    shown = messages(turn)[-1]
    assert (shown.alert_id, shown.purpose, shown.lane) == (one.id, "alert", PLACE["reply"])
    assert "c-advice" in buttons(shown)
    assert "P-001" in shown.content.text


def test_a_call_is_noted_as_a_step(turn, one, mei):
    tap(turn, mei, one, "ack")
    turn.now += MINUTE
    assert tap(turn, mei, one, "called") == "Noted: participant called."
    after = now(turn, one)
    assert (after.state, after.history[-1].deed, after.history[-1].by) == ("acknowledged", "called", mei.id)
    assert noted(turn)[1:] == [("participant called", mei.id, None, None, "")]


def test_a_step_calls_off_nothing_that_waits_to_be_said(turn, one, mei):
    tap(turn, mei, one, "ack")
    turn.say("team", Message("she answered"), lane="alert", purpose="alert", alert_id=one.id)
    tap(turn, mei, one, "called")
    assert [row.state for row in messages(turn)] == ["dropped", "waiting"]


def test_it_is_closed_with_what_was_done(turn, one, mei):
    tap(turn, mei, one, "ack")
    turn.say("team", Message("again"), lane="alert", purpose="alert", alert_id=one.id)
    assert tap(turn, mei, one, "c-advice") == "Closed."
    closed = now(turn, one)
    assert (closed.state, closed.closed_by, closed.action) == ("closed", mei.id, "advice")
    assert noted(turn)[1:] == [("alert closed", mei.id, "acknowledged", "closed advice", "")]
    assert [row.fault for row in messages(turn)] == ["acknowledged meanwhile", "closed meanwhile"]
    assert tap(turn, mei, one, "c-visit").startswith("Already closed by Mei")


def asked_why(turn: Turn) -> threads.Thread:
    row = messages(turn)[-1]
    found = threads.of_message(turn.connection, row.id)
    assert found is not None
    assert row.content.wants_reply
    assert row.purpose == "notice"
    return found


def test_that_nothing_is_needed_has_to_be_explained_first(turn, one, mei):
    tap(turn, mei, one, "ack")
    assert tap(turn, mei, one, "c-none") == "One more step: please write why."
    assert now(turn, one).state == "acknowledged", "nothing is done before the reason is there"
    thread = asked_why(turn)
    assert (thread.kind, thread.alert, thread.detail, thread.staff) == ("reason", one.id, "c-none", mei.id)
    assert (thread.recipient, thread.settled) == ("team", False)
    assert "Mei, why is nothing needed?" in messages(turn)[-1].content.text
    turn.now += MINUTE
    taking.reasoned(turn, mei, TEAM, thread, "  the same as yesterday \n")
    closed = now(turn, one)
    assert (closed.state, closed.action, closed.history[-1].words) == (
        "closed", "none", "the same as yesterday",
    )  # fmt: skip
    assert noted(turn)[1:] == [
        ("alert closed", mei.id, "acknowledged", "closed none", "the same as yesterday")
    ]
    answer = messages(turn)[-1]
    assert answer.content.text == "P-001: Closed."
    assert (answer.purpose, answer.lane) == ("notice", PLACE["reply"])
    settled = threads.of_message(turn.connection, thread.message)
    assert settled is not None
    assert settled.settled


def test_it_is_put_off_with_a_reason_and_for_no_longer_than_its_tier_allows(turn, one, mei):
    tap(turn, mei, one, "ack")
    assert tap(turn, mei, one, "z-30") == "One more step: please write why."
    thread = asked_why(turn)
    assert thread.detail == "z-30"
    assert "30 minutes" in messages(turn)[-1].content.text
    assert noted(turn)[1:] == []
    taking.reasoned(turn, mei, TEAM, thread, "in surgery")
    off = now(turn, one)
    assert (off.state, off.next_at) == ("acknowledged", turn.now + timedelta(minutes=30))
    assert (off.history[-1].words, off.history[-1].by) == ("in surgery", mei.id)
    assert noted(turn)[1:] == [("alert snoozed", mei.id, None, "30 min", "in surgery")]
    assert messages(turn)[-1].content.text == "P-001: Put off."
    assert tap(turn, mei, one, "z-10080").startswith("It can be put off for ")


def test_a_reason_that_comes_too_late_changes_nothing_and_says_so(turn, one, mei):
    tap(turn, mei, one, "ack")
    tap(turn, mei, one, "c-none")
    thread = asked_why(turn)
    tap(turn, mei, one, "c-visit")
    taking.reasoned(turn, mei, TEAM, thread, "no need")
    assert now(turn, one).action == "visit"
    assert messages(turn)[-1].content.text.startswith("P-001: Already closed by Mei")
    again = threads.of_message(turn.connection, thread.message)
    assert again is not None
    assert not again.settled


def test_where_no_more_putting_off_is_left_no_menu_comes(turn, one, mei):
    tap(turn, mei, one, "ack")
    tap(turn, mei, one, "z-30")
    taking.reasoned(turn, mei, TEAM, asked_why(turn), "in surgery")
    turn.now += timedelta(days=1)
    edits = len(messages(turn, kind="edit"))
    assert tap(turn, mei, one, "snooze") == "This cannot be put off any longer."
    assert len(messages(turn, kind="edit")) == edits
    assert tap(turn, mei, one, "close") == ""


def test_it_is_given_to_somebody_who_is_told_directly_in_their_language(turn, one, mei):
    lin = a_nurse(turn, "Lin", "zh")
    tap(turn, mei, one, "ack")
    turn.say(lin.principal, Message("an older copy"), lane="alert", purpose="alert", alert_id=one.id)
    assert tap(turn, mei, one, f"a-{lin.id}") == "Given on."
    assert now(turn, one).assigned_to == lin.id
    assert noted(turn)[1:] == [("alert assigned", mei.id, None, lin.id, "")]
    older, told = messages(turn, lin.principal)
    assert (older.state, older.fault) == ("dropped", "a newer copy")
    assert (told.lane, told.purpose, told.alert_id) == (PLACE["urgent"], "alert", one.id)
    assert "此提醒已转交给您" in told.content.text


def test_what_is_not_urgent_overtakes_nothing_urgent_when_it_is_given_on(turn, one, mei):
    lin = a_nurse(turn, "Lin")
    alerts.save(turn.connection, one, replace(one, tier="soon"))
    tap(turn, mei, one, "ack")
    assert tap(turn, mei, one, f"a-{lin.id}") == "Given on."
    (told,) = messages(turn, lin.principal)
    assert told.lane == PLACE["alert"]


def test_who_gives_it_to_themselves_is_not_told(turn, one, mei):
    tap(turn, mei, one, "ack")
    assert tap(turn, mei, one, f"a-{mei.id}") == "Given on."
    assert now(turn, one).assigned_to == mei.id
    assert messages(turn, mei.principal) == []


def test_nobody_is_given_it_who_is_not_there_or_may_not_take_it(turn, one, mei):
    reader = a_nurse(turn, "Rae", role="reader")
    gone = joins(turn, "Gone", "nurse", status="left")
    tap(turn, mei, one, "ack")
    for other in ("nobody", reader.id, gone.removeprefix("staff:")):
        assert tap(turn, mei, one, f"a-{other}") == "This person cannot take alerts at the moment."
    assert now(turn, one).assigned_to is None
    assert len(noted(turn)) == 1


def test_an_alert_that_nobody_has_is_given_to_nobody(turn, one, mei):
    lin = a_nurse(turn, "Lin")
    assert tap(turn, mei, one, f"a-{lin.id}").startswith("Nobody has taken this alert yet")
    assert (messages(turn, lin.principal), noted(turn)) == ([], [])


def test_nobody_of_another_centre_does_anything_about_it(turn, one, mei):
    wu = a_nurse(turn, "Wu")
    people.bind(
        turn.connection, principal=wu.principal, chat=55, account=55, name="Wu", handle="", language="en",
        now=turn.now,
    )  # fmt: skip
    turn._study = replace(CARE, centres="site")
    wanted = "Another centre cares for this participant. Please ask a colleague there."
    assert tap(turn, mei._replace(centre="skin"), one, "ack") == wanted
    assert now(turn, one) == one
    assert tap(turn, wu, one, "ack") == "You have it."
    people.change_staff(turn.connection, mei.id, centre="skin")
    assert tap(turn, wu, one, f"a-{mei.id}") == "This person cannot take alerts at the moment."
    assert now(turn, one).assigned_to is None
