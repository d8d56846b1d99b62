"""How does a picture reach the care team? As a row that names whom it shows; what it shows is read at sending.

The rule: no alert waits for a picture. It stands in the last lane, hangs under its alert's message, and is a
courtesy: late, refused or of unknown arrival it is dropped and never said twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from probot.alerts.model import Alert
from probot.alerts.picture import Picture
from probot.alerts.trajectory import Answered, Awaited, Days, Raised, trajectory
from probot.messages import Lane
from probot.ports import Photo
from probot.schedule.civil import local_day
from probot.services.turn import TOPIC, Turn
from probot.store import asked, assessments, history, looks, outbox, people
from probot.store.records import Assessment, Contact, Enrolment, Outgoing, Response
from probot.study.model import Study
from probot.values import derived_id

LIFE = timedelta(hours=6)
"""A picture that could not be sent for so long shows what nobody asks any more."""
WAIT = timedelta(seconds=5)
"""How soon it is looked again whether the message that it hangs under has gone out."""
WORTH_LOOKING = 2
"""Days with a value that a picture has to show before it is sent without being asked for."""


def under_alert(turn: Turn, alert: Alert, recipient: str, message: str) -> None:
    """Have the trajectory hung under an alert's message: once for each reader, and again when its rule is met again."""
    if turn.study.views.picture is None:
        return
    key = derived_id("picture", alert.id, recipient, str(alert.hits))
    _put(turn, key, recipient, alert.enrolment, lane="digest", under=message, alert_id=alert.id)


def asked_for(turn: Turn, recipient: str, enrolment: Enrolment) -> None:
    """Have the trajectory sent to somebody who asked for this participant."""
    if turn.study.views.picture is not None:
        _put(turn, derived_id("picture", turn.cause, enrolment.id), recipient, enrolment.id, lane="reply")


def _put(
    turn: Turn, key: str, recipient: str, enrolment: str, *, lane: Lane, under: str | None = None,
    alert_id: str | None = None,
) -> None:  # fmt: skip
    content: dict[str, str | int] = {"enrolment": enrolment}
    if turn.topic is not None and lane == "reply" and recipient == people.TEAM:
        content[TOPIC] = turn.topic
    outbox.put(
        turn.connection, message_id=key, lane=lane, recipient=recipient, purpose="picture", kind="photo",
        content=content, edits=under, alert_id=alert_id, now=turn.now,
        expires_at=turn.now + LIFE,
    )  # fmt: skip


# ------------------------------------------------------------------------------ at the moment of sending


def addressed(turn: Turn, row: Outgoing, contact: Contact) -> Photo | None:
    """The picture as it is now. None: not now, or not at all, and that is on record."""
    number = None
    if row.edits is not None:
        number, contact_id, state = asked.number_of(turn.connection, row.edits)
        if state in {"waiting", "sending"}:
            outbox.again(turn.connection, row, turn.now + WAIT, "its message has not gone out")
            return None
        if state != "sent" or contact_id != contact.id:
            outbox.drop(turn.connection, row, "its message did not go out")
            return None
    enrolment = people.by_id(turn.connection, row.parts["enrolment"])
    picture = None if enrolment is None else picture_of(turn, enrolment, contact.language)
    if picture is None or (row.edits is not None and not _is_worth_looking(picture)):
        outbox.drop(turn.connection, row, "nothing to show")
        return None
    return Photo(contact.chat, picture, picture.caption, number)


def _is_worth_looking(picture: Picture) -> bool:
    return any(len(curve.dots) >= WORTH_LOOKING for curve in picture.curves)


def picture_of(turn: Turn, enrolment: Enrolment, language: str) -> Picture | None:
    """The trajectory of a participant up to now; None if the study wants none or nothing is known yet."""
    study = turn.study
    if study.views.picture is None:
        return None
    today = local_day(turn.now, enrolment.zone)
    since = turn.now - timedelta(days=study.views.picture.days + 1)
    expected = assessments.of_enrolment(turn.connection, enrolment.id)
    responses = history.responses_since(turn.connection, enrolment.id, since)
    raised = looks.raised_since(turn.connection, enrolment.id, since)
    days = Days(
        enrolment.code,
        today,
        answers=_answers(study, enrolment, responses, expected),
        awaited=[
            Awaited(one.day, one.timepoint, one.status)
            for one in expected
            if one.status != "planned" and not one.occurrence and one.respondent is None
        ],
        alerts=[Raised(local_day(at, enrolment.zone), tier) for at, tier in raised],
    )
    return trajectory(study, days, language)


def _answers(
    study: Study, enrolment: Enrolment, responses: Iterable[Response], expected: Iterable[Assessment]
) -> list[Answered]:
    """The newest revision of each answer, on the day it is about."""
    newest = {(one.assessment_id, one.item): one for one in responses}
    forms = {one.id: one for one in expected}
    said = {one.assessment_id: day for one in newest.values() if (day := _date_in(study, one)) is not None}
    found = []
    for one in newest.values():
        form = forms.get(one.assessment_id)
        if one.assessment_id in said:
            day = said[one.assessment_id]
        elif form is not None and form.respondent is None and not form.occurrence:
            day = form.day
        else:
            day = _day_of(one.answered_at, enrolment)
        found.append(Answered(day, one.item, one.value))
    return found


def _day_of(moment: datetime, enrolment: Enrolment) -> date:
    return local_day(moment, enrolment.zone)


def _date_in(study: Study, response: Response) -> date | None:
    """The date that a clinician's form gives for its examination."""
    if not isinstance(response.value, str):
        return None
    try:
        item = study.item(response.item)
        return date.fromisoformat(response.value) if item.kind == "date" else None
    except (KeyError, ValueError):
        return None
