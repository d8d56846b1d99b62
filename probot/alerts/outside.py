"""What is said beside the messenger? Subject code, tier, and what to do; no name, and nothing the patient said.

The rule: the first line stands alone on a lock screen; whoever reads it knows what to do also without Telegram.
"""

from __future__ import annotations

from typing import Literal

from probot.alerts.model import Alert
from probot.alerts.phrases import SEPARATOR, moment_words, visible, words_of
from probot.messages import Message
from probot.study.model import Study
from probot.wording import say

WhyCalled = Literal["unheard", "rung", "path lost"]
"""Telegram gave no receipt; it is this path's turn on the ladder; the team's chat is gone."""


def alert_call(study: Study, alert: Alert, code: str, language: str, why: WhyCalled) -> Message:
    """A call to an alert: the first line is the subject."""
    tier = say(language, f"alert.tier.{alert.tier}")
    reasons = {"unheard": "outside.unheard", "rung": "outside.rung", "path lost": "outside.lost"}
    lines = [
        SEPARATOR.join((tier, visible(code), say(language, "outside.subject"))),
        say(language, reasons[why]),
        say(language, "outside.raised", moment=moment_words(study, alert.raised_at, language)),
        say(language, "outside.take", button=say(language, "alert.button.ack")),
        say(language, "outside.without", code=visible(code)),
        say(language, "outside.study", study=words_of(study.title, language)),
    ]
    return Message("\n".join(lines))


def subject_and_text(message: Message) -> tuple[str, str]:
    """The first line, and the rest."""
    subject, _, text = message.text.partition("\n")
    return subject, text


def marked_copy(subject: str, language: str) -> str:
    """The subject of a call that may have arrived before."""
    return say(language, "outside.copy", subject=subject)
