"""What stands in a scenario file? Who is there, what happens, step by step, and what is true after each step.

The rule: a file is read strictly: an unknown key, an unknown word or a step out of time stops it before it starts.
Every key is explained here, where it is read.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

HERE = Path(__file__).parent
STUDIES = {"shipped": HERE.parent.parent / "config"} | {
    folder.name: folder for folder in (HERE / "studies").iterdir() if folder.is_dir()
}
DAY_ONE = date(2026, 3, 2)
"""A Monday."""

Answer = str | int | float | list[str]
Words = str | list[str]


class Strict(BaseModel):
    """A part of the file; a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Participant(Strict):
    """Somebody who takes part, or was invited to."""

    name: str = ""
    language: Literal["zh", "en"] = "en"
    sites: list[str] = ["oral"]
    hospital: str = "east"
    arm: str = "control"
    zone: str | None = None
    start: str | None = None
    """First day of treatment; day one unless said otherwise."""
    hour: str = "09:00"
    stands: Literal["taking part", "invited"] = "taking part"
    """invited: has the link and has not opened it yet."""


class Staff(Strict):
    """Somebody of the care team."""

    role: str = "nurse"
    language: Literal["zh", "en"] = "en"
    in_group: bool = True
    centre: str | None = None
    """Whose participants they hear of, where the study has several centres."""


class Trouble(Strict):
    """Something is wrong with the channel, everywhere or `for` one person's (or the team's) chat."""

    kind: Literal["flood", "lost", "offline", "broken", "duplicate", "reorder"]
    times: int | None = None
    seconds: float = 0
    on: str | None = None
    methods: list[str] | None = None


class Coordinator(Strict):
    """What the coordinator does at the command line; exactly one of these."""

    enrols: str | None = None
    links_again: str | None = None
    withdraws: str | None = None
    level: Literal["questions", "contact", "all"] = "questions"
    why: str = "asked by the team"
    sets: dict[str, str] | None = None
    of: str | None = None
    publishes: str | None = None
    removes: str | None = None
    language: str | None = None


class AlertLook(Strict):
    """How the newest alert of a concept stands."""

    tier: Literal["urgent", "soon", "routine"] | None = None
    state: Literal["open", "acknowledged", "closed"] | None = None
    by: str | None = None
    hits: int | None = None
    rule: str | None = None
    told: list[str] | None = None
    value: Any = None
    previous: Any = None
    assigned_to: str | None = None
    action: str | None = None
    action_reason: str | None = None
    wish: str | None = None
    response_seconds: int | None = None


class AssessmentLook(Strict):
    """How the newest begun assessment of a timepoint (or the one of a day) stands."""

    status: str
    reason: str | None = None
    late: bool | None = None
    version: Literal["first", "second"] | None = None
    """Under which published version it was conducted."""


class Step(Strict):
    """One moment. Time first, then one act, then what is true."""

    # When: `at: "09:00"` (the next such hour), `"day 3 09:00"`, `"2026-03-29 09:00"`; or `after: 4m`.
    at: str | None = None
    after: str | None = None

    # Who: a subject code, a member of staff, or one of `others`; by default the first participant.
    who: str | None = None
    where: Literal["team", "direct"] | None = None
    """The chat in which staff act; by default the group where there is one."""

    # What they do (at most one).
    taps: str | int | None = None
    """A button: its label, an option, `back`, `decline`, `change`, `done`, `agree`, `acknowledge` …"""
    on: str | None = None
    """The item (`pain`, `pain of day 1`), the concept of the alert, or the path that is tested, whose button is tapped."""
    old: bool = False
    """The button may be gone from the message by now; an old screen still shows it."""
    twice: bool = False
    """Tapped twice in one breath."""
    says: str | float | int | None = None
    reply_to: str | None = None
    """What they say is a reply to the newest message that reads so (as in `reads`)."""
    anonymously: bool = False
    edits: str | float | int | None = None
    """The last message of theirs is changed into this."""
    edits_saying: str | None = None
    """Not the last message but this one is changed."""
    forwards: str | None = None
    sends: Literal["voice", "photo", "sticker", "location", "contact", "document"] | None = None
    answers: dict[str, Answer] | None = None
    """One item after the other, tapped where there is a button, else typed."""
    fills: dict[str, Answer] | None = None
    """Whatever is asked until the form is done; what is not named is answered as on a good day."""
    opens: str | None = None
    """The link of this participant (`P-001`), an earlier one of theirs (`P-001 first`), or a made-up one."""
    blocks: bool = False
    unblocks: bool = False
    phone: Literal["offline", "online", "gone"] | None = None
    coordinator: Coordinator | None = None
    trouble: Trouble | Literal["over"] | None = None
    probot: Literal["stops", "starts"] | None = None
    group: (
        Literal[
            "becomes a supergroup",
            "removes the bot",
            "takes the bot in again",
            "gets a visitor",
            "loses the visitor",
        ]
        | None
    ) = None

    # What is true now. "In this step" means: since the step's moment was begun to be travelled to.
    asked: str | Literal[False] | None = None
    """The item that was asked in this step; false: nobody was asked anything."""
    buttons: str | list[str] | None = None
    """What stands on the buttons of that question, without back and decline; or `0-10`."""
    nothing: bool = False
    """Not one message went out in this step, and none was changed."""
    stored: dict[str, Any] | None = None
    """The newest answer to each item: a value, or `declined`, `branched`, `not_reached`, `not_done`; null: none."""
    revision: dict[str, int] | None = None
    source: dict[str, str] | None = None
    assessment: dict[str, str | AssessmentLook] | None = None
    alerts: dict[str, str | AlertLook | None] | None = None
    """Concept to state (null: there is no such alert)."""
    told: list[str] | None = None
    """Exactly who of the care team got a new message in this step: `team`, names."""
    called: list[str] | None = None
    """Exactly which paths beside the messenger were called in this step."""
    silent: bool | None = None
    """Whether the newest message to the care team came without a sound."""
    reads: Words | dict[str, Words] | None = None
    """What somebody read in this step: a text of the study, a key of the catalogue, or words."""
    not_reads: Words | dict[str, Words] | None = None
    shows: Words | dict[str, Words] | None = None
    """What stands in the chat now, from whatever time."""
    times_read: dict[str, int] | None = None
    """How often somebody has read these words in this step."""
    toast: str | None = None
    trail: list[str] | None = None
    """Actions that the audit trail has gained in this step."""
    no_trail: list[str] | None = None
    participant: str | dict[str, str] | None = None
    language: str | None = None
    consents: dict[str, bool] | None = None
    notes: list[str] | None = None
    """All notes of the participant so far: `kind: words`, or only the kind."""


class Scenario(Strict):
    """One file."""

    title: str
    study: str = "short"
    begins: str = "day 1 08:30"
    zone: str = "Asia/Shanghai"
    """In which the file's own times are meant."""
    participants: dict[str, Participant] = Field(default_factory=lambda: {"P-001": Participant()})
    staff: dict[str, Staff] = Field(default_factory=lambda: {"Mei": Staff()})
    """Names to roles, or to more than the role."""
    group: Literal["supergroup", "group", "none"] = "supergroup"
    """The care team's chat. none: direct chats alone."""
    others: dict[str, Literal["in the group", "outside"]] = {}
    no_message_contains: list[str] = []
    """In no chat, at no time."""
    script: list[Step]

    @field_validator("staff", mode="before")
    @classmethod
    def _by_role(cls, staff: Any) -> Any:
        if not isinstance(staff, dict):
            return staff
        return {name: {"role": one} if isinstance(one, str) else one for name, one in staff.items()}

    def instant(self, written: str, now: datetime) -> datetime:
        """The instant of an `at`. Raises ValueError."""
        zone = ZoneInfo(self.zone)
        if found := re.fullmatch(r"day (\d+) (\d\d:\d\d)", written):
            day = DAY_ONE + timedelta(days=int(found[1]) - 1)
            return datetime.combine(day, time.fromisoformat(found[2]), zone)
        if re.fullmatch(r"\d\d:\d\d", written):
            local = now.astimezone(zone)
            moment = datetime.combine(local.date(), time.fromisoformat(written), zone)
            return moment if moment >= local else moment + timedelta(days=1)
        return datetime.fromisoformat(written).replace(tzinfo=zone)


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def length(written: str) -> timedelta:
    """`90s`, `4m`, `1h 30m`, `2d` as a length of time. Raises ValueError."""
    found = re.findall(r"(\d+)([smhd])", written)
    if not found or re.sub(r"\d+[smhd]\s*", "", written):
        raise ValueError(f"{written!r} is no length of time: write it as 90s, 4m, 1h 30m or 2d")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in found})


class _AsWritten(yaml.SafeLoader):
    """YAML without the surprises: 09:00 is text, `no` is a word, a date is text."""


_AsWritten.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag in {"tag:yaml.org,2002:null", "tag:yaml.org,2002:float", "tag:yaml.org,2002:merge"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"(?:-?[1-9]\d*|0)$"), list("-+0123456789")
)


def read(path: Path) -> Scenario:
    """The scenario in that file. Raises for whatever cannot be meant."""
    with path.open(encoding="utf-8") as file:
        scenario = Scenario.model_validate(yaml.load(file, _AsWritten))  # noqa: S506 -- a SafeLoader, made stricter
    if scenario.study not in STUDIES:
        raise ValueError(f"there is no study {scenario.study!r}; there are {', '.join(STUDIES)}")
    return scenario
