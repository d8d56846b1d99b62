"""What is a patient told who says one worrying thing after another within the hour?"""

from __future__ import annotations

from probot.alerts.model import Evidence, Hit
from probot.services import alerting, wishes
from probot.services.turn import Turn
from probot.store import people
from probot.study.model import Study
from probot.wording import say
from tests.services.test_no_alert_is_lost import letters
from tests.world import Clinic, Phone, a_clinic

FIRST, ALSO = say("en", "safety.first"), say("en", "safety.also")


def meet(turn: Turn, *rules: str) -> None:
    """These rules are met by what P-001 says."""
    enrolment = people.by_code(turn.connection, "P-001")
    assert enrolment is not None
    met = [turn.study.rules[name] for name in rules]
    found = [Hit(rule.id, rule.tier, rule.concept, Evidence()) for rule in met]
    alerting.raise_all(turn, turn.study, enrolment, found)


def named(study: Study, text: str, *, but: tuple[str, ...] = ()) -> str:
    """A rule with this text, about a concept that none of the others is about."""
    concepts = {study.rules[name].concept for name in but}
    return next(
        rule.id
        for rule in study.rules.values()
        if rule.tell_participant == text and rule.concept not in concepts
    )


async def after(clinic: Clinic, *rules: str) -> list[tuple[str, str]]:
    """What the patient reads because of it: the first line, and which text."""
    before = len(letters(clinic, purpose="safety"))
    await clinic.act(meet, *rules)
    await clinic.settle()
    told = letters(clinic, purpose="safety")[before:]
    return [(row.content.text.split("\n")[0], row.item) for row in told]


async def patient(clinic: Clinic) -> Phone:
    await clinic.staff("Mei")
    return await clinic.patient("P-001")


async def test_nothing_weaker_follows_within_the_hour_and_something_stronger_does(database_url: str) -> None:
    async with a_clinic(database_url, migrated=True) as clinic:
        await patient(clinic)
        mild = named(clinic.study, "call_ward")
        strong = named(clinic.study, "call_now", but=(mild,))
        other = named(clinic.study, "call_ward", but=(mild, strong))
        assert await after(clinic, strong) == [(FIRST, "call_now")]
        assert await after(clinic, mild) == [], "hours, after now, would be taken for leave to wait"
        await clinic.pass_time(minutes=61)
        assert await after(clinic, other) == [(FIRST, "call_ward")]
        assert await after(clinic, strong) == [(FIRST, "call_now")], "not: what was asked before still holds"


async def test_whatever_is_new_and_urgent_gets_a_line_and_takes_nothing_back(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        phone = await patient(clinic)
        one = named(clinic.study, "call_now")
        two = named(clinic.study, "call_now", but=(one,))
        assert await after(clinic, one) == [(FIRST, "call_now")]
        assert await after(clinic, two) == [(ALSO, "call_now")]
        assert clinic.study.texts["call_now"]["en"] in phone.last["text"]
        assert await after(clinic, one) == [], "the same matter once more"
        assert await after(clinic, "self_harm") == [(ALSO, "not_alone")], "its own advice, in full"


async def test_what_stands_and_becomes_urgent_is_new_as_well(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await patient(clinic)
        one = named(clinic.study, "call_now")
        urgent, soon = next(
            (high.id, low.id)
            for high in clinic.study.rules.values()
            for low in clinic.study.rules.values()
            if (high.tell_participant, low.tell_participant) == ("call_now", "call_ward")
            and high.concept == low.concept != clinic.study.rules[one].concept
        )
        assert len(await after(clinic, soon)) == 1
        assert len(await after(clinic, one)) == 1
        assert await after(clinic, urgent) == [(ALSO, "call_now")]


async def test_a_wish_for_a_nurse_at_once_that_raises_an_alert_is_said_to_be_passed_on(
    sqlite_url: str,
) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await patient(clinic)
        strong, mild = named(clinic.study, "call_now"), named(clinic.study, "call_ward")
        await clinic.act(meet, strong)
        await clinic.pass_time(minutes=5)
        assert await after(clinic, "wants_contact_now") == [(ALSO, "call_now")]
        assert await after(clinic, mild) == []


async def test_a_wish_tapped_under_the_question_is_answered_too(sqlite_url: str) -> None:
    async with a_clinic(sqlite_url, migrated=True) as clinic:
        await patient(clinic)
        await clinic.act(meet, named(clinic.study, "call_ward"))

        def wish(turn: Turn) -> None:
            enrolment = people.by_code(turn.connection, "P-001")
            assert enrolment is not None
            wishes.chosen(turn, enrolment, "now")

        await clinic.act(wish)
        await clinic.settle()
        assert [row.item for row in letters(clinic, purpose="safety")] == ["call_ward", "call_now"]
