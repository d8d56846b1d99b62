"""Which sections does a study have? The shape of all its files together.

The rule: each section stands here once; a section that may be left out has a default.
"""

from __future__ import annotations

from pydantic import Field

from probot.study.shapes.alerts import ContactShape, HandlingShape, LadderShape, RuleShape
from probot.study.shapes.items import InstrumentShape
from probot.study.shapes.outcomes import AdverseShape, EndpointShape, EventShape
from probot.study.shapes.paths import PathShape, PathTestShape
from probot.study.shapes.protocol import (
    AnchorShape,
    AttributeShape,
    ConsentShape,
    PhaseShape,
    QuietHoursShape,
    RoleShape,
    StudyShape,
    TimepointShape,
)
from probot.study.shapes.rota import RotaShape
from probot.study.shapes.views import ViewsShape
from probot.study.shapes.words import Name, Shape, TextShape


class WholeShape(Shape):
    """A probot study."""

    study: StudyShape
    """The study itself: id, title, languages, time zone."""
    anchors: dict[Name, AnchorShape] = Field(min_length=1)
    """The dates that the calendar counts from."""
    attributes: dict[Name, AttributeShape] = Field(default_factory=dict)
    """What is known of a participant from the start, such as arm and site."""
    phases: dict[Name, PhaseShape] = Field(default_factory=dict)
    """The stretches of days in which something is asked."""
    plan: dict[Name, TimepointShape] = Field(min_length=1)
    """What is asked, and when."""
    quiet_hours: QuietHoursShape = QuietHoursShape()
    """Hours in which nobody is disturbed."""
    roles: dict[Name, RoleShape] = Field(min_length=1)
    """The parts that members of staff play."""
    consent: ConsentShape
    """The consent as participants give it in the chat."""
    texts: dict[Name, TextShape]
    """Texts for participants: `welcome`, `not_watched`, `emergency`, `thanks`, and those that rules name."""
    instruments: dict[Name, InstrumentShape] = Field(min_length=1)
    """The questionnaires."""
    rules: dict[Name, RuleShape] = Field(default_factory=dict)
    """When the care team must know."""
    ladder: LadderShape
    """Who is told, and when, as long as nobody has taken an alert."""
    views: ViewsShape = ViewsShape()
    """What the care team is shown without asking."""
    rota: RotaShape | None = None
    """Who is on call, and when (default: no rota)."""
    contact: ContactShape | None = None
    """How soon a participant would like to be contacted, asked after a rule was met (default: not asked)."""
    handling: HandlingShape = HandlingShape()
    """What happens to an alert once somebody has taken it."""
    paths: dict[Name, PathShape] = Field(default_factory=dict)
    """Ways to the team beside Telegram, for when Telegram is silent and for the ladder."""
    path_test: PathTestShape | None = None
    """The daily test of every alert path."""
    events: dict[Name, EventShape] = Field(default_factory=dict)
    """What the team records with a date in the chat: discharge, infection, transfusion and the like."""
    endpoint: EndpointShape | None = None
    """The primary endpoint, worked out from the clinician's grade and the participant's pain."""
    adverse_events: AdverseShape | None = None
    """How adverse events are judged, and the clock of serious ones. Without it there is no such form."""
