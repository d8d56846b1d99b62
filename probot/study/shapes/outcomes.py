"""What can be written about what comes of the treatment: events, the primary endpoint, adverse events?

The rule: every key says in its docstring what it means; editors and the reference page show these words.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from probot.study.shapes.alerts import RungShape
from probot.study.shapes.words import (
    Flag,
    Later,
    Length,
    Name,
    Reference,
    Shape,
    TextShape,
    Word,
    listed,
    one_or_more,
    read_by,
    whole_between,
)

AtMost = Annotated[
    int, PlainValidator(read_by(whole_between(0, 100))), WithJsonSchema({"type": ["integer", "string"]})
]
Terms = Annotated[list[Word], Field(min_length=1), BeforeValidator(listed), one_or_more({"type": "string"})]


class EventShape(Shape):
    """Something that the team records with its date."""

    label: TextShape
    """What it is called, for staff."""
    repeated: Flag = False
    """`true` if it may happen to one participant more than once (an infection); else one date is kept."""
    sets: Reference | None = None
    """The anchor that its date becomes (of several the first); the anchor is `optional` then."""


class EndpointSiteShape(Shape):
    """The two halves of the endpoint at one site."""

    grade: Reference
    """The item with the clinician's grade: a choice with scores, or a scale, in an instrument `by: clinician`."""
    pain: Reference
    """The item with the participant's pain."""


class EndpointShape(Shape):
    """The primary endpoint: a grade and a pain score that are both low enough, close to each other in time."""

    label: TextShape
    """What it is called when it is met, for staff (`Healed`)."""
    of: Reference | None = None
    """The attribute whose options are the sites; a participant has those that are true of them (default: all sites)."""
    sites: Annotated[dict[Name, EndpointSiteShape], Field(min_length=1)]
    """The sites by name; with `of`, the names are its options."""
    grade_at_most: AtMost
    """The grade may be at most this."""
    pain_at_most: AtMost
    """The pain may be at most this."""
    examined: Reference | None = None
    """The item with the date of the examination (default: the day on which the form was begun)."""
    since: Reference | None = None
    """The anchor that it begins with: what is examined counts from the day after, not on the day itself (default: all)."""
    pain_within: Later | None = None
    """How many days pain and examination may lie apart, in whole days (default `1d`; `0d`: the same day)."""
    sustained: Later | None = None
    """For how long every further examination has to meet it as well, in whole days (default `0d`: once is enough)."""
    ends: Reference | None = None
    """The anchor that is set when all sites are healed, so that a phase may end there; the anchor is `optional`."""


class AdverseShape(Shape):
    """How adverse events are judged."""

    terms: Terms
    """The trial's own terms, offered first: names of CTCAE v5.0 in English. All others are found by typing."""
    report_within: Length | None = None
    """How long after somebody of the team knew a serious event has to be reported onwards (default `24h`)."""
    ladder: list[RungShape] = Field(min_length=1)
    """Who is reminded until a serious event has been reported; `after` counts from when the team knew of it."""
