"""What is a participant told at once when a rule is met, and what if they were told something a moment ago?

The rule: what is urgent and new never passes in silence, and within the hour nothing weaker follows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from probot.alerts.model import Hit
from probot.flows.commands import safety_text
from probot.services.turn import Turn
from probot.store import outbox
from probot.store.records import Enrolment
from probot.study.model import TIERS, Study

SAME_ADVICE = timedelta(hours=1)
"""Within this time the same safety text is not sent twice for one matter, nor a weaker one after a stronger."""


def advise(
    turn: Turn, study: Study, enrolment: Enrolment, found: Sequence[Hit], new: Collection[str]
) -> None:
    """The safety text of the strongest rule that has one. `found`: the most pressing first; `new`: concepts of which an
    urgent alert has just come to be: it gets a line whatever was said before.
    """
    texts = [(hit, text) for hit in found if (text := _text_of(study, hit)) is not None]
    if not texts:
        return
    since = turn.now - SAME_ADVICE
    said = outbox.items_said(turn.connection, enrolment.principal, "safety", since)
    strongest = max((_strength(study, key) for key in said), default=-1)
    key: str | None = texts[0][1]
    if key in said or _strength(study, texts[0][1]) < strongest:
        key = next((text for hit, text in texts if hit.tier == "urgent" and hit.concept in new), None)
    if key is None:
        return
    still_holds = bool(said) and strongest >= _strength(study, key)
    tell(turn, study, enrolment, key, still_holds=still_holds)


def tell(turn: Turn, study: Study, enrolment: Enrolment, text: str, *, still_holds: bool = False) -> None:
    """Say a safety text, whatever was said before. `still_holds`: it follows one that is as strong."""
    message = safety_text(study, enrolment.language, text, still_holds=still_holds)
    turn.say(enrolment.principal, message, lane="alert", purpose="safety", item=text)


def _text_of(study: Study, hit: Hit) -> str | None:
    return study.rules[hit.rule].tell_participant if hit.rule in study.rules else None


def _strength(study: Study, text: str) -> int:
    """How strong a text is: as pressing as the most pressing rule that it belongs to."""
    return max(
        (TIERS.index(rule.tier) for rule in study.rules.values() if rule.tell_participant == text), default=-1
    )
