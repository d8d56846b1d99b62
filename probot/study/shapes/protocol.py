"""What can be written about the study, its dates, its people and its calendar?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from probot.study.model import Power
from probot.study.shapes.words import (
    DURATION,
    Clock,
    ConditionText,
    Duration,
    EveryWord,
    Flag,
    Later,
    Length,
    MomentWord,
    Name,
    Names,
    Reference,
    Shape,
    Span,
    StudyId,
    TextShape,
    Word,
    listed,
    number_schema,
    one_of,
    one_or_more,
    read_by,
    whole_between,
)
from probot.values import LANGUAGES

By = Annotated[
    Literal["participant", "clinician"],
    PlainValidator(read_by(one_of("participant", "clinician"))),
    WithJsonSchema({"enum": ["participant", "clinician"]}),
]
LanguageWord = Annotated[
    str, PlainValidator(read_by(one_of(*LANGUAGES))), WithJsonSchema({"enum": list(LANGUAGES)})
]
POWERS: tuple[Power, ...] = ("view", "acknowledge", "grade", "adjudicate", "coordinate", "bind")
PowerWord = Annotated[Power, PlainValidator(read_by(one_of(*POWERS))), WithJsonSchema({"enum": list(POWERS)})]
Moments = Annotated[
    list[MomentWord],
    Field(min_length=1),
    BeforeValidator(listed),
    one_or_more({"type": "string"}),
]

Options = Annotated[dict[Name, TextShape], Field(min_length=1)]


class StudyShape(Shape):
    """The study itself."""

    id: StudyId
    """The study's short name in exports and logs: small letters, digits, `-` and `_`."""
    title: TextShape
    """What the study is called."""
    languages: Annotated[list[LanguageWord], BeforeValidator(listed), one_or_more({"enum": [*LANGUAGES]})] = (
        Field(min_length=1)
    )
    """The languages that every text exists in: `zh`, `en` or both."""
    zone: Word
    """The time zone of the care team, and of participants for whom none is given (`Asia/Shanghai`)."""
    invitation_days: Annotated[int, PlainValidator(read_by(whole_between(1, 60))), number_schema(1, 60)] = 3
    """For how many days an invitation link works (default 3)."""
    centres: Reference | None = None
    """The attribute whose options are the centres that care for participants. Staff may then belong to one of them and
    hear of its participants alone (default: everybody hears of everybody)."""


class AnchorShape(Shape):
    """A date that the team knows for each participant."""

    label: TextShape
    """What the date is called."""
    optional: Flag = False
    """`true` if enrolment does not need it because it is known only later."""


class AttributeShape(Shape):
    """What is known of a participant from the start."""

    label: TextShape
    """What it is called."""
    one_of: Options | None = None
    """The options of which exactly one is true of a participant; option id and its words."""
    many_of: Options | None = None
    """The options of which several may be true; option id and its words."""


class PhaseShape(Shape):
    """A stretch of days. Its day 1 is the day it starts."""

    label: TextShape
    """What the phase is called."""
    from_: MomentWord = Field(alias="from")
    """Its first day: an anchor, or `start of` / `end of` another phase, with `+ 3d` or `- 1 months` if needed."""
    until: Moments
    """The first day that no longer belongs to it; of several the earliest known one counts."""


class WindowShape(Shape):
    """When an assessment may be answered, counted from its target (the day at the hour)."""

    opens: Duration | None = None
    """When it is asked, from the target (default `0h`; may be negative, as in `-3d`)."""
    closes: Length
    """Until when answers count, from the target."""
    grace: Later | None = None
    """For how long after closing answers still count, marked as late (default: not at all)."""


class LateStartShape(Shape):
    """What happens if it could not be asked when it opened, after an outage."""

    within: Length
    """How long after opening it may still be asked for the first time."""
    else_: Annotated[
        Literal["skip"], PlainValidator(read_by(one_of("skip"))), WithJsonSchema({"enum": ["skip"]})
    ] = Field("skip", alias="else")
    """What to do later than that: `skip` (it is recorded as an outage)."""


class MissedShape(Shape):
    """When missed assessments are told to the team."""

    in_a_row: Annotated[int, PlainValidator(read_by(whole_between(1, 60))), number_schema(1, 60)]
    """How many must be missed, one after the other."""
    raise_: Reference = Field(alias="raise")
    """The rule that is met then; it has `on: missed`."""


class TimepointShape(Shape):
    """Something that is asked, and when."""

    label: TextShape
    """What it is called, for staff."""
    ask: Names
    """The instrument it asks, or a list of them in order."""
    during: Reference | None = None
    """The phase in which it is asked."""
    every: EveryWord | None = None
    """How often: `day`, `2 days`, `week`, `2 weeks`, `week on mon thu`, `month`, `2 months`, `days [1, 3, 7]`, `once`."""
    at: Clock | None = None
    """The hour of its target, in the participant's own time zone."""
    movable: Span | None = None
    """The hours between which a participant may choose their own hour."""
    window: WindowShape
    """When it opens and closes."""
    remind: Annotated[list[Length], BeforeValidator(listed), one_or_more(DURATION)] = Field(
        default_factory=list
    )
    """How long after opening it reminds; stops when answered, paused or closed."""
    late_start: LateStartShape | None = None
    """How late it may be asked for the first time after an outage (default: until it closes)."""
    missed: MissedShape | None = None
    """How many missed in a row the team hears of."""
    only_if: ConditionText | None = None
    """A condition on attributes and anchors; it is planned only where that holds."""
    on_demand: Flag = False
    """`true` if participants start it themselves with /report; it has no `during`, `every` and `at` then."""
    by: By = "participant"
    """Who answers: `participant` (default) or `clinician`."""


class StaffQuietShape(Shape):
    """Hours in which alerts of a tier wait. Urgent alerts never wait."""

    urgent: Span | None = None
    """Not allowed: urgent alerts are told at any hour."""
    soon: Span | None = None
    """Hours in which alerts of tier `soon` wait."""
    routine: Span | None = None
    """Hours in which alerts of tier `routine` wait."""


class QuietHoursShape(Shape):
    """Local hours in which nothing but urgent things is sent."""

    participants: Span | None = None
    """Hours in which participants are not disturbed, in their own time zone."""
    staff: StaffQuietShape | None = None
    """Hours in which staff are not disturbed, by tier, in the study's time zone."""


class RoleShape(Shape):
    """A part that members of staff play."""

    label: TextShape
    """What the role is called."""
    may: Annotated[list[PowerWord], BeforeValidator(listed), one_or_more({"enum": [*POWERS]})] = Field(
        min_length=1
    )
    """What it may do: `view`, `acknowledge`, `grade`, `adjudicate`, `coordinate`, `bind`."""


class ConsentPartShape(Shape):
    """One separate tick of the consent."""

    id: Name
    """Its name on record."""
    text: TextShape
    """What the participant agrees to."""
    required: Flag
    """`true` if nobody takes part without it."""


class ConsentShape(Shape):
    """The consent as participants give it in the chat."""

    version: Word
    """The version of the approved text; put it in quotes."""
    text: TextShape
    """What is said before the ticks."""
    parts: list[ConsentPartShape] = Field(min_length=1)
    """The ticks, in order."""
