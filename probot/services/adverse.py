"""How does the team record an adverse event? From an alert or with `/ae CODE`, in the clinician's own chat.

The rule: whoever taps is a named person with the power for that very deed; the table of moves decides the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from probot.alerts.model import Alert
from probot.alerts.phrases import SEPARATOR
from probot.alerts.staff import not_authorised, not_theirs, unknown_alert
from probot.flows.buttons import RecordTap
from probot.flows.session import AskedAgain, Opened
from probot.flows.text import fitting
from probot.messages import MOST_CHARACTERS, Message
from probot.outcomes.adverse import AdverseEvent, Deed, Entry
from probot.outcomes.adverse_words import (
    CARD,
    CHOICES,
    FORM,
    NEW,
    SUMMARY,
    choices,
    clock_line,
    deed_of,
    head,
    is_stale,
    listed,
    refusal,
)
from probot.outcomes.judging import POWERS, Refused, do
from probot.outcomes.reports import since
from probot.outcomes.sae_clock import WAITING, runs, wound
from probot.outcomes.sae_summary import summary, summary_of
from probot.outcomes.summary_page import page_of
from probot.services import audience, centres
from probot.services.adverse_form import keep, mark, show, shown, tell_judges
from probot.services.begin import begin
from probot.services.converse import Reply, carry_on
from probot.services.sought import code_in, sought
from probot.services.turn import Turn
from probot.store import adverse, alerts, assessments, outbox, people
from probot.store.records import Enrolment, Staff
from probot.study.forms import ADVERSE, AMENDED, EVENT
from probot.study.model import Power
from probot.values import EnrolmentId, StaffId, derived_id
from probot.wording import say

COMMANDS = frozenset({"ae", "sae"})
OVER = frozenset({"locked", "dismissed"})
HEARD = frozenset({"acknowledged", "asked", "called", "assigned"})
"""What somebody of the team does with an alert only once they know what it says."""


def commanded(turn: Turn, person: Staff, recipient: str, command: str, text: str, language: str) -> None:
    """`/ae [CODE]`: what is on record, and a new one. `/sae`: what is still to be reported, and the time left."""
    if turn.study.adverse is None:
        _answer(turn, recipient, Message(say(language, "adverse.none")))
    elif not _may(turn, person, "view"):
        turn.note("command refused", "chat", recipient, reason="role", new=command)
        _answer(turn, recipient, Message(not_authorised(turn.study, "view", language)))
    elif command == "sae":
        _answer(turn, recipient, _clocks(turn, person, language))
    elif recipient != person.principal:
        _answer(turn, recipient, Message(say(language, "adverse.private")))
    else:
        _list(turn, person, text, language)


def _list(turn: Turn, person: Staff, text: str, language: str) -> None:
    if not code_in(text):
        not_over = [one for one in adverse.all_of(turn.connection) if one.state not in OVER]
        theirs = _coded(turn, centres.hidden_from(turn, person), not_over)
        _answer(turn, person.principal, listed(turn.study, theirs, language, turn.now))
        return
    enrolment = sought(turn, person, "ae", text, language)
    if isinstance(enrolment, Message):
        _answer(turn, person.principal, enrolment)
        return
    turn.note("adverse events shown", "enrolment", enrolment.id, code=enrolment.code)
    found = adverse.all_of(turn.connection, enrolment.id)
    new = (enrolment.id, enrolment.code) if _may(turn, person, POWERS["noted"]) else None
    message = listed(turn.study, [(one, enrolment.code) for one in found], language, turn.now, begin_for=new)
    _answer(turn, person.principal, message)


def _clocks(turn: Turn, person: Staff, language: str) -> Message:
    running = _running(turn, centres.hidden_from(turn, person))
    if not running:
        return Message(say(language, "adverse.sae.none"))
    return replace(listed(turn.study, running, language, turn.now, first="adverse.sae.first"), buttons=())


def _running(turn: Turn, hidden: Collection[str]) -> list[tuple[AdverseEvent, str]]:
    running = [one for one in adverse.all_of(turn.connection) if runs(one)]
    return _coded(turn, hidden, sorted(running, key=lambda one: since(one, turn.study.zone)))


def beneath(turn: Turn, person: Staff, message: Message, language: str) -> Message:
    """The list of what is open, and beneath it what the records of adverse events still ask for."""
    hidden = centres.hidden_from(turn, person)
    lines = [*clocks(turn, hidden, language), *waiting(turn, hidden, language)]
    if not lines:
        return message
    return replace(message, text=fitting("\n".join((message.text, *lines)), MOST_CHARACTERS))


def clocks(turn: Turn, hidden: Collection[str], language: str) -> list[str]:
    """A line for each clock of a serious event that runs."""
    return [
        SEPARATOR.join((head(event, code, language), clock_line(turn.study, event, language, turn.now)))
        for event, code in _running(turn, hidden)
    ]


def waiting(turn: Turn, hidden: Collection[str], language: str) -> list[str]:
    """One line with how many records wait for a judgement or a signature; none if that is nobody's turn."""
    found = _coded(turn, hidden, [one for one in adverse.all_of(turn.connection) if one.state in WAITING])
    return [say(language, "adverse.waiting", n=len(found))] if found else []


def _coded(turn: Turn, hidden: Collection[str], events: list[AdverseEvent]) -> list[tuple[AdverseEvent, str]]:
    """With their codes, without those of the participants that are hidden."""
    if not events:
        return []
    codes = {one.id: one.code for one in people.all_enrolments(turn.connection) if one.code not in hidden}
    return [(one, codes[one.enrolment]) for one in events if one.enrolment in codes]


# ------------------------------------------------------------------------------ a candidate


def from_alert(turn: Turn, person: Staff, alert_id: str, recipient: str, language: str) -> None:
    """[Adverse event?] under an alert: a candidate of it, once."""
    alert = alerts.find(turn.connection, alert_id)
    if alert is None or turn.study.adverse is None:
        turn.toast = unknown_alert(language)
        return
    if not _may(turn, person, POWERS["noted"]):
        turn.note("tap refused", "alert", alert_id, reason="role", new="ae")
        turn.toast = not_authorised(turn.study, POWERS["noted"], language)
        return
    enrolment = people.by_id(turn.connection, alert.enrolment, lock=True)
    assert enrolment is not None
    if _is_closed(turn, person, enrolment, language):
        return
    there = adverse.of_alert(turn.connection, alert_id)
    if there is None:
        _note(turn, person, enrolment, person.language, alert)
    else:
        show(turn, person, there, enrolment, person.language)
    if turn.toast == "":
        turn.toast = say(language, "adverse.elsewhere") if recipient != person.principal else ""


def _note(turn: Turn, person: Staff, enrolment: Enrolment, language: str, alert: Alert | None = None) -> None:
    """Somebody says that there may be an adverse event. Who can fill in the form gets it at once."""
    heard = [each.at for each in alert.history if each.deed in HEARD] if alert else []
    known = min([turn.now, *heard])
    event = AdverseEvent(
        id=derived_id("adverse event", enrolment.id, turn.cause),
        enrolment=EnrolmentId(enrolment.id),
        number=adverse.next_number(turn.connection, enrolment.id),
        state="candidate",
        noted_at=turn.now,
        known_at=known,
        aware_at=known,
        alert=alert.id if alert else None,
        history=(Entry("noted", turn.now, StaffId(person.id)),),
    )
    if adverse.find(turn.connection, event.id) is not None:
        return
    event = wound(turn.study, event, turn.now)
    adverse.add(turn.connection, event)
    turn.note(
        "adverse event: noted", "adverse event", event.id, code=enrolment.code, new="candidate",
        reason="from an alert" if alert else "",
    )  # fmt: skip
    if _may(turn, person, "grade"):
        _fill_in(turn, person, enrolment, event, language)
    else:
        show(turn, person, event, enrolment, language)
        tell_judges(turn, event, enrolment, but=person)
        turn.toast = say(language, "adverse.done.noted")


# ------------------------------------------------------------------------------ taps


def tapped(
    turn: Turn, person: Staff, tap: RecordTap, recipient: str, number: int | None, language: str
) -> bool:
    """A button under a record. False if there is no adverse event (and nobody to begin one for) of that id."""
    if tap.action == NEW:
        enrolment = people.by_id(turn.connection, tap.record, lock=True)
        if enrolment is None or turn.study.adverse is None:
            return False
        if _refuses(turn, person, tap.record, POWERS["noted"], language):
            return True
        if _is_closed(turn, person, enrolment, language):
            return True
        _note(turn, person, enrolment, person.language)
        return True
    event = adverse.find(turn.connection, tap.record)
    if event is None:
        return False
    enrolment = people.by_id(turn.connection, event.enrolment, lock=True)
    assert enrolment is not None
    event = adverse.find(turn.connection, tap.record)  # as it is now that nobody else can change it
    assert event is not None
    if _is_closed(turn, person, enrolment, language):
        return True
    own = number if recipient == person.principal else None
    if is_stale(event, tap):
        _show_instead(turn, person, enrolment, event, tap.action, own, language)
    else:
        _act(turn, person, enrolment, event, tap.action, own, language)
    return True


def _show_instead(
    turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, action: str, number: int | None,
    language: str,
) -> None:  # fmt: skip
    """Nobody judges or signs what they have not seen: the button stood under a judgement that is not the newest."""
    if _refuses(turn, person, event.id, "adjudicate", language):
        return
    turn.note(
        "tap refused", "adverse event", event.id, code=enrolment.code, field=action, reason="another judgement since"
    )  # fmt: skip
    turn.toast = say(language, "adverse.refused.changed")
    _put(turn, person, shown(turn, event, enrolment, person, person.language), number, mark(event))


def _act(
    turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, action: str, number: int | None,
    language: str,
) -> None:  # fmt: skip
    deed, detail = deed_of(action), action.partition(".")[2]
    if action in {CARD, SUMMARY}:
        if not _refuses(turn, person, event.id, "view", language):
            message = shown(turn, event, enrolment, person, person.language)
            if action == SUMMARY:
                message = summary(turn.study, event, enrolment.code, person.language, audience.names(turn))
                _send_page(turn, person, enrolment, event)
                turn.note("summary shown", "adverse event", event.id, code=enrolment.code)
                number = None
            _put(turn, person, message, number)
    elif action == FORM:
        if not _refuses(turn, person, event.id, "grade", language):
            _fill_in(turn, person, enrolment, event, person.language)
    elif deed is None or deed in {"noted", "fill"}:
        turn.toast = say(language, "adverse.unknown")
    elif _refuses(turn, person, event.id, POWERS[deed], language):
        return
    elif deed == "amend":
        _amend(turn, person, enrolment, event, language)
    elif deed in CHOICES and detail not in CHOICES[deed] and _goes(turn, person, event, deed):
        _put(turn, person, choices(event, deed, enrolment.code, person.language), number)
    else:
        _do(turn, person, enrolment, event, deed, detail, number, language)


def _goes(turn: Turn, person: Staff, event: AdverseEvent, deed: Deed) -> bool:
    """Whether it could be done now, with a reason: nobody is asked for one in vain."""
    return not isinstance(do(event, deed, StaffId(person.id), turn.now, CHOICES[deed][0]), Refused)


def _do(
    turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, deed: Deed, detail: str,
    number: int | None, language: str,
) -> None:  # fmt: skip
    after = do(event, deed, StaffId(person.id), turn.now, detail)
    if isinstance(after, Refused):
        turn.note(
            "move refused", "adverse event", event.id, code=enrolment.code, field=deed, old=event.state,
            reason=after.reason,
        )  # fmt: skip
        turn.toast = refusal(after, language)
        return
    after = keep(turn, enrolment, event, after, tapped=number, shown_anew=True)
    turn.toast = say(language, "adverse.done")
    _put(turn, person, shown(turn, after, enrolment, person, person.language), number, mark(after))


def _send_page(turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent) -> None:
    """The same summary as a page to print or to send on: a courtesy, which can be asked for again."""
    language = person.language
    found = summary_of(turn.study, event, enrolment.code, language, audience.names(turn))
    if found is None:
        return
    content = {
        "enrolment": enrolment.id, "name": f"{enrolment.code}-AE{event.number}.html",
        "content": page_of(found, language), "caption": head(event, enrolment.code, language),
    }  # fmt: skip
    outbox.put(
        turn.connection, message_id=derived_id("summary page", event.id, turn.cause), lane="reply",
        recipient=person.principal, purpose="reply", kind="file", content=content, now=turn.now,
    )  # fmt: skip


def _put(turn: Turn, person: Staff, message: Message, number: int | None, item: str | None = None) -> None:
    """Where the button was tapped, if that is the person's own chat; else there as a message of its own."""
    if number is None:
        turn.say(person.principal, message, lane="reply", purpose="notice", item=item)
    else:
        turn.say(person.principal, message, lane="edit", purpose="notice", kind="edit", edits_number=number)


# ------------------------------------------------------------------------------ forms


def _fill_in(turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, language: str) -> None:
    """Begin the form, or go on with the one that this person began; whoever fills it in looks at it."""
    if event.state == "candidate":
        taken = do(event, "acknowledge", StaffId(person.id), turn.now)
        assert not isinstance(taken, Refused)
        event = keep(turn, enrolment, event, taken)
    if event.state != "under_review":
        turn.toast = refusal(Refused("move", "fill", event.state), language)
        return
    _open_form(turn, person, enrolment, event, ADVERSE)


def _amend(turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, language: str) -> None:
    if event.state not in {"adjudicated", "signed", "follow_up", "resolved"}:
        turn.toast = refusal(Refused("move", "amend", event.state), language)
        return
    _open_form(turn, person, enrolment, event, AMENDED)


def _open_form(turn: Turn, person: Staff, enrolment: Enrolment, event: AdverseEvent, form: str) -> None:
    ours = set(adverse.forms_of(turn.connection, event))
    for each in assessments.forms_of(turn.connection, person.principal):
        session = each.session
        one = assessments.find(turn.connection, session.assessment) if session.assessment in ours else None
        if one is not None and one.timepoint == form and session.asking:
            carry_on(turn, enrolment, one, session, AskedAgain(lost=False), Reply(turn.now))
            return
    begun = begin(turn, enrolment, form, language=person.language, respondent=person.principal)
    if begun is not None:
        adverse.begin_form(turn.connection, event, begun[0].id)
        carry_on(turn, enrolment, *begun, Opened(), Reply(turn.now))


def open_event_form(turn: Turn, person: Staff, enrolment: Enrolment) -> None:
    """Ask which event it was, and on which day."""
    begun = begin(turn, enrolment, EVENT, language=person.language, respondent=person.principal)
    if begun is not None:
        carry_on(turn, enrolment, *begun, Opened(), Reply(turn.now))


# ------------------------------------------------------------------------------ who may


def _may(turn: Turn, person: Staff, power: Power) -> bool:
    return audience.may(turn, person, power)


def _is_closed(turn: Turn, person: Staff, enrolment: Enrolment, language: str) -> bool:
    if not centres.closed_to(turn, person, enrolment):
        return False
    turn.toast = not_theirs(language)
    return True


def _refuses(turn: Turn, person: Staff, record: str, power: Power, language: str) -> bool:
    if _may(turn, person, power):
        return False
    turn.note("tap refused", "adverse event", record, reason="role", new=power)
    turn.toast = not_authorised(turn.study, power, language)
    return True


def _answer(turn: Turn, recipient: str, message: Message) -> None:
    turn.say(recipient, message, lane="reply", purpose="notice")
