"""How does a want look on the participant's phone? One item a message, in the session's language, plain text.

The rule: the first line may show on a locked screen and says nothing of health; an item's own words are never
changed, only surrounded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import assert_never

from probot.flows import order
from probot.flows.keypad import MOST_OFFERS, change_button, fits_a_row, keypad, tapped_numbers
from probot.flows.session import (
    AskItem,
    Given,
    MarkAnswered,
    Reask,
    SayClosed,
    SayKept,
    Session,
    ShowChosen,
    Thank,
    Want,
)
from probot.flows.text import fitting, message
from probot.messages import Message
from probot.study.facts import Facts
from probot.study.model import Item, Study, Timepoint
from probot.values import Value
from probot.wording import date_words, number, say

_SHORT = 240
"""Characters of a question, or of somebody's own words, that an answered message repeats."""


def present(study: Study, session: Session, facts: Facts, want: Want) -> Message:
    """The message for `want`: new, or (MarkAnswered, ShowChosen) what an earlier message becomes.

    `facts` as for `step`; `session` as the step left it.
    """
    language = session.language
    match want:
        case AskItem(item_id, at, of, why):
            item = study.item(item_id)
            key = "ask.info" if item.kind == "info" else f"ask.{why}"
            head = [_first_line(study, session, key, at, of)]
            if why in {"reminder", "again"}:
                head.append(say(language, f"ask.{why}.line"))
            return _asked(study, session, facts, item, head)
        case ShowChosen(item_id):
            item = study.item(item_id)
            at, of = _progress(study, session, facts, item)
            return _asked(study, session, facts, item, [_first_line(study, session, "ask.next", at, of)])
        case Reask(item_id, reason, offers):
            item = study.item(item_id)
            at, of = _progress(study, session, facts, item)
            first = say(language, "reask.first", number=at, of=of)
            words = reask(item, reason, language, facts.today, found=len(offers))
            return _asked(study, session, facts, item, [first, words], offers)
        case MarkAnswered(item_id):
            return _answered(study, session, study.item(item_id))
        case Thank(partial):
            more = [say(language, "thanks.partial")] if partial else []
            return message([study.texts["thanks"][language], *more])
        case SayClosed():
            return closed_question(study, language)
        case SayKept():
            return message([say(language, "answer.kept")])
        case _:
            assert_never(want)


def _first_line(study: Study, session: Session, key: str, at: int, of: int) -> str:
    """What may show on a locked screen; a form of the staff's says which it is, since they alone read it."""
    language = session.language
    form = _form_of_staff(study, session)
    if key == "ask.next" and form is not None:
        title = form.label[language]
        return say(language, "ask.form", title=title, number=at, of=of)
    return say(language, key, number=at, of=of)


def _form_of_staff(study: Study, session: Session) -> Timepoint | None:
    """What is being filled in, if it is the staff who do."""
    form = study.forms.get(session.timepoint) or study.plan.get(session.timepoint)
    return form if form is not None and form.by == "clinician" else None


def closed_question(study: Study, language: str) -> Message:
    """To an answer for a question that is closed: it is kept, and nobody may be reading it now."""
    return message([say(language, "answer.closed"), study.texts["emergency"][language]])


def asked_below(item: Item, language: str) -> Message:
    """What an earlier copy of a question becomes once the same question stands further down."""
    return message([fitting(item.text[language], _SHORT), say(language, "ask.below")])


def wording_hash(item: Item, language: str) -> str:
    """SHA-256 (hex) of what is shown of the item itself in that language: its text, anchors and options."""
    anchors = [words[language] for words in item.anchors or ()]
    options = [option.text[language] for option in item.options]
    others = [words[language] if words else "" for words in (item.unit, item.not_done)]
    shown = json.dumps([item.text[language], anchors, options, *others], ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()


def value_in_words(item: Item, value: Value, language: str) -> str:
    """An answer as the participant knows it: option texts, a number with its unit, a date, their own words."""
    texts = {option.id: option.text[language] for option in item.options}
    if isinstance(value, tuple):
        return listed([texts.get(option, option) for option in value], language)
    if item.kind == "date" and isinstance(value, str):
        return date_words(language, value)
    if isinstance(value, str):
        return texts.get(value, value)
    figure = number(language, value, item.decimals)
    return f"{figure} {item.unit[language]}" if item.unit else figure


def listed(parts: Iterable[str], language: str) -> str:
    """`a, b, c` or `a、b、c`; where nothing was ticked, that is said."""
    whole = ""
    for part in parts:
        whole = say(language, "answered.and", first=whole, second=part) if whole else part
    return whole or say(language, "answered.nothing")


_OWN_WORDS = {
    "out_of_range": {"scale", "count", "number", "date"},
    "several_values": {"scale", "count", "number", "date", "choice", "yes_no"},
    "too_long": {"text"},
    "not_a_date": {"date"},
    "found": {"lookup"},
    "not_found": {"lookup"},
}
"""Which kinds of item have words for a reason of their own; the others are told how to answer (unclear)."""


def reask(item: Item, reason: str, language: str, today: date, *, found: int = 0) -> str:
    """One kind sentence or two: what could not be taken, and how to answer, with an example.

    `found`: how many entries of a long list hold what was typed.
    """
    if reason == "found" and found > MOST_OFFERS:
        return say(language, "reask.found_more", found=found, shown=MOST_OFFERS)
    if item.kind not in _OWN_WORDS.get(reason, {item.kind}):
        reason = "unclear"
    key = f"reask.{reason}.{item.kind}" if reason in {"unclear", "out_of_range"} else f"reask.{reason}"
    return say(
        language,
        key,
        lowest=number(language, item.lowest, item.decimals),
        highest=value_in_words(item, item.highest, language),
        most=number(language, item.highest),
        example=example(item, language, today),
        done=say(language, "button.done"),
    )


def example(item: Item, language: str, today: date) -> str:
    """An answer that would be understood and leans to neither end; words stand in quotes."""
    match item.kind:
        case "scale":
            return str(int(item.lowest + item.highest) // 2)
        case "count":
            return str(min(int(item.lowest) + 2, int(item.highest)))
        case "number":
            # Three tenths of a plausible range: 36.7 where temperatures from 34.0 to 43.0 are expected.
            return number(language, item.lowest + 0.3 * (item.highest - item.lowest), item.decimals)
        case "date":
            return today.isoformat()
        case "choice" | "yes_no" if len(item.options) > 1:
            first, other = item.options[0], item.options[1 if item.kind == "yes_no" else -1]
            return say(language, "reask.either", first=first.text[language], other=other.text[language])
        case "text":
            return say(language, "reask.words", words=say(language, "reask.example.text"))
        case "info":
            return say(language, "reask.words", words=say(language, "button.next"))
        case _:
            return say(language, "reask.words", words=item.options[0].text[language])


def _asked(
    study: Study, session: Session, facts: Facts, item: Item, head: list[str], offers: Sequence[str] = ()
) -> Message:
    language = session.language
    items = order.visible(study, facts, session.timepoint, session.given)
    first = order.before(items, item.id) is None
    staff = _form_of_staff(study, session) is not None
    rows = keypad(session, item, facts.today, first=first, offers=offers, staff=staff)
    given = session.given.get(item.id)
    so_far = ""
    if given is not None and given.value is not None and item.kind not in {"info", "several"}:
        value = fitting(value_in_words(item, given.value, language), _SHORT)
        so_far = say(language, "ask.so_far", value=value)
    return message([*head, item.text[language], *_around(study, item, facts, language), so_far], rows)


def _around(study: Study, item: Item, facts: Facts, language: str) -> tuple[str, str]:
    """What stands below an item's own words: the same every day, except for an example that is a date."""
    if item.kind == "date":
        return _ends(item, language), _hint(item, facts, language)
    return study.once(
        "around an item",
        f"{language}:{item.id}",
        lambda: (_ends(item, language), _hint(item, facts, language)),
    )


def _ends(item: Item, language: str) -> str:
    """The words at both ends of a scale; all options, where a button may not show its whole label."""
    if item.anchors is not None:
        ends = zip((item.lowest, item.highest), item.anchors, strict=True)
        lines = [say(language, "ask.anchor", number=int(end), words=words[language]) for end, words in ends]
        return "\n".join(lines)
    labels = [option.text[language] for option in item.options if item.kind != "lookup"]
    return "" if all(map(fits_a_row, labels)) else "\n".join(f"– {label}" for label in labels)


def _hint(item: Item, facts: Facts, language: str) -> str:
    shown = example(item, language, facts.today)
    match item.kind:
        case "several":
            return say(language, "hint.several", done=say(language, "button.done"))
        case "number" if item.unit:
            return say(language, "hint.number_unit", unit=item.unit[language], example=shown)
        case "scale" | "number" if not tapped_numbers(item):
            return say(language, "hint.number", example=shown)
        case "count" if len(tapped_numbers(item)) <= item.highest - item.lowest:
            return say(language, "hint.count")
        case "date":
            key = "hint.date_in_part" if item.partial else "hint.date"
            return say(language, key, example=shown, month=shown[:7], year=shown[:4])
        case "text":
            return say(language, "hint.text", most=number(language, item.highest))
        case "lookup":
            return say(language, "hint.lookup")
        case _:
            return ""


def _answered(study: Study, session: Session, item: Item) -> Message:
    given = session.given.get(item.id)
    text = fitting(item.text[session.language], _SHORT)
    may_change = session.status != "closed" and item.kind != "info" and not order.is_open(given)
    rows = change_button(session, item) if may_change else ()
    left_out = given is not None and given.absent == "declined" and _form_of_staff(study, session) is not None
    mark = say(session.language, "answered.left_out") if left_out else _mark(given, item, session.language)
    return message([text, mark], rows)


def _mark(given: Given | None, item: Item, language: str) -> str:
    if given is None or given.absent == "branched":
        return say(language, "answered.branched")
    if given.absent == "not_done" and item.not_done:
        return say(language, "answered.value", value=item.not_done[language])
    if given.value is None:
        return say(language, f"answered.{given.absent}")
    if item.kind == "info":
        return say(language, "answered.seen")
    return say(language, "answered.value", value=fitting(value_in_words(item, given.value, language), _SHORT))


def _progress(study: Study, session: Session, facts: Facts, item: Item) -> tuple[int, int]:
    return order.progress(order.visible(study, facts, session.timepoint, session.given), item.id)
