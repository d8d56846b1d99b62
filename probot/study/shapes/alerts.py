"""What can be written about alerts: rules and ladders?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from probot.study.model import TIERS, Signal, Tier
from probot.study.shapes.words import (
    Clock,
    ConditionText,
    Later,
    Length,
    Name,
    Names,
    Reference,
    Shape,
    TextShape,
    Word,
    listed,
    one_of,
    one_or_more,
    read_by,
)

SIGNALS: tuple[Signal, ...] = (
    "missed",
    "blocked",
    "undelivered",
    "note",
    "media",
    "unclear",
    "paused",
    "withdrawn",
)
TierWord = Annotated[Tier, PlainValidator(read_by(one_of(*TIERS))), WithJsonSchema({"enum": list(TIERS)})]
SignalWord = Annotated[
    Signal, PlainValidator(read_by(one_of(*SIGNALS))), WithJsonSchema({"enum": list(SIGNALS)})
]
WordList = Annotated[
    list[Word],
    Field(min_length=1),
    BeforeValidator(listed),
    one_or_more({"type": "string"}),
]


class RuleShape(Shape):
    """When people must know. It has either `when` or `on`."""

    title: TextShape
    """What the alert says in words, for staff."""
    when: ConditionText | None = None
    """A condition on answers (`pain_oral >= 7`)."""
    on: SignalWord | None = None
    """Something that happens without an answer: `missed`, `blocked`, `undelivered`, `note`, `media`, `unclear`, `paused`, `withdrawn`."""
    words: Annotated[dict[str, WordList], Field(min_length=1)] | None = None
    """With `on: note`: only messages that contain one of these words, by language."""
    tier: TierWord
    """How fast: `urgent` (at once, at any hour), `soon` (today) or `routine` (in the daily summary)."""
    concept: Name | None = None
    """What it is about. One alert is open per participant and concept (default: the only item in `when`, else the rule)."""
    tell_participant: Reference | None = None
    """The text (under `texts`) that the participant gets at once."""


class RungShape(Shape):
    """One step of a ladder."""

    notify: Reference | None = None
    """Who is told: `care_team` (the team's chat), `on_call` (whoever the rota has), a role, somebody of the rota's `people`, or one of the `paths`."""
    after: Later | None = None
    """How long after the alert was raised (default: at once)."""
    repeat: Length | None = None
    """From here on everybody told so far is told again and again at this distance, until somebody takes it."""
    digest: Clock | None = None
    """Instead of `after`: in the summary at this hour of the study's zone, every day until somebody takes it."""


class LadderShape(Shape):
    """Who is told of an alert nobody has taken, and when, for each tier."""

    urgent: list[RungShape] = Field(min_length=1)
    """The steps of urgent alerts; the last one repeats."""
    soon: list[RungShape] = Field(min_length=1)
    """The steps of alerts of tier `soon`."""
    routine: list[RungShape] = Field(min_length=1)
    """The steps of alerts of tier `routine`, usually one daily summary."""


class HandlingTierShape(Shape):
    """What happens to alerts of one tier once somebody has taken them."""

    lasts: Length | None = None
    """For how long a taken alert waits for the next step (a call, a question, a person it is given to, its end); then it is open again (default: 4h urgent, 24h soon, 7d routine)."""
    snooze: Length | None = None
    """For how long it can be put off at most, in all (default: 1h urgent, 12h soon, 3d routine)."""


class HandlingShape(Shape):
    """What happens to an alert once somebody has taken it, for each tier."""

    urgent: HandlingTierShape = HandlingTierShape()
    """Urgent alerts."""
    soon: HandlingTierShape = HandlingTierShape()
    """Alerts of tier `soon`."""
    routine: HandlingTierShape = HandlingTierShape()
    """Alerts of tier `routine`."""


class ContactShape(Shape):
    """After a rule was met, participants are asked how soon they would like to be contacted."""

    items: Names | None = None
    """Items that ask just that in a form: of kind `choice`, with the options `now`, `today` and `no_need`."""
    again_after: Length = timedelta(hours=12)
    """The question is not put again within this time (default: 12h)."""
