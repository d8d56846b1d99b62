"""Which study is shipped? `config/`, loaded once; and small patients to answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from probot.flows.session import Opened, Session, Tapped, Typed
from probot.flows.step import step
from probot.study.facts import Earlier, Facts
from probot.study.load import load
from probot.study.model import Instrument, Item, Study
from probot.values import AssessmentId, Text, Value

FOLDER = Path(__file__).resolve().parents[2] / "config"
NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
SITES = ("oral", "skin", "bladder")

QUIET: Mapping[str, str] = {
    "danger_signs": "+none",
    "temperature": "typed 36.6",
    "temperature_route": "armpit",
    "pain_oral": "2",
    "pain_skin": "2",
    "pain_bladder": "2",
    "intake": "normal",
    "skin_area": "one_palm",
    "skin_signs": "+none",
    "urine_look": "clear",
    "night_urination": "typed 1",
    "news": "+none",
    "product_oral": "planned",
    "product_skin": "planned",
    "product_bladder": "planned",
    "after_product": "+none",
    "who": "self",
}
"""How somebody answers who has little pain and nothing new. A tap, or what is typed."""


@cache
def the_study() -> Study:
    loaded = load(FOLDER)
    assert loaded.study is not None, loaded.problems
    return loaded.study


def patient(
    *sites: str,
    arm: str = "control",
    answers: Mapping[str, Value] | None = None,
    earlier: Mapping[str, Value] | None = None,
    hours_ago: float = 24,
    declined: tuple[str, ...] = (),
) -> Facts:
    """A participant with these sites and answers; `earlier` answers were given `hours_ago`."""
    before = NOW - timedelta(hours=hours_ago)
    return Facts(
        now=NOW,
        today=date(2026, 3, 10),
        answers=dict(answers or {}),
        declined=frozenset(declined),
        earlier={item: (Earlier(value, before),) for item, value in (earlier or {}).items()},
        attributes={"arm": arm, "site": sites},
        anchors={"treatment_start": date(2026, 3, 1), "transplant": date(2026, 2, 20)},
    )


def conversation(facts: Facts, timepoint: str, answers: Mapping[str, str]) -> list[str]:
    """The items asked, in order, by the real conversation. Each takes one tap or one typed answer."""
    study = the_study()
    session = Session(AssessmentId("a"), timepoint, "zh")
    session = step(study, facts, session, Opened(), NOW).session
    asked: list[str] = []
    while session.status == "asking" and session.asking is not None:
        item = session.asking
        assert item not in asked, f"{item} took more than one tap"
        asked.append(item)
        said = answers[item]
        event = Typed(said.removeprefix("typed ")) if said.startswith("typed ") else Tapped(item, said)
        session = step(study, facts, session, event, NOW).session
    assert session.status == "finished"
    return asked


def items(by: str | None = None) -> Iterator[tuple[Instrument, Item]]:
    """Every item, of instruments answered by `by` or of all."""
    for instrument in the_study().instruments.values():
        if by is None or instrument.by == by:
            for item in instrument.items:
                yield instrument, item


def texts_in(value: object, place: str = "") -> Iterator[tuple[str, Text]]:
    """Every text inside a value of the model, with where it was found."""
    if isinstance(value, Mapping):
        if value and set(value) <= {"zh", "en"}:
            yield place, value
        else:
            for key, inner in value.items():
                yield from texts_in(inner, f"{place}.{key}")
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from texts_in(inner, f"{place}[{getattr(inner, 'id', number)}]")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name), f"{place}.{field.name}")


def texts_for_patients() -> list[tuple[str, Text]]:
    """What a patient can read: the title, the named texts, the consent, the questions and their buttons."""
    study = the_study()
    found = [("title", study.title), *texts_in(study.texts, "texts"), *texts_in(study.consent, "consent")]
    for instrument, item in items("participant"):
        inside = {
            "text": item.text,
            "options": item.options,
            "anchors": item.anchors,
            "not_done": item.not_done,
            "unit": item.unit,
        }
        found += texts_in({"item": inside}, f"{instrument.id}.{item.id}")
    return found
