"""Does every text stand in every language, saying the same?

The rule: nothing falls back to another language, so a gap anywhere is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.nodes import stands
from probot.study.shapes.words import TextShape
from probot.values import LANGUAGES

_PLACEHOLDER = re.compile(r"\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")


def check(draft: Draft) -> None:
    """Missing and foreign languages, placeholders, and texts that were never translated."""
    for route, text in texts_in(draft.shape, ()):
        written = _written(draft, route)
        if written is not None:
            _text(draft, written, text.root)
    for name, rule in draft.shape.rules.items():
        if rule.words is not None:
            _languages(draft, ("rules", name, "words"), rule.words)


def texts_in(node: object, route: Route) -> Iterator[tuple[Route, TextShape]]:
    """Every text of the shape, with the route to it."""
    match node:
        case TextShape():
            yield route, node
        case BaseModel():
            for name, field in type(node).model_fields.items():
                yield from texts_in(getattr(node, name), (*route, field.alias or name))
        case dict():
            for key, value in node.items():
                yield from texts_in(value, (*route, key))
        case list():
            for number, value in enumerate(node):
                yield from texts_in(value, (*route, number))


def _written(draft: Draft, route: Route) -> Route | None:
    """The route as it stands in the document (an option may be its words alone); None for a stand-in."""
    if stands(draft.source.root, route):
        return route
    if route[-1] == "text" and stands(draft.source.root, route[:-1]):
        return route[:-1]
    return None


def _text(draft: Draft, route: Route, text: Mapping[str, str]) -> None:
    _languages(draft, route, text)
    found = {language: sorted(set(_PLACEHOLDER.findall(words))) for language, words in text.items()}
    if len({tuple(names) for names in found.values()}) > 1:
        said = "; ".join(f"{language}: {', '.join(names) or 'none'}" for language, names in found.items())
        draft.complain("PB312", route, f"the placeholders differ ({said})", key=True)
    for language, names in found.items():
        for name in names:
            index = text[language].index("{")
            draft.complain("PB314", (*route, language), f"nobody fills `{{{name}}}`", index=index)
    if len(text) > 1 and len(set(text.values())) == 1:
        words = next(iter(text.values()))
        if _is_prose(words):
            draft.complain("PB313", route, "the text is the same in every language", key=True)


def _languages(draft: Draft, route: Route, given: Mapping[str, object]) -> None:
    wanted = draft.study.languages
    if draft.broken.has("study", "languages"):
        return
    missing = [language for language in wanted if language not in given]
    for language in given:
        if language in wanted:
            continue
        mend = f"did you mean `{missing.pop(0)}`?" if language not in LANGUAGES and missing else ""
        message = f"`{language}` is no language of this study"
        draft.complain("PB311", (*route, language), message, mend, key=True)
    for language in missing:
        draft.complain("PB310", route, f"the text is missing in `{language}`", key=True)


def _is_prose(words: str) -> bool:
    """More than a unit, a code or a name: Chinese characters, or at least two words of letters."""
    chinese = any("\u4e00" <= character <= "\u9fff" for character in words)
    return chinese or len(re.findall(r"[A-Za-z]{2,}", words)) > 1
