"""What is said during enrolment, with which buttons, and what do typed words choose there?

The rule: words only; which step comes next is decided in `welcome.py`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import time

from probot.flows import phrases
from probot.flows.buttons import WelcomeTap, write
from probot.flows.folding import fold
from probot.flows.hours import full_hours, read_hour
from probot.flows.phrases import means
from probot.flows.text import message, nobody_watches
from probot.messages import Button, Message
from probot.study.model import ConsentPart, Study
from probot.wording import clock, say

CONSENT = "consent."
SEEN, YES, NO, AGAIN = "seen", "yes", "no", "again"
"""Choices of the steps about, consent (twice) and declined; those of language and hour are what they name."""

_LANGUAGES = {
    "zh": frozenset("zh chinese mandarin 中文 汉语 普通话 华语 国语 简体 简体中文".split()),
    "en": frozenset("en english 英文 英语".split()),
}
_AGREE = frozenset(
    "agree iagree agreed iconsent consent accept iaccept 同意 我同意 愿意 我愿意 同意参加 我同意参加 yes 是 是的 可以 好 好的".split()
)
_DISAGREE = frozenset(
    """
    disagree idisagree donotagree dontagree idonotagree idontagree idonotconsent idontconsent decline idecline
    不同意 我不同意 不愿意 我不愿意 拒绝 我拒绝 不参加 我不参加 no 不 否 不可以 不行 不要
    """.split()
)
_AGAIN = frozenset(
    "again lookatitagain changedmymind ichangedmymind 再看一次 再看看 重新开始 重来 改变主意".split()
)


def typed_choice(study: Study, step: str, text: str) -> str | None:
    """What typed words choose at this step, or None if they are not plainly one choice."""
    folded = fold(text[:200])
    if step == "language":
        chosen = [each for each in study.languages if means(folded, _LANGUAGES[each])]
        return chosen[0] if len(chosen) == 1 else None
    if step == "about":
        return SEEN if means(folded, phrases.SEEN) or means(folded, _AGREE) else None
    if step == "declined":
        return AGAIN if means(folded, _AGAIN) or means(folded, _AGREE) else None
    if step == "hour":
        hour = read_hour(text)
        return None if hour is None else f"{hour:%H%M}"
    if means(folded, _AGREE):
        return YES
    return NO if means(folded, _DISAGREE) else None


def not_understood(study: Study, step: str, language: str) -> tuple[Message, ...]:
    """How to answer the present step, kindly."""
    if step == "language":
        return (languages(study),)
    if step == "about":
        button = say(language, "welcome.seen")
        return (message([say(language, "welcome.seen.hint", button=button)], _seen_button(language)),)
    if step == "declined":
        return (declined(language),)
    if step == "hour":
        return (hour(study, language, unclear=True),)
    return (message([say(language, "welcome.consent.hint")], _ticks(step.removeprefix(CONSENT), language)),)


# ---------------------------------------------------------------- language and about


def languages(study: Study) -> Message:
    """The question for the language, in each of them."""
    lines = "\n".join(say(each, "welcome.language") for each in study.languages)
    row = tuple(_button(say(each, "language.name"), "language", each) for each in study.languages)
    return message([lines], (row,))


def language_marked(study: Study, chosen: str) -> Message:
    """The same message once the language is chosen."""
    lines = "\n".join(say(each, "welcome.language") for each in study.languages)
    return message([lines, say(chosen, "welcome.chosen", choice=say(chosen, "language.name"))])


def about(study: Study, language: str) -> tuple[Message, ...]:
    """What this is; then, by itself, that nobody watches it around the clock and what to do in an emergency."""
    return (
        message([study.texts["welcome"][language]]),
        message(nobody_watches(study, language), _seen_button(language)),
    )


def about_marked(study: Study, language: str) -> Message:
    """The second of them once it was read."""
    return message([*nobody_watches(study, language), say(language, "welcome.seen.done")])


def _seen_button(language: str) -> tuple[tuple[Button, ...], ...]:
    return ((_button(say(language, "welcome.seen"), "about", SEEN),),)


# ---------------------------------------------------------------- consent


def consent(study: Study, part: ConsentPart, language: str, *, introduced: bool) -> tuple[Message, ...]:
    """One part with its own tick; before the first one, what the consent as a whole says."""
    tick = message(_part_lines(study, part, language), _ticks(part.id, language))
    return (tick,) if introduced else (message([study.consent.text[language]]), tick)


def consent_marked(study: Study, part: ConsentPart, language: str, *, granted: bool) -> Message:
    """The part's message once it is ticked or not."""
    choice = say(language, "welcome.agree" if granted else "welcome.disagree")
    return message([*_part_lines(study, part, language), say(language, "welcome.chosen", choice=choice)])


def consent_hash(study: Study, part: ConsentPart, language: str) -> str:
    """SHA-256 (hex) of the consent's text and the part's, as shown in that language, and of the version."""
    shown = [study.consent.version, study.consent.text[language], part.text[language]]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def consent_changed(language: str) -> Message:
    """A part that is up to the participant was changed later."""
    return message([say(language, "welcome.consent.changed")])


def use_stop(language: str) -> Message:
    """A required part cannot be taken back by an old button: that is /stop, which asks how far."""
    return message([say(language, "welcome.consent.stop")])


def declined(language: str, *, again: bool = True) -> Message:
    """A kind end, and a way back."""
    rows = ((_button(say(language, "welcome.take_up"), "declined", AGAIN),),) if again else ()
    return message([say(language, "welcome.declined")], rows)


def _part_lines(study: Study, part: ConsentPart, language: str) -> list[str]:
    parts = study.consent.parts
    head = say(language, "welcome.consent.part", number=parts.index(part) + 1, of=len(parts))
    optional = "" if part.required else say(language, "welcome.consent.optional")
    return [head, part.text[language], optional]


def _ticks(part_id: str, language: str) -> tuple[tuple[Button, ...], ...]:
    step = f"{CONSENT}{part_id}"
    return (
        (_button(say(language, "welcome.agree"), step, YES),),
        (_button(say(language, "welcome.disagree"), step, NO),),
    )


# ---------------------------------------------------------------- hour and end


def movable(study: Study) -> bool:
    """Whether any timepoint lets participants choose their hour."""
    return any(point.movable and point.by == "participant" for point in study.plan.values())


def hour_of(choice: str) -> time | None:
    """The hour that a choice such as `0930` names."""
    if len(choice) != 4 or not (choice.isascii() and choice.isdigit()):
        return None
    full, minutes = divmod(int(choice), 100)
    return time(full, minutes) if full < 24 and minutes < 60 else None


def hour(study: Study, language: str, *, outside: bool = False, unclear: bool = False) -> Message:
    """The question for the hour, with a button for each full hour of the study's span."""
    earliest, latest = study.hours
    span = {"earliest": clock(language, earliest), "latest": clock(language, latest)}
    possible = full_hours(earliest, latest)
    example = clock(language, possible[len(possible) // 2] if possible else earliest)
    if outside:
        why = say(language, "welcome.hour.outside", **span)
    elif unclear:
        why = say(language, "welcome.hour.unclear")
    else:
        why = say(language, "welcome.hour")
    buttons = [_button(clock(language, each), "hour", f"{each:%H%M}") for each in possible]
    rows = tuple(tuple(buttons[start : start + 4]) for start in range(0, len(buttons), 4))
    return message([why, say(language, "welcome.hour.hint", example=example, **span)], rows)


def hour_marked(language: str, chosen: time) -> Message:
    """The same message once an hour is chosen."""
    choice = say(language, "welcome.chosen", choice=clock(language, chosen))
    return message([say(language, "welcome.hour"), choice])


def done(study: Study, language: str, first: str) -> Message:
    """Everything is set: when the first questions come, and how to reach us in between."""
    when = say(language, "welcome.done", first=first) if first else say(language, "welcome.done.unknown")
    reports = any(point.on_demand and point.by == "participant" for point in study.plan.values())
    ways = [say(language, "welcome.done.report")] if reports else []
    return message([when, "\n".join([*ways, say(language, "welcome.done.help")])])


def _button(label: str, step: str, choice: str) -> Button:
    return Button(label, write(WelcomeTap(step, choice)))
