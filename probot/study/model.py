"""What does a protocol say? The study as frozen values, complete and already checked.

The rule: nothing here reads a file or knows today; every text exists in every language of the study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from probot.study.care import Contact, Handling, Rota
from probot.study.conditions import Condition
from probot.study.once import WorkedOut
from probot.study.outcomes import Endpoint, StudyEvent
from probot.values import Text

# ---------------------------------------------------------------- time


@dataclass(frozen=True, slots=True)
class Offset:
    """A civil distance: whole months, then whole days (`+28d`, `+12 months`, `-3d`, `+2w`)."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A date relative to what the protocol names: an anchor, or the start or end of a phase."""

    of: Literal["anchor", "start", "end"]
    name: str
    plus: Offset = Offset()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A date that the team knows for each participant (transplant, start of treatment …)."""

    name: str
    optional: bool
    label: Text


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days: from `start` (day 1) up to, and without, the earliest known date of `until`."""

    name: str
    start: Moment
    until: tuple[Moment, ...]
    label: Text


@dataclass(frozen=True, slots=True)
class Every:
    """How often within the phase.

    day: each day. week: each 7 days from day 1, or on `weekdays` (0 = Monday). month: the same day of each
    month, clamped to short months. days: these days of the phase (1 = first). once: day 1.
    """

    unit: Literal["day", "week", "month", "days", "once"]
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    step: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """When an assessment may be answered, relative to its target (the day at the hour).

    It is asked at `target + opens`; answers count until `target + closes`, and as late until `grace` later.
    """

    opens: timedelta
    closes: timedelta
    grace: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Missed:
    """After `in_a_row` missed assessments of the timepoint, the rule named `rule` is met."""

    in_a_row: int
    rule: str


@dataclass(frozen=True, slots=True)
class Timepoint:
    """A planned (or, on demand, an offered) moment at which instruments are asked.

    `during`, `every`, `at` and `window` are None only for `on_demand` ones. `movable` is the span of local
    hours within which participants may move `at`. `late_start`: how long after opening it may still be asked
    for the first time (after an outage); later than that it is skipped and recorded.
    """

    name: str
    label: Text
    ask: tuple[str, ...]
    during: str | None
    every: Every | None
    at: time | None
    movable: tuple[time, time] | None
    window: Window
    remind: tuple[timedelta, ...] = ()
    late_start: timedelta | None = None
    missed: Missed | None = None
    on_demand: bool = False
    by: Literal["participant", "clinician"] = "participant"
    only_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which nothing but urgent things is sent (may cross midnight)."""

    start: time
    end: time


# ---------------------------------------------------------------- items


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: its id (stored), its words, its number where it has an order; `also` only finds it."""

    id: str
    text: Text
    score: int | None = None
    also: tuple[str, ...] = ()


ItemKind = Literal[
    "scale", "choice", "several", "yes_no", "number", "count", "date", "text", "info", "lookup"
]


@dataclass(frozen=True, slots=True)
class Item:
    """One question (or, for `info`, one statement) with its wording in every language.

    scale/count: whole `lowest`..`highest`. number: `lowest`..`highest` is the plausible range, `decimals`
    digits, `unit` shown. choice/several/yes_no: `options` (yes_no: ids `yes`, `no`, `not_sure`). text: at most
    `highest` characters. `anchors`: the words at both ends of a scale. `not_done`: label of a "not measured"
    button, or None. `safety`: must never be hidden by branching, and is asked before others. lookup: one of
    `options`, which are too many for buttons; part of its words is typed (probot's own forms alone have it).
    """

    id: str
    kind: ItemKind
    text: Text
    ask_if: Condition | None = None
    options: tuple[Option, ...] = ()
    anchors: tuple[Text, Text] | None = None
    higher_is: Literal["worse", "better"] = "worse"
    lowest: float = 0
    highest: float = 10
    decimals: int = 0
    unit: Text | None = None
    not_done: Text | None = None
    safety: bool = False
    partial: bool = False
    """Of a date the day, or month and day, may be left out (probot's own forms alone have it)."""
    label: Text = field(default_factory=dict)
    """A short name for the care team (`worst mouth pain`); the loader falls back to the text itself."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire: an id, a version, its items in order, and where its wording comes from."""

    id: str
    version: str
    title: Text
    items: tuple[Item, ...]
    recall: str = ""
    licence: str = ""
    by: Literal["participant", "clinician"] = "participant"


# ---------------------------------------------------------------- people and alerts


@dataclass(frozen=True, slots=True)
class Attribute:
    """What is known of a participant from the start (arm, site …): one, or several, of `options`."""

    name: str
    label: Text
    options: tuple[Option, ...]
    many: bool


Tier = Literal["routine", "soon", "urgent"]
TIERS: tuple[Tier, ...] = ("routine", "soon", "urgent")
"""From low to high."""

Signal = Literal["missed", "blocked", "undelivered", "note", "media", "unclear", "paused", "withdrawn"]
"""Things that happen without an answer and can meet a rule (`on: blocked`)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When people must know. Either `when` (a condition over responses) or `on` (a signal), never both.

    `concept` names what the alert is about: one open alert per participant and concept. `words` limits an
    `on: note` rule to texts that contain one of them. `tell_participant` names a text of the study.
    """

    id: str
    tier: Tier
    concept: str
    title: Text
    when: Condition | None = None
    on: Signal | None = None
    words: tuple[str, ...] = ()
    tell_participant: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: `after` the alert was raised, tell `notify` (`care_team`, a role, a name or a path).

    `repeat`: from here on tell everybody of the ladder so far again at this interval, without end.
    `digest`: instead of `after`, at this local time of the study's zone, and again every day until taken.
    """

    notify: str
    after: timedelta = timedelta()
    repeat: timedelta | None = None
    digest: time | None = None


HANDLING: Mapping[Tier, Handling] = {
    "routine": Handling(timedelta(days=7), timedelta(days=3)),
    "soon": Handling(timedelta(hours=24), timedelta(hours=12)),
    "urgent": Handling(timedelta(hours=4), timedelta(hours=1)),
}
"""Where the study says nothing."""


@dataclass(frozen=True, slots=True)
class OutsidePath:
    """A way to the team beside the messenger. Its address is the operator's affair and stands in no study.

    `language`: empty: that of the care team's chat. `reaches`: the names of the ladder whose alerts it carries when
    the messenger is silent; empty: everybody's.
    """

    id: str
    label: Text
    by: Literal["mail", "webhook"]
    language: str = ""
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PathTest:
    """The daily test of every path: sent at `at` (study's zone); unseen `within` later it climbs the ladder of `tier`."""

    at: time
    within: timedelta
    tier: Tier


Power = Literal["view", "acknowledge", "grade", "adjudicate", "coordinate", "bind"]


@dataclass(frozen=True, slots=True)
class Role:
    """What a member of staff is here, and what this role may do."""

    id: str
    label: Text
    may: frozenset[Power]


@dataclass(frozen=True, slots=True)
class AdverseEvents:
    """How adverse events are judged: the trial's own terms first (keys of `ctcae`), and the clock of serious ones."""

    terms: tuple[str, ...]
    report_within: timedelta
    ladder: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class ConsentPart:
    """One separate tick of the consent; without the required ones nobody takes part."""

    id: str
    text: Text
    required: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent's version, what is said before it, and its separate ticks."""

    version: str
    text: Text
    parts: tuple[ConsentPart, ...]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The picture of a participant's last `days` days: `show` names items in the order they are drawn.

    Scales, numbers and counts become curves; choices whose options carry numbers become rows of marks.
    """

    days: int
    show: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Views:
    """What the care team is shown without asking: pictures, a digest each morning, a summary at each change of shift.

    `digest` and `hand_over` are local times of the study's zone.
    """

    picture: Trajectory | None = None
    digest: time | None = None
    hand_over: tuple[time, ...] = ()


# ---------------------------------------------------------------- the whole


@dataclass(frozen=True, slots=True)
class Study(WorkedOut):
    """One protocol as configured; immutable, named by `hash` (SHA-256 over its canonical source)."""

    id: str
    title: Text
    hash: str
    languages: tuple[str, ...]
    zone: str
    anchors: Mapping[str, Anchor]
    attributes: Mapping[str, Attribute]
    phases: Mapping[str, Phase]
    instruments: Mapping[str, Instrument]
    plan: Mapping[str, Timepoint]
    rules: Mapping[str, Rule]
    ladders: Mapping[Tier, tuple[Rung, ...]]
    roles: Mapping[str, Role]
    consent: Consent
    texts: Mapping[str, Text]
    """Named texts: `welcome`, `not_watched` (with the emergency advice), `emergency`, `thanks`, and those
    that rules name in `tell_participant`."""
    participant_quiet: QuietHours | None = None
    staff_quiet: Mapping[Tier, QuietHours] = field(default_factory=dict)
    paths: Mapping[str, OutsidePath] = field(default_factory=dict)
    path_test: PathTest | None = None
    hours: tuple[time, time] = (time(7), time(21))
    """Within these local hours a participant may choose when to be asked (the union of all `movable`)."""
    invitation_days: int = 3
    views: Views = Views()
    handling: Mapping[Tier, Handling] = field(default_factory=lambda: HANDLING)
    contact: Contact | None = None
    events: Mapping[str, StudyEvent] = field(default_factory=dict)
    endpoint: Endpoint | None = None
    adverse: AdverseEvents | None = None
    forms: Mapping[str, Timepoint] = field(default_factory=dict)
    """Forms of probot's own, which staff begin in their chats; none is planned (`probot.study.forms`)."""
    form_instruments: Mapping[str, Instrument] = field(default_factory=dict)
    rota: Rota | None = None
    centres: str | None = None
    """The attribute whose options are the centres that care for participants; None: the study has one centre."""
    source: str = ""
    """The canonical source (JSON) that `hash` is over; a stored study is loaded from it again."""

    def powers(self, role: str) -> frozenset[Power]:
        """What staff of that role may do; nothing if the study has no such role."""
        return self.roles[role].may if role in self.roles else frozenset()

    def item(self, item_id: str) -> Item:
        """The item of that id, whichever instrument holds it; KeyError if none does."""
        return self.once("items", "", self._items_by_id)[item_id]

    def _items_by_id(self) -> dict[str, Item]:
        every = (*self.instruments.values(), *self.form_instruments.values())
        return {item.id: item for instrument in reversed(every) for item in reversed(instrument.items)}

    def timepoint(self, name: str) -> Timepoint:
        """The timepoint of the plan, or the form, of that name; KeyError if there is neither."""
        return self.plan[name] if name in self.plan else self.forms[name]

    def asked_at(self, timepoint: str, item_id: str) -> tuple[Instrument, Item]:
        """The item of that id as the timepoint may ask it, with its instrument; KeyError if it does not."""
        return self.items_at(timepoint)[item_id]

    def items_at(self, timepoint: str) -> Mapping[str, tuple[Instrument, Item]]:
        """All items that the timepoint may ask, by their ids, each with its instrument."""
        return self.once("items at", timepoint, lambda: self._asked_by_id(timepoint))

    def _asked_by_id(self, timepoint: str) -> dict[str, tuple[Instrument, Item]]:
        return {item.id: (instrument, item) for instrument, item in reversed(self.items_of(timepoint))}

    def items_of(self, timepoint: str) -> tuple[tuple[Instrument, Item], ...]:
        """All items that the timepoint may ask, in order, each with its instrument."""
        known = self.instruments if timepoint in self.plan else self.form_instruments
        return self.once(
            "items of",
            timepoint,
            lambda: tuple(
                (known[name], item) for name in self.timepoint(timepoint).ask for item in known[name].items
            ),
        )
