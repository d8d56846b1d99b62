"""How does an event change a conversation on record? Load it, take one pure step, and write all that follows.

The rule: session, responses, alerts, messages and trail of one step go down together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from probot.alerts.model import Hit
from probot.alerts.rules import hits, signal_hits, spoken_hits
from probot.flows.front import front
from probot.flows.present import present, wording_hash
from probot.flows.session import (
    AskedAgain,
    AskItem,
    Event,
    Given,
    ItemAnswered,
    MarkAnswered,
    Noted,
    Opened,
    Reask,
    SayClosed,
    SayKept,
    Session,
    SessionFinished,
    ShowChosen,
    Sprint,
    Tapped,
    Thank,
    Want,
)
from probot.flows.step import step
from probot.messages import Lane, Message
from probot.schedule.quiet import next_allowed
from probot.services import adverse_form, alerting, endpoint, events, gather, wishes
from probot.services.turn import Turn
from probot.store import asked, assessments
from probot.store.records import Assessment, Enrolment, Purpose
from probot.study.facts import Facts
from probot.study.forms import AMENDED, EVENT, FORMS
from probot.study.model import Study
from probot.values import Value
from probot.wording import say


@dataclass(frozen=True, slots=True)
class Reply:
    """Where an event came from: its moment, its raw words, the message it touched, the key it is known by.

    `at`: when the participant sent it. `received_at`: when it was written into the inbox (None: no update).
    `reply_to`: the message that the words reply to.
    """

    at: datetime
    raw: str = ""
    message: int | None = None
    key: str = ""
    received_at: datetime | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One assessment's conversation with everything around it, as loaded for one step."""

    study: Study
    enrolment: Enrolment
    assessment: Assessment
    facts: Facts


def carry_on(
    turn: Turn, enrolment: Enrolment, assessment: Assessment, session: Session, event: Event, reply: Reply,
    *, lane: Lane = "reply",
) -> Session:  # fmt: skip
    """Take one step with `event` and write down everything that follows. The session as it is then."""
    study = turn.pinned(assessment.study_hash)
    facts = gather.for_flow(turn, study, enrolment, assessment.timepoint, assessment.id, reply.at)
    scene = Scene(study, enrolment, assessment, facts)
    sprint = step(study, facts, session, event, reply.at)
    if sprint.session.revision != session.revision:
        assessments.save_session(turn.connection, sprint.session)
    _keep_facts(turn, scene, sprint, reply)
    for want in sprint.wants:
        if not (isinstance(want, Thank) and assessment.timepoint in FORMS):  # what became of it has been said
            _say(turn, scene, sprint.session, want, reply, lane)
    return sprint.session


def go_on(turn: Turn, enrolment: Enrolment, *, lane: Lane = "reply") -> None:
    """After a conversation has ended (or was put first): ask in whichever is in front now."""
    ahead = front(assessments.live_sessions(turn.connection, enrolment.id), turn.now)
    if ahead is None:
        return
    assessment = assessments.find(turn.connection, ahead.assessment)
    assert assessment is not None
    event: Event = Opened() if ahead.status == "waiting" else AskedAgain(lost=False)
    carry_on(turn, enrolment, assessment, ahead, event, Reply(turn.now), lane=lane)


def in_front(turn: Turn, enrolment: Enrolment) -> Session | None:
    """The conversation that words without a button belong to, if one has a question open."""
    ahead = front(assessments.live_sessions(turn.connection, enrolment.id), turn.now)
    return ahead if ahead is not None and ahead.asking is not None else None


# ------------------------------------------------------------------------------ facts go on record


def _keep_facts(turn: Turn, scene: Scene, sprint: Sprint, reply: Reply) -> None:
    answered = [fact for fact in sprint.facts if isinstance(fact, ItemAnswered) and _is_record(fact, sprint)]
    for fact in answered:
        _keep_response(turn, scene, fact, reply, sprint.session.revision)
    _keep_progress(turn, scene, sprint, answered)
    for noted in sprint.facts:
        if isinstance(noted, Noted):
            _keep_note(turn, scene, sprint.session, noted, reply)
    if scene.assessment.timepoint not in FORMS:
        _raise_alerts(turn, scene, sprint.session, answered)
        endpoint.answered(turn, scene.enrolment, {fact.item for fact in answered})
    elif sprint.session.status == "finished" and any(
        isinstance(fact, SessionFinished) for fact in sprint.facts
    ):
        _keep_form(turn, scene, sprint.session)


def _keep_form(turn: Turn, scene: Scene, session: Session) -> None:
    """A form of probot's own has been gone through, or an answer in it was changed."""
    keep = events.finished if scene.assessment.timepoint == EVENT else adverse_form.finished
    keep(turn, scene.enrolment, scene.assessment, session)


def _is_record(fact: ItemAnswered, sprint: Sprint) -> bool:
    """Whether it becomes a row. An item that a condition hid all along has none, and an assessment that was
    missed altogether says so in its own row.
    """
    if fact.given.source != "system" or fact.before is not None:
        return True
    nothing = any(isinstance(each, SessionFinished) and each.outcome == "none" for each in sprint.facts)
    return fact.given.absent != "branched" and not nothing


def _keep_response(turn: Turn, scene: Scene, fact: ItemAnswered, reply: Reply, step: int) -> None:
    instrument, item = scene.study.asked_at(scene.assessment.timepoint, fact.item)
    given, assessment = fact.given, scene.assessment
    late = given.source != "system" and reply.at > assessment.closes_at
    shown = scene.study.once(
        "shown", f"{given.language}:{instrument.id}:{item.id}", lambda: wording_hash(item, given.language)
    )
    reason = "" if fact.before is None else _why_revised(fact, assessment.respondent)
    assessments.add_response(
        turn.connection, enrolment_id=scene.enrolment.id, assessment_id=assessment.id, item=fact.item,
        revision=given.revision, value=given.value, absent=given.absent, raw=given.raw,
        source="staff" if assessment.respondent and given.source != "system" else given.source,
        mode=assessment.mode, language=given.language, instrument=instrument.id,
        instrument_version=instrument.version, wording_hash=shown,
        study_hash=scene.study.hash, asked_at=given.asked_at, answered_at=given.at, received_at=reply.received_at,
        stored_at=turn.now, zone=scene.enrolment.zone, late=late, reason=reason, actor=turn.actor,
        cause=reply.key or turn.cause, step=step,
    )  # fmt: skip
    turn.note(
        "answered" if fact.before is None else "answer revised", "response", f"{assessment.id}/{fact.item}",
        code=scene.enrolment.code, field=fact.item, old=_shown(fact.before), new=_shown(given), reason=reason,
        study=scene.study.hash,
    )  # fmt: skip


def _why_revised(fact: ItemAnswered, respondent: str | None) -> str:
    if fact.given.source == "system":
        return "another answer changed which items are asked"
    return "corrected by the participant" if respondent is None else "corrected by whoever answered"


def _shown(given: Given | None) -> Value | None:
    if given is None:
        return None
    return given.value if given.absent is None else f"({given.absent})"


def _keep_progress(turn: Turn, scene: Scene, sprint: Sprint, answered: Sequence[ItemAnswered]) -> None:
    assessment = scene.assessment
    changes: dict[str, object] = {}
    own = [fact for fact in answered if fact.given.source != "system"]
    if own and assessment.first_answer_at is None:
        changes["first_answer_at"] = own[0].given.at
    finished = [fact for fact in sprint.facts if isinstance(fact, SessionFinished)]
    if finished and assessment.status in {"open", "complete", "partial", "declined"}:
        outcome = finished[-1].outcome
        if outcome != "none":
            last = max(
                (given.at for given in sprint.session.given.values() if given.source != "system"),
                default=turn.now,
            )
            changes |= {"status": outcome, "finished_at": last, "late": last > assessment.closes_at}
    if not changes:
        return
    assessments.change(turn.connection, assessment.id, **changes)
    if "status" in changes and changes["status"] != assessment.status:
        turn.note(
            "assessment ended", "assessment", assessment.id, code=scene.enrolment.code, field="status",
            old=assessment.status, new=changes["status"], study=scene.study.hash,
        )  # fmt: skip


def _keep_note(turn: Turn, scene: Scene, session: Session, fact: Noted, reply: Reply) -> None:
    at = reply.at
    # Of media the step knows the kind alone; what was written with it counts as much as any words.
    words = reply.raw if fact.kind == "media" else fact.text
    kept = f"[{fact.text}] {words}".strip() if fact.kind == "media" else words
    assessments.add_note(
        turn.connection, enrolment=scene.enrolment.id, kind=fact.kind, words=kept, received_at=turn.now,
        cause=f"{turn.cause}:{fact.kind}", assessment_id=scene.assessment.id, item=fact.item,
    )  # fmt: skip
    turn.note(
        "note kept", "note", scene.assessment.id, code=scene.enrolment.code, field=fact.item or "", new=fact.kind
    )  # fmt: skip
    if scene.assessment.respondent is not None:
        return  # a clinician's words are no message of the participant's
    if fact.value is not None and fact.item is not None:
        # It came too late, or to an item that is not asked any more: no response, but no less true.
        found = rule_hits(
            turn, scene.study, scene.enrolment, session, scene.assessment.id, {fact.item: fact.value}, at
        )
        alerting.raise_all(turn, scene.study, scene.enrolment, found)
        return
    signal: Literal["media", "unclear"] = "media" if fact.kind == "media" else "unclear"
    found = signal_hits(scene.study, signal, words=words or kept)
    worrying = tuple(hit for hit in found if scene.study.rules[hit.rule].words)
    if fact.kind != "media" and not fact.possibly_severe:
        found = worrying
    told = alerting.raise_all(turn, scene.study, scene.enrolment, found)
    if worrying and not told:  # the team has that alert already, but not these words
        alerting.show_words(turn, scene.enrolment, words or kept, signal, fact.item)


def _raise_alerts(turn: Turn, scene: Scene, session: Session, answered: Sequence[ItemAnswered]) -> None:
    own = [fact for fact in answered if fact.given.source != "system"]
    if not own:
        return
    changed = {fact.item: fact.given.value for fact in own}
    found = rule_hits(
        turn, scene.study, scene.enrolment, session, scene.assessment.id, changed, own[0].given.at
    )
    found += _worrying_words(scene, own)
    if not alerting.raise_all(turn, scene.study, scene.enrolment, found) and found:
        _show_texts(turn, scene, own, found)
    wishes.in_a_form(turn, scene.study, scene.enrolment, changed, told=bool(found))
    met = {hit.concept for hit in found}
    for fact in own:
        if fact.before is not None and fact.before.value is not None:
            alerting.note_correction(turn, scene.study, scene.enrolment, fact, met)


def _show_texts(turn: Turn, scene: Scene, answered: Sequence[ItemAnswered], found: Sequence[Hit]) -> None:
    """Words that met a rule whose alert calls nobody anew are shown as they are: no number tells if they are worse."""
    met = {hit.evidence.item for hit in found} | {hit.evidence.words for hit in found}
    for fact in answered:
        _, item = scene.study.asked_at(scene.assessment.timepoint, fact.item)
        words = fact.given.value
        if item.kind == "text" and isinstance(words, str) and met & {fact.item, words}:
            alerting.show_words(turn, scene.enrolment, words, "note", fact.item)


def _worrying_words(scene: Scene, answered: Sequence[ItemAnswered]) -> tuple[Hit, ...]:
    """Words that would alarm outside a form alarm inside one as well."""
    found: list[Hit] = []
    for fact in answered:
        _, item = scene.study.asked_at(scene.assessment.timepoint, fact.item)
        if item.kind == "text" and isinstance(fact.given.value, str):
            found += spoken_hits(scene.study, fact.given.value)
    return tuple(found)


def rule_hits(
    turn: Turn, study: Study, enrolment: Enrolment, session: Session, assessment_id: str,
    changed: Mapping[str, Value | None], at: datetime,
) -> tuple[Hit, ...]:  # fmt: skip
    """Which rules are met, now that these items have these values (None: declined)."""
    answers = {item: given.value for item, given in session.given.items() if given.value is not None}
    answers |= {item: value for item, value in changed.items() if value is not None}
    declined = frozenset(item for item, given in session.given.items() if given.absent == "declined")
    found: tuple[Hit, ...] = ()
    for with_days_before in (False, True):
        facts = gather.for_rules(
            turn, study, enrolment, changed, answers, declined, assessment_id, at, with_days_before=with_days_before
        )  # fmt: skip
        found = hits(study, facts, frozenset(changed), zone=enrolment.zone)
        if not found:
            break
    return found


# ------------------------------------------------------------------------------ what is said

_EDITS = (MarkAnswered, ShowChosen)


def _say(turn: Turn, scene: Scene, session: Session, want: Want, reply: Reply, lane: Lane) -> None:
    message, assessment = _words(scene, session, want), scene.assessment
    if assessment.timepoint == AMENDED and isinstance(want, AskItem | Reask):
        message = adverse_form.with_what_stands(turn, assessment, want.item, session.language, message)
    recipient = assessment.respondent or scene.enrolment.principal
    match want:
        case AskItem(item=item):
            purpose: Purpose = "reminder" if want.why == "reminder" else "question"
            turn.say(
                recipient, message, lane=lane, purpose=purpose, assessment_id=assessment.id, item=item,
                not_before=_not_before(turn, scene, lane), expires_at=_expires_at(turn, assessment),
            )  # fmt: skip
        case Reask(item=item):
            turn.say(
                recipient, message, lane=lane, purpose="question", assessment_id=assessment.id, item=item,
                expires_at=_expires_at(turn, assessment),
            )  # fmt: skip
        case MarkAnswered(item=item) | ShowChosen(item=item):
            last = None if reply.message else asked.last_asking(turn.connection, assessment.id, item)
            if last is not None and _is_unsaid(turn, last, session, message):
                return
            if reply.message or last:
                turn.say(
                    recipient, message, lane="edit", purpose="reply", kind="edit", edits=last,
                    edits_number=reply.message, assessment_id=assessment.id, item=item,
                )  # fmt: skip
        case SayKept() if reply.message is not None:
            turn.toast = message.text
        case Thank() | SayClosed() | SayKept():
            turn.say(recipient, message, lane=lane, purpose="reply")


def _is_unsaid(turn: Turn, asking: str, session: Session, message: Message) -> bool:
    """Whether the question that would be edited has not gone out yet.

    Answered already, it goes as what it would have become; of a closed session it will not go at all.
    """
    if session.status == "closed":
        return asked.number_of(turn.connection, asking)[2] == "waiting"
    return asked.rewrite(turn.connection, asking, message)


def _not_before(turn: Turn, scene: Scene, lane: Lane) -> datetime | None:
    """What nobody asked for waits for the end of the participant's quiet hours; an answer to them does not."""
    if lane != "prompt" or scene.assessment.respondent is not None:
        return None
    return next_allowed(turn.now, scene.study.participant_quiet, scene.enrolment.zone)


def _expires_at(turn: Turn, assessment: Assessment) -> datetime | None:
    """When the question is of no use any more; a form that was opened again to be corrected has no such moment."""
    again = assessment.respondent is not None and turn.now >= assessment.grace_until
    return None if again else assessment.grace_until


def _words(scene: Scene, session: Session, want: Want) -> Message:
    if scene.assessment.respondent is None:
        return present(scene.study, session, scene.facts, want)
    if isinstance(want, Thank):
        return Message(say(session.language, "grade.done", code=scene.enrolment.code))
    if isinstance(want, SayClosed):
        key = "adverse.form_closed" if scene.assessment.timepoint in FORMS else "grade.closed"
        return Message(say(session.language, key, code=scene.enrolment.code))
    message = present(scene.study, session, scene.facts, want)
    return replace(message, text=f"{scene.enrolment.code} · {message.text}")


# ------------------------------------------------------------------------------ events from a chat


def tapped(
    turn: Turn,
    enrolment: Enrolment,
    assessment_id: str,
    event: Tapped,
    reply: Reply,
    *,
    respondent: str | None = None,
) -> bool:
    """A button under an item was tapped. False if it belongs to nothing of this participant (or `respondent`)."""
    assessment = assessments.find(turn.connection, assessment_id)
    if assessment is None or assessment.enrolment_id != enrolment.id or assessment.respondent != respondent:
        return False
    session = assessments.session_of(turn.connection, assessment_id)
    if session is None:
        return False
    after = carry_on(turn, enrolment, assessment, session, event, reply)
    if _is_done(session, after) and respondent is None:
        wishes.offer(turn, enrolment, assessment.first_answer_at or turn.now)
        go_on(turn, enrolment)
    return True


def typed(turn: Turn, enrolment: Enrolment, session: Session, event: Event, reply: Reply) -> None:
    """Words (or something that is no words) came while `session` had a question open."""
    assessment = assessments.find(turn.connection, session.assessment)
    assert assessment is not None
    after = carry_on(turn, enrolment, assessment, session, event, reply)
    if _is_done(session, after) and assessment.respondent is None:
        wishes.offer(turn, enrolment, assessment.first_answer_at or turn.now)
        go_on(turn, enrolment)


def _is_done(before: Session, after: Session) -> bool:
    """Whether this step ended a conversation, so that the next one may be taken up."""
    return before.asking is not None and after.asking is None
