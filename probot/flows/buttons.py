"""What does a button carry? One closed set of meanings, written into at most 64 bytes and read back.

The rule: `read(write(meaning)) == meaning`, and anything else reads as None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from probot.values import AlertId, AssessmentId

DECLINE, BACK, CHANGE, DONE, NOT_DONE, NEXT = "~d", "~b", "~c", "~ok", "~nd", "~n"
"""Choices that are no option: prefer not to answer, back, change, several-of done, not measured, go on."""


@dataclass(frozen=True, slots=True)
class AnswerTap:
    """A button under an item."""

    assessment: AssessmentId
    item: str
    choice: str


@dataclass(frozen=True, slots=True)
class WelcomeTap:
    """A button of the enrolment conversation: which step it belongs to, and the choice."""

    step: str
    choice: str


@dataclass(frozen=True, slots=True)
class CommandTap:
    """A button under a command's answer (`pause`, `stop`, `language`, `report`, `mydata`)."""

    command: str
    choice: str


@dataclass(frozen=True, slots=True)
class AlertTap:
    """A button under an alert in the care team's chat."""

    alert: AlertId
    action: str


@dataclass(frozen=True, slots=True)
class RecordTap:
    """A button under an adverse event, a dated event, or the list of a participant's: which record, and what for.

    `seen`: how many judgements the record had when the button was shown; None where nothing is judged or signed.
    """

    record: str
    action: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmTap:
    """A button under an alarm: trouble of probot itself, or the test of an alert path."""

    alarm: str
    action: str


@dataclass(frozen=True, slots=True)
class BoardTap:
    """A button that turns the page of a list for the care team; pages count from 1."""

    board: str
    page: int


Meaning = AnswerTap | WelcomeTap | CommandTap | AlertTap | AlarmTap | BoardTap | RecordTap

_LETTER: dict[type[Meaning], Literal["a", "w", "c", "k", "z", "v", "r"]] = {
    AnswerTap: "a",
    WelcomeTap: "w",
    CommandTap: "c",
    AlertTap: "k",
    AlarmTap: "z",
    BoardTap: "v",
    RecordTap: "r",
}


def write(meaning: Meaning) -> str:
    """The button's data. A part with a colon is a bug of the study's checks: ValueError."""
    match meaning:
        case AnswerTap(assessment, item, choice):
            parts = [assessment, item, choice]
        case WelcomeTap(step, choice):
            parts = [step, choice]
        case CommandTap(command, choice):
            parts = [command, choice]
        case AlertTap(alert, action):
            parts = [alert, action]
        case AlarmTap(alarm, action):
            parts = [alarm, action]
        case BoardTap(board, page):
            parts = [board, str(page)]
        case RecordTap(record, action, seen):
            parts = [record, action, *(() if seen is None else (str(seen),))]
        case _:
            assert_never(meaning)
    if ":" in "".join(parts):
        raise ValueError(f"a colon cannot stand in a button: {parts!r}")
    return ":".join((_LETTER[type(meaning)], *parts))


def read(data: str) -> Meaning | None:
    """What a tapped button means, or None if it was never one of ours."""
    match data.split(":"):
        case ["a", assessment, item, choice]:
            return AnswerTap(AssessmentId(assessment), item, choice)
        case ["w", step, choice]:
            return WelcomeTap(step, choice)
        case ["c", command, choice]:
            return CommandTap(command, choice)
        case ["k", alert, action]:
            return AlertTap(AlertId(alert), action)
        case ["z", alarm, action]:
            return AlarmTap(alarm, action)
        case ["v", board, page] if _is_count(page):
            return BoardTap(board, int(page))
        case ["r", record, action, *seen] if len(seen) < 2 and all(map(_is_count, seen)):
            return RecordTap(record, action, *map(int, seen))
        case _:
            return None


def _is_count(written: str) -> bool:
    """Whether it is a number as `write` writes one."""
    return written.isascii() and written.isdecimal() and len(written) < 5 and written == str(int(written))
