"""What is said when a participant asks for something: help, a report, another language, their answers, to stop?

The rule: words and buttons only; whether something is done, and what, is decided elsewhere. Every answer that
might be mistaken for somebody watching says that nobody does, and what to do in an emergency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal, get_args

from probot.flows import order
from probot.flows.buttons import CommandTap, write
from probot.flows.present import value_in_words
from probot.flows.session import Given
from probot.flows.text import fitting, message, nobody_watches
from probot.messages import MOST_CHARACTERS, Button, Message, units
from probot.study.model import Study
from probot.values import LANGUAGES
from probot.wording import day, say

COMMANDS = ("report", "pause", "language", "mydata", "help", "stop")
"""In the order of the menu. `start` is not in it: it comes with the invitation."""

STAFF_COMMANDS = (
    "open",
    "mine",
    "today",
    "overdue",
    "patient",
    "adherence",
    "grade",
    "ae",
    "sae",
    "event",
    "endpoint",
    "help",
)

StopLevel = Literal["questions", "contact", "all"]
"""No more questions; nor any contact for the study; nor any further use of data."""
STOP_LEVELS: tuple[StopLevel, ...] = get_args(StopLevel)

CONTACT = ("now", "today", "no_need")
"""How soon somebody would like to be contacted."""

KEEP = "keep"
"""The choice that leaves everything as it is."""


def menu(study: Study, language: str) -> Mapping[str, str]:
    """A participant's command menu in one language: command to description, in order."""
    return {each: say(language, f"menu.{each}") for each in COMMANDS if each != "report" or reports(study)}


def menus(study: Study | None = None) -> Mapping[str, Mapping[str, str]]:
    """The participants' menus by language; all commands, as long as the study is not known."""
    if study is not None:
        return {language: menu(study, language) for language in study.languages}
    return {language: {each: say(language, f"menu.{each}") for each in COMMANDS} for language in LANGUAGES}


def staff_menus() -> Mapping[str, Mapping[str, str]]:
    """The care team's menus by language."""
    return {
        language: {each: say(language, f"menu.staff.{each}") for each in STAFF_COMMANDS}
        for language in LANGUAGES
    }


def reports(study: Study) -> tuple[str, ...]:
    """The names of the timepoints that a participant may start at any time."""
    return tuple(point.name for point in study.plan.values() if point.on_demand and point.by == "participant")


def help_text(study: Study, language: str) -> Message:
    """/help: what can be done here, how to answer, and that nobody watches."""
    lines = [
        say(language, "help.line", command=each, what=what) for each, what in menu(study, language).items()
    ]
    head = say(language, "help.first")
    return message(
        ["\n".join([head, *lines]), say(language, "help.answers"), *nobody_watches(study, language)]
    )


def report_offer(study: Study, language: str, offered: Sequence[str]) -> Message:
    """/report where there is a choice of several; `offered` are names of timepoints. None: that is said."""
    if not offered:
        return message([say(language, "report.none"), study.texts["emergency"][language]])
    rows = tuple((_button(study.plan[name].label[language], "report", name),) for name in offered)
    return message([say(language, "report.offer")], rows)


def language_offer(study: Study, language: str) -> Message:
    """/language: a button for each language of the study, each in its own words."""
    if len(study.languages) == 1:
        return message([say(language, "language.only")])
    row = tuple(_button(say(each, "language.name"), "language", each) for each in study.languages)
    return message(["\n".join(say(each, "language.offer") for each in study.languages)], (row,))


def language_set(language: str) -> Message:
    """Said in the new language."""
    return message([say(language, "language.set")])


# ---------------------------------------------------------------- /mydata


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One answer of the participant: the local day it counts for, its item, and what was given last."""

    day: date
    item: str
    given: Given


def my_data(study: Study, language: str, answers: Sequence[OwnAnswer]) -> Message:
    """/mydata: the participant's own answers by day, newest day first, and nothing else.

    What does not fit into one message is counted, not shown.
    """
    own = [each for each in answers if not order.is_open(each.given) and _is_question(study, each.item)]
    own.sort(key=lambda each: each.day, reverse=True)
    if not own:
        return message([say(language, "mydata.none")])
    parts = [say(language, "mydata.first")]
    shown = 0
    room = MOST_CHARACTERS - 200 - units(parts[0])  # for the note that some are left out
    for on, group in groupby(own, key=lambda each: each.day):
        lines = [day(language, on, year=True)]
        room -= units(lines[0]) + 2
        for each in group:
            line = _answer_line(study, language, each)
            room -= units(line) + 1
            if room < 0:
                break
            lines.append(line)
            shown += 1
        if len(lines) > 1:
            parts.append("\n".join(lines))
        if room < 0:
            parts.append(say(language, "mydata.cut", n=len(own) - shown))
            break
    return message(parts)


def _is_question(study: Study, item_id: str) -> bool:
    return study.item(item_id).kind != "info"


def _answer_line(study: Study, language: str, answer: OwnAnswer) -> str:
    item, given = study.item(answer.item), answer.given
    if given.value is None:
        value = say(language, f"mydata.{given.absent}")
    else:
        value = fitting(value_in_words(item, given.value, language), 300)
    return say(language, "mydata.line", item=fitting(item.text[language], 100), value=value)


# ---------------------------------------------------------------- /stop


def stop_offer(language: str) -> Message:
    """/stop: how far would you like to go? Each level takes in the one before; nothing happens yet."""
    rows = [(_button(say(language, f"stop.{level}"), "stop", level),) for level in STOP_LEVELS]
    return message([say(language, "stop.offer")], (*rows, _keep("stop", language)))


def stop_confirm(language: str, level: StopLevel) -> Message:
    """What this level means, and whether it is really wanted."""
    yes = _button(say(language, "stop.yes"), "stop", f"{level}.yes")
    return message([say(language, f"stop.confirm.{level}")], ((yes,), _keep("stop", language)))


def stop_choice(choice: str) -> tuple[StopLevel, bool] | None:
    """What a tapped choice of /stop means: the level, and whether it was confirmed. None: keep, or no choice."""
    for level in STOP_LEVELS:
        if choice in {level, f"{level}.yes"}:
            return level, choice != level
    return None


def stopped(study: Study, language: str, level: StopLevel) -> Message:
    """It is done; thanks, and the emergency advice for the last time."""
    return message([say(language, f"stop.done.{level}"), study.texts["emergency"][language]])


def stop_kept(language: str) -> Message:
    """Nothing was stopped."""
    return message([say(language, "stop.kept")])


# ---------------------------------------------------------------- what nobody asked for


def note_kept(study: Study, language: str) -> Message:
    """To words outside any question."""
    return message([say(language, "note.kept"), *nobody_watches(study, language)])


def thanked(language: str) -> Message:
    """To thanks."""
    return message([say(language, "note.thanked")])


def media_kept(study: Study, language: str) -> Message:
    """To a voice message, a photo, a sticker … outside any question."""
    return message([say(language, "media.kept"), *nobody_watches(study, language)])


def contact_offer(study: Study, language: str) -> Message:
    """After a rule was met: how soon would the participant like to be contacted?"""
    rows = tuple(
        (Button(say(language, f"contact.{wish}"), write(CommandTap("contact", wish))),) for wish in CONTACT
    )
    return message([say(language, "contact.ask"), study.texts["emergency"][language]], rows)


def contact_kept(study: Study, language: str, wish: str) -> Message:
    """What was done with the wish."""
    return message([say(language, f"contact.kept.{wish}"), study.texts["emergency"][language]])


def safety_text(study: Study, language: str, text: str, *, still_holds: bool = False) -> Message:
    """What a rule tells the participant; `text` names one of the study's texts. The first line is neutral.

    `still_holds`: something as strong was said a moment ago, and this must not seem to take it back.
    """
    first = "safety.also" if still_holds else "safety.first"
    return message([say(language, first), study.texts[text][language]])


def stranger() -> Message:
    """To anybody without a valid invitation, in all languages: tells nothing about any study or person."""
    return message([say(language, "stranger") for language in LANGUAGES])


def wait_for_links(minutes: int) -> Message:
    """To whoever has tried several links that do not exist, in all languages: how long to wait."""
    return message([say(language, "link.wait", minutes=minutes) for language in LANGUAGES])


def returned(language: str) -> Message:
    """To a participant who had blocked the bot and is back."""
    return message([say(language, "returned")])


def ended(study: Study, language: str) -> Message:
    """To somebody whose enrolment is over."""
    return message([say(language, "ended"), study.texts["emergency"][language]])


def _keep(command: str, language: str) -> tuple[Button, ...]:
    return (_button(say(language, f"{command}.keep"), command, KEEP),)


def _button(label: str, command: str, choice: str) -> Button:
    return Button(label, write(CommandTap(command, choice)))
