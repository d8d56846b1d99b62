"""What is an alarm? Something that probot says about itself: trouble, or the daily test of an alert path.

The rule: an alarm climbs a ladder exactly as an alert does, and nothing in it is about a patient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from probot.alerts.ladder import CARE_TEAM, climb
from probot.alerts.lines import Names, audience, centre_words, name_of
from probot.alerts.model import Alert, Evidence
from probot.alerts.phrases import SEPARATOR, moment_words
from probot.flows.buttons import AlarmTap, write
from probot.messages import Button, Message
from probot.study.model import Rung, Study, Tier
from probot.values import AlertId, EnrolmentId, StaffId
from probot.wording import say

AlarmState = Literal["planned", "open", "taken", "seen", "over"]
"""A test that is to come; nobody has answered; somebody looks into it; the test was answered; it is over."""
SEEN = "seen"
"""What the button of an alarm says."""
PATH, NO_PATH, CENTRE = "path", "no_path", "centre"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `about`: the ladder's name that is tested, or the trouble as `key` or `key:detail`."""

    id: str
    kind: Literal["test", "trouble"]
    about: str
    number: str
    tier: Tier
    state: AlarmState
    raised_at: datetime
    ladder: tuple[Rung, ...]
    rung: int
    next_at: datetime | None
    told: tuple[str, ...] = ()
    notified_at: datetime | None = None
    taken_by: StaffId | None = None
    taken_at: datetime | None = None

    @property
    def climbing(self) -> bool:
        """Whether others are being called because nobody has answered."""
        return bool(self.told)


def ladder_of_trouble(paths: tuple[str, ...], *, urgent: bool) -> tuple[Rung, ...]:
    """The team at once; the paths beside the messenger at once if it is urgent, else 5 minutes later; then everybody."""
    beside = timedelta() if urgent else timedelta(minutes=5)
    return (
        Rung(CARE_TEAM),
        *(Rung(name, beside) for name in paths),
        Rung("", timedelta(minutes=30), timedelta(hours=1)),
    )


def climbed(study: Study, alarm: Alarm, now: datetime) -> tuple[Alarm, tuple[str, ...]]:
    """The alarm after the rungs that are due, and the names to be told."""
    step = climb(study, _as_alert(alarm), now)
    after = replace(
        alarm,
        rung=step.alert.rung,
        next_at=step.next_at,
        told=step.alert.told,
        notified_at=step.alert.notified_at,
    )
    return after, tuple(dict.fromkeys((*step.notify, *step.digest)))


def _as_alert(alarm: Alarm) -> Alert:
    return Alert(
        id=AlertId(alarm.id), enrolment=EnrolmentId(""), concept=alarm.about, rule=alarm.kind, tier=alarm.tier,
        state="open", raised_at=alarm.raised_at, study="", ladder=alarm.ladder, rung=alarm.rung,
        next_at=alarm.next_at, evidence=Evidence(), told=alarm.told, notified_at=alarm.notified_at,
    )  # fmt: skip


# ---------------------------------------------------------------- what it says


def alarm_message(
    study: Study,
    alarm: Alarm,
    language: str,
    *,
    staff: Names,
    outside: bool = False,
    until: datetime | None = None,
) -> Message:
    """The alarm as it stands, for a chat; `outside`: for mail or pager, where nothing can be tapped."""
    head = _head(study, alarm, language)
    if alarm.state in {"taken", "seen"}:
        name = name_of(alarm.taken_by or "", staff)
        at = moment_words(study, alarm.taken_at or alarm.raised_at, language)
        return Message("\n".join((head, say(language, f"alarm.{alarm.state}", name=name, moment=at))))
    if alarm.state == "over":
        return Message("\n".join((head, say(language, "alarm.over"))))
    if alarm.kind == "test":
        lines = _test_lines(study, alarm, language, outside=outside, until=until)
    else:
        lines = [_trouble(study, alarm, language, "do")]
    if alarm.kind == "trouble":
        lines.append(say(language, "alarm.since", moment=moment_words(study, alarm.raised_at, language)))
    button = Button(say(language, "alarm.button"), write(AlarmTap(alarm.id, SEEN)))
    return Message("\n".join((head, *lines)), () if outside else ((button,),))


def _head(study: Study, alarm: Alarm, language: str) -> str:
    parts: tuple[str, ...]
    if alarm.kind == "test":
        parts = (
            say(language, "alarm.test.head"),
            say(language, "alarm.test.path", name=audience(study, alarm.about, language)),
            say(language, "alarm.test.nobody"),
        )
    else:
        parts = (say(language, "alarm.trouble.head"), _trouble(study, alarm, language, "what"))
    return SEPARATOR.join(parts)


def _test_lines(
    study: Study, alarm: Alarm, language: str, *, outside: bool, until: datetime | None
) -> list[str]:
    lines = [say(language, "alarm.test.unseen" if alarm.climbing else "alarm.test.ask")]
    if outside:
        lines.append(say(language, "alarm.test.number", number=alarm.number))
    if until is not None:
        lines.append(say(language, "alarm.test.until", moment=moment_words(study, until, language)))
    return lines


def _trouble(study: Study, alarm: Alarm, language: str, which: Literal["what", "do"]) -> str:
    key, _, detail = alarm.about.partition(":")
    name = audience(study, detail, language) if key == PATH else ""
    if key == CENTRE:
        name = centre_words(study, detail, language)
    tiers = say(language, "alert.list").join(
        say(language, f"alert.tier.{tier}") for tier in (detail.split("+") if key == NO_PATH else [])
    )
    return say(language, f"alarm.{which}.{key}", name=name, tiers=tiers)
