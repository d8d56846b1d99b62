"""What can be written about the ways on which alerts reach the team, beside the messenger?

The rule: who is reached stands here; addresses and secrets are the operator's and stand in the environment.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from probot.study.model import Tier
from probot.study.shapes.words import (
    Clock,
    Length,
    Reference,
    Shape,
    TextShape,
    listed,
    one_of,
    one_or_more,
    read_by,
)
from probot.values import LANGUAGES

PathWord = Annotated[
    Literal["mail", "webhook"],
    PlainValidator(read_by(one_of("mail", "webhook"))),
    WithJsonSchema({"enum": ["mail", "webhook"]}),
]
PathLanguage = Annotated[
    str, PlainValidator(read_by(one_of(*LANGUAGES))), WithJsonSchema({"enum": list(LANGUAGES)})
]
ClimbingTier = Annotated[
    Tier, PlainValidator(read_by(one_of("soon", "urgent"))), WithJsonSchema({"enum": ["soon", "urgent"]})
]
Readers = Annotated[list[Reference], BeforeValidator(listed), one_or_more({"type": "string"})]


class PathShape(Shape):
    """A way to the team beside Telegram. The operator sets its address in the environment, under this name."""

    label: TextShape
    """What the path is called, for staff."""
    by: PathWord
    """How it is carried: `mail` or `webhook` (pagers, WeCom and DingTalk gateways)."""
    language: PathLanguage | None = None
    """The language spoken on it (default: that of the care team's chat)."""
    reaches: Readers | None = None
    """Whose urgent alerts it carries when Telegram stays silent for 2 minutes: `care_team`, roles (default: everybody's)."""


class PathTestShape(Shape):
    """The daily test of every path of the ladder. Somebody has to answer it; unanswered it climbs the ladder."""

    at: Clock
    """The hour at which it is sent, in the study's time zone."""
    within: Length | None = None
    """How long it may stay unanswered before it climbs (default: 2h)."""
    climbs_as: ClimbingTier = "soon"
    """The ladder that an unanswered test climbs: `soon` (default) or `urgent`."""
