"""What follows when something happens to a session? The one function that conducts an assessment.

The rule: a pure function of what was stored and what happened. An event that fits nothing changes nothing, and
whatever carries an answer becomes a revision or a note.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from probot.flows import order
from probot.flows.buttons import BACK, CHANGE, DECLINE, DONE, NEXT, NOT_DONE
from probot.flows.reading import read
from probot.flows.session import (
    AskedAgain,
    Event,
    LanguageChosen,
    Noted,
    Opened,
    Reask,
    Reminded,
    SayClosed,
    SayKept,
    SentMedia,
    Session,
    ShowChosen,
    Sprint,
    Tapped,
    Typed,
    WindowClosed,
)
from probot.flows.several import NONE, after_tick, ticked
from probot.flows.severity import possibly_severe
from probot.flows.turn import SEEN, Answer, Turn
from probot.flows.understanding import Declines, GoesBack, NotDone, NotUnderstood, Understood
from probot.study.facts import Facts
from probot.study.model import Item, Study
from probot.values import Value


def step(study: Study, facts: Facts, session: Session, event: Event, now: datetime) -> Sprint:
    """The session after `event`, what became true by it, and what is to be said.

    `facts` holds no answers of this session; they are added here. `now` is aware, UTC. An event that changes
    nothing gives back the session with the same revision.
    """
    turn = Turn(study, facts, session, now)
    match event:
        case Tapped(item_id, choice):
            _tapped(turn, item_id, choice)
        case Typed(text, item_id):
            _typed(turn, text, item_id)
        case SentMedia(kind):
            _sent_media(turn, kind)
        case LanguageChosen(language):
            _speak(turn, language)
        case WindowClosed():
            if session.status != "closed":
                turn.close()
        case Opened():
            if session.status == "waiting":
                turn.open()
            else:
                _ask_again(turn, ("asking",), "again")
        case Reminded():
            _ask_again(turn, ("asking",), "reminder")
        case AskedAgain(lost):
            _ask_again(turn, ("asking", "finished"), "again" if lost else "resumed")
    return turn.sprint(session)


# ---------------------------------------------------------------- taps


def _tapped(turn: Turn, item_id: str, choice: str) -> None:
    item = turn.item(item_id)
    if item is None:
        turn.wants.append(SayKept())
    elif turn.session.status == "closed":
        _tapped_late(turn, item, choice)
    elif choice in {BACK, CHANGE}:
        _moved(turn, item, choice)
    elif item.kind == "several" and choice[:1] in {"+", "-"}:
        _ticked(turn, item, choice)
    else:
        _chosen(turn, item, choice)


def _chosen(turn: Turn, item: Item, choice: str) -> None:
    """A tap that answers its item, whichever item is open just now."""
    if item.kind == "several" and choice == DONE and not ticked(turn.session, item):
        answered = not order.is_open(turn.session.given.get(item.id))
        nothing_ticked = answered and turn.session.asking != item.id
        turn.wants.append(SayKept() if nothing_ticked else Reask(item.id, "unclear"))
        return
    answer = tapped_answer(turn.session, item, choice)
    if answer is None:
        turn.wants.append(SayKept())
    elif turn.is_visible(item):
        turn.answer(item, answer)
    else:
        if answer.value is not None:
            turn.note(item, answer.raw, answer.value, severe=severe_end(item, answer.value))
        turn.wants.append(SayKept())


def _tapped_late(turn: Turn, item: Item, choice: str) -> None:
    answer = tapped_answer(turn.session, item, choice)
    given = turn.session.given.get(item.id)
    if answer and given and (given.value, given.absent) == (answer.value, answer.absent):
        turn.wants.append(SayKept())
        return
    if answer is not None and item.kind != "info":
        severe = answer.value is not None and severe_end(item, answer.value)
        turn.note(item, answer.raw, answer.value, severe=severe)
    turn.wants.append(SayClosed())


def _ticked(turn: Turn, item: Item, choice: str) -> None:
    if choice == f"+{NONE}":
        _chosen(turn, item, NONE)
        return
    after = after_tick(turn.session, item, choice)
    if after is None or after == turn.session or not turn.is_visible(item):
        turn.wants.append(SayKept())
        return
    turn.session = after
    turn.wants.append(ShowChosen(item.id))


def _moved(turn: Turn, item: Item, choice: str) -> None:
    """Back from, or change of, an item. The second tap of a double tap finds it done and says nothing."""
    if turn.session.status not in {"asking", "finished"}:
        return
    items = turn.visible()
    goal = order.before(items, item.id) if choice == BACK else item
    if goal is None or goal not in items or goal.id == turn.session.asking:
        return
    turn.ask(goal, "back" if choice == BACK else "change")


def tapped_answer(session: Session, item: Item, choice: str) -> Answer | None:
    """What a tapped choice means for its item, or None if the item never had such a button."""
    if item.kind == "info":
        return Answer(SEEN, None, choice, "button") if choice == NEXT else None
    if choice == DECLINE:
        return Answer(None, "declined", choice, "button")
    if choice == NOT_DONE:
        return Answer(None, "not_done", choice, "button") if item.not_done else None
    value = _value(session, item, choice)
    raw = ",".join(value) if isinstance(value, tuple) else choice
    return None if value is None else Answer(value, None, raw, "button")


def _value(session: Session, item: Item, choice: str) -> Value | None:
    ids = {option.id for option in item.options}
    match item.kind:
        case "scale" | "count":
            value = int(choice) if re.fullmatch(r"-?[0-9]{1,6}", choice) else None
            return value if value is not None and item.lowest <= value <= item.highest else None
        case "choice" | "yes_no" | "lookup":
            return choice if choice in ids else None
        case "several":
            if choice == NONE and NONE in ids:
                return (NONE,)
            return (ticked(session, item) or None) if choice == DONE else None
        case "date":
            return choice if _is_day(choice) else None
        case _:
            return None


def _is_day(choice: str) -> bool:
    try:
        return date.fromisoformat(choice).isoformat() == choice
    except ValueError:
        return False


def severe_end(item: Item, value: Value) -> bool:
    """Whether a value that is not taken as an answer should worry somebody all the same.

    A number as if it had been typed, the worst option of an order, and anything but `no` to a safety item.
    """
    if isinstance(value, int | float):
        return possibly_severe(item, str(value))
    scores = {option.id: option.score for option in item.options if option.score is not None}
    if isinstance(value, str) and value in scores:
        return scores[value] == max(scores.values())
    return item.safety and value not in {"no", (NONE,), ()}


# ---------------------------------------------------------------- words and other things


def _typed(turn: Turn, text: str, named: str | None) -> None:
    item = turn.item(named or turn.session.asking or "")
    if item is None or (turn.session.status == "waiting" and named is None):
        return
    match _read(item, text, turn.known.today):
        case Answer(str() as day) if _is_to_come(turn, item, day):
            turn.wants.append(Reask(item.id, "out_of_range"))
        case Answer() as answer:
            _typed_answer(turn, item, answer)
        case GoesBack():
            _moved(turn, item, BACK)
            if not turn.wants and turn.session.asking == item.id:
                turn.wants.append(Reask(item.id, "unclear"))  # there is nothing before the first item
        case NotUnderstood("found" | "not_found" as reason, _, offers) if turn.session.status != "closed":
            turn.wants.append(Reask(item.id, reason, offers))  # a search is no answer that could get lost
        case NotUnderstood(reason, possibly_severe):
            turn.note(item, text, None, severe=possibly_severe)
            closed = turn.session.status == "closed"
            turn.wants.append(SayClosed() if closed else Reask(item.id, reason))


def _is_to_come(turn: Turn, item: Item, day: str) -> bool:
    """Whether it would be an examination that nobody can have made yet: the endpoint rests on its day."""
    endpoint = turn.study.endpoint
    return endpoint is not None and item.id == endpoint.examined and day > turn.known.today.isoformat()


def _read(item: Item, text: str, today: date) -> Answer | GoesBack | NotUnderstood:
    match read(item, text, today):
        case Understood(value):
            return Answer(value, None, text, "typed")
        case Declines() if item.kind != "info":
            return Answer(None, "declined", text, "typed")
        case NotDone() if item.not_done:
            return Answer(None, "not_done", text, "typed")
        case Declines() | NotDone():
            return NotUnderstood("unclear")
        case other:
            return other


def _typed_answer(turn: Turn, item: Item, answer: Answer) -> None:
    given = turn.session.given.get(item.id)
    if turn.session.status != "closed" and turn.is_visible(item):
        turn.answer(item, answer)
    elif given is not None and (given.value, given.absent) == (answer.value, answer.absent):
        turn.wants.append(SayKept())
    else:
        severe = answer.value is not None and severe_end(item, answer.value)
        turn.note(item, answer.raw, answer.value, severe=severe)
        turn.wants.append(SayClosed() if turn.session.status == "closed" else SayKept())


def _sent_media(turn: Turn, kind: str) -> None:
    asking = turn.session.asking
    if asking is None:
        return
    turn.facts.append(Noted("media", kind, asking))
    turn.wants.append(Reask(asking, "forwarded" if kind == "forwarded" else "media"))


def _speak(turn: Turn, language: str) -> None:
    session = turn.session
    if language == session.language or language not in turn.study.languages or session.status == "closed":
        return
    turn.session = replace(session, language=language)
    _ask_again(turn, ("asking", "finished"), "language")


def _ask_again(
    turn: Turn, during: tuple[str, ...], why: Literal["again", "resumed", "reminder", "language"]
) -> None:
    item = turn.item(turn.session.asking or "")
    if item is not None and turn.session.status in during:
        turn.ask(item, why)
