"""How does somebody who was invited become a participant? Language, what this is, consent, and an hour.

The rule: each part of the consent is its own message and its own tick; where the conversation stands follows from
what was chosen so far, so that old buttons, double taps and a new start do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from probot.flows import welcome_words as words
from probot.flows.buttons import WelcomeTap
from probot.flows.session import LanguageChosen, Typed
from probot.messages import Message
from probot.study.model import ConsentPart, Study


@dataclass(frozen=True, slots=True)
class WelcomeState:
    """Where the enrolment conversation stands.

    `step`: `language`, `about`, `consent.PART`, `hour`, `done` or `declined`. `consents`: by part, what was
    ticked. `hour`: None until chosen (and for good, where nothing can be moved).
    """

    step: str
    language: str
    consents: Mapping[str, bool] = field(default_factory=dict)
    hour: time | None = None
    format: int = 1


@dataclass(frozen=True, slots=True)
class Started:
    """The invitation was opened, `/start` came again, or somebody came back to it: say where we are."""


WelcomeEvent = Started | WelcomeTap | Typed


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """One part was ticked or not; `wording_hash` is over exactly what was shown for it."""

    part: str
    granted: bool
    version: str
    language: str
    wording_hash: str


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """A required part was not agreed to: nobody is enrolled, until it is taken up again."""

    part: str


@dataclass(frozen=True, slots=True)
class HourChosen:
    """The local hour at which the participant wants to be asked."""

    hour: time


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Everything that was needed is there: the enrolment is active from now on."""


WelcomeFact = LanguageChosen | ConsentGiven | ConsentRefused | HourChosen | Welcomed

FirstAsked = Callable[[time | None], str]
"""When the first questions come, in local words, given the chosen hour; empty if that is not known yet."""


@dataclass(frozen=True, slots=True)
class Welcoming:
    """What one step gives back. `mark`: what the message with the tapped button becomes, if it changes."""

    state: WelcomeState
    facts: tuple[WelcomeFact, ...] = ()
    messages: tuple[Message, ...] = ()
    mark: Message | None = None


def begin(study: Study, language: str = "") -> WelcomeState:
    """The state before anything was said. `language`: the one named at enrolment, else the study's first."""
    known = language if language in study.languages else study.languages[0]
    return WelcomeState("language" if len(study.languages) > 1 else "about", known)


def welcome(study: Study, state: WelcomeState, event: WelcomeEvent, first: FirstAsked) -> Welcoming:
    """The enrolment conversation after `event`. What changes nothing says nothing (a double tap), except that
    `Started` and words that were not understood repeat the present step.
    """
    match event:
        case Started():
            return Welcoming(state, (), _say_where(study, state, first))
        case Typed(text):
            choice = words.typed_choice(study, state.step, text)
            if state.step == "done":
                return Welcoming(state)
            if choice is None:
                return Welcoming(state, (), words.not_understood(study, state.step, state.language))
            return replace(_chosen(study, state, state.step, choice, first), mark=None)
        case WelcomeTap(step, choice):
            return _chosen(study, state, step, choice, first)


def _chosen(study: Study, state: WelcomeState, step: str, choice: str, first: FirstAsked) -> Welcoming:
    if step == "language" and choice in study.languages and len(study.languages) > 1:
        return _language(study, state, choice, first)
    if step == "about" and choice == words.SEEN and state.step == "about":
        mark = words.about_marked(study, state.language)
        return _onwards(study, state, (), mark, first)
    if step.startswith(words.CONSENT) and choice in {words.YES, words.NO}:
        part = _part(study, step.removeprefix(words.CONSENT))
        if part is not None:
            return _consent(study, state, part, choice, first)
    if step == "declined" and choice == words.AGAIN and state.step == "declined":
        kept = {
            part: granted for part, granted in state.consents.items() if part not in _refused(study, state)
        }
        return _onwards(
            study, replace(state, consents=kept), (), words.declined(state.language, again=False), first
        )
    if step == "hour" and state.step in {"hour", "done"} and words.movable(study):
        return _hour(study, state, choice, first)
    return Welcoming(state)


# ---------------------------------------------------------------- one choice each


def _language(study: Study, state: WelcomeState, choice: str, first: FirstAsked) -> Welcoming:
    if state.step != "language" and choice == state.language:
        return Welcoming(state)
    facts = (LanguageChosen(choice),)
    mark = words.language_marked(study, choice)
    spoken = replace(state, language=choice)
    if state.step == "language":
        return _onwards(study, spoken, facts, mark, first)
    return Welcoming(spoken, facts, _say_where(study, spoken, first), mark)


def _consent(
    study: Study, state: WelcomeState, part: ConsentPart, choice: str, first: FirstAsked
) -> Welcoming:
    granted = choice == words.YES
    before = state.consents.get(part.id)
    never_shown = before is None and state.step != f"{words.CONSENT}{part.id}"
    if before is granted or never_shown:
        return Welcoming(state)
    if state.step == "done" and part.required and not granted:
        return Welcoming(state, (), (words.use_stop(state.language),))
    language = state.language
    given = ConsentGiven(
        part.id, granted, study.consent.version, language, words.consent_hash(study, part, language)
    )
    refused = (ConsentRefused(part.id),) if part.required and not granted else ()
    after = replace(state, consents={**state.consents, part.id: granted})
    mark = words.consent_marked(study, part, language, granted=granted)
    if state.step == "done":
        return Welcoming(after, (given,), (words.consent_changed(language),), mark)
    return _onwards(study, after, (given, *refused), mark, first)


def _hour(study: Study, state: WelcomeState, choice: str, first: FirstAsked) -> Welcoming:
    hour = words.hour_of(choice)
    if hour is None or hour == state.hour:
        return Welcoming(state)
    earliest, latest = study.hours
    if not earliest <= hour <= latest:
        return Welcoming(state, (), (words.hour(study, state.language, outside=True),))
    mark = words.hour_marked(state.language, hour)
    after = replace(state, hour=hour)
    if state.step == "done":
        return Welcoming(after, (HourChosen(hour),), _say_where(study, after, first), mark)
    return _onwards(study, after, (HourChosen(hour),), mark, first)


# ---------------------------------------------------------------- where we are


def _onwards(
    study: Study, state: WelcomeState, facts: tuple[WelcomeFact, ...], mark: Message, first: FirstAsked
) -> Welcoming:
    after = replace(state, step=_next_step(study, state))
    if after.step == state.step:
        # An old button changed an earlier answer: the question that is open stays open, and is not said again.
        return Welcoming(after, facts, (), mark)
    if after.step == "done":
        facts = (*facts, Welcomed())
    return Welcoming(after, facts, _say_where(study, after, first), mark)


def _next_step(study: Study, state: WelcomeState) -> str:
    if state.step == "language":
        return "about"
    if _refused(study, state):
        return "declined"
    missing = [part.id for part in study.consent.parts if part.id not in state.consents]
    if missing:
        return f"{words.CONSENT}{missing[0]}"
    return "hour" if words.movable(study) and state.hour is None else "done"


def _refused(study: Study, state: WelcomeState) -> frozenset[str]:
    return frozenset(
        part.id for part in study.consent.parts if part.required and state.consents.get(part.id) is False
    )


def _part(study: Study, part_id: str) -> ConsentPart | None:
    return next((part for part in study.consent.parts if part.id == part_id), None)


def _say_where(study: Study, state: WelcomeState, first: FirstAsked) -> tuple[Message, ...]:
    language = state.language
    match state.step:
        case "language":
            return (words.languages(study),)
        case "about":
            return words.about(study, language)
        case "declined":
            return (words.declined(language),)
        case "hour":
            return (words.hour(study, language),)
        case "done":
            return (words.done(study, language, first(state.hour)),)
        case _:
            part = _part(study, state.step.removeprefix(words.CONSENT))
            if part is None:
                raise ValueError(f"the consent has no part for step {state.step!r}")
            return words.consent(study, part, language, introduced=bool(state.consents))
