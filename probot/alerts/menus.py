"""Which buttons stand under an alert? One thing to do while nobody has it; afterwards the steps, and how it ends.

The rule: a button names the alert and one deed; a menu that is open on one phone changes nothing for anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from probot.alerts.lines import Names, name_of
from probot.alerts.model import ACTIONS, Action, Alert
from probot.alerts.phrases import shortened
from probot.alerts.steps import holder, snooze_choices
from probot.flows.buttons import AlertTap, write
from probot.messages import Button
from probot.study.model import Study
from probot.wording import duration, say

Menu = Literal["main", "close", "assign", "snooze"]
Rows = tuple[tuple[Button, ...], ...]

CLOSE, GIVE, PUT_OFF, BACK = "c-", "a-", "z-", "back"
"""How a button says: close with this action, give it to this person, put it off for so many minutes, never mind."""
MOST_PEOPLE = 20
"""Names on buttons; a longer list would push the alert out of sight."""


def rows(
    study: Study, alert: Alert, language: str, menu: Menu, now: datetime, able: Mapping[str, str]
) -> Rows:
    """The rows of buttons. `able`: ids and names of those it can be given to."""
    if alert.state == "open":
        return ((_button(alert, "ack", say(language, "alert.button.ack")),),)
    judged = (_button(alert, "ae", say(language, "alert.button.ae")),)
    if alert.state == "closed":
        return (judged,) if study.adverse is not None else ()
    back = (_button(alert, BACK, say(language, "alert.button.back")),)
    match menu:
        case "close":
            return (*_actions(alert, language), back)
        case "assign":
            return (*_people(alert, able), back)
        case "snooze":
            return (*_lengths(study, alert, language, now), back)
        case "main":
            return (
                (_button(alert, "called", say(language, "alert.button.called")),),
                (
                    _button(alert, "assign", say(language, "alert.button.assign")),
                    _button(alert, "snooze", say(language, "alert.button.snooze")),
                ),
                *((judged,) if study.adverse is not None else ()),
                (_button(alert, "close", say(language, "alert.button.close")),),
            )


def _actions(alert: Alert, language: str) -> Rows:
    labels = {action: say(language, f"alert.action.{action}") for action in ACTIONS}
    labels["none"] = say(language, "alert.button.none")
    return tuple((_button(alert, f"{CLOSE}{action}", label),) for action, label in labels.items())


def _people(alert: Alert, able: Names) -> Rows:
    others = [each for each in able if each != holder(alert)]
    return tuple(
        (_button(alert, f"{GIVE}{each}", shortened(name_of(each, able), 40)),)
        for each in others[:MOST_PEOPLE]
    )


def _lengths(study: Study, alert: Alert, language: str, now: datetime) -> Rows:
    return tuple(
        (_button(alert, f"{PUT_OFF}{each // timedelta(minutes=1)}", duration(language, each)),)
        for each in snooze_choices(study, alert, now)
    )


def _button(alert: Alert, action: str, label: str) -> Button:
    return Button(label, write(AlertTap(alert.id, action)))


# ---------------------------------------------------------------- read back


def action_of(tapped: str) -> Action | None:
    """The action that a button of the closing menu stands for."""
    return next((each for each in ACTIONS if tapped == f"{CLOSE}{each}"), None)


def person_of(tapped: str) -> str | None:
    """Whom a button of the giving menu names, by id."""
    return tapped.removeprefix(GIVE) if tapped.startswith(GIVE) else None


def length_of(tapped: str) -> timedelta | None:
    """For how long a button of the snoozing menu puts it off."""
    minutes = tapped.removeprefix(PUT_OFF)
    return timedelta(minutes=int(minutes)) if tapped.startswith(PUT_OFF) and minutes.isdecimal() else None
