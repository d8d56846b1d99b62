"""What is said to a coordinator about something that does not fit its shape?

The rule: her words and her place; nothing of the validator shows.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

from probot.study.folder import Route, Source
from probot.study.nodes import Block, Leaf, Listing, locate
from probot.study.problems import Place, did_you_mean
from probot.study.scalars import halved, shown
from probot.study.shapes.meanings import keys_at, meaning_of, schema_at


def tell_all(details: list[ErrorDetails], source: Source) -> None:
    """Tells everything that does not fit; a line that is no YAML to begin with has been told already."""
    unreadable = {(one.file, one.line) for one in source.problems if one.line}
    before = len(source.problems)
    for detail in details:
        _tell(detail, source)
    told = source.problems[before:]
    del source.problems[before:]
    source.problems += [one for one in told if (one.file, one.line) not in unreadable]


def _tell(detail: ErrorDetails, source: Source) -> None:
    route = tuple(step for step in detail["loc"] if step != "[key]")
    kind = detail["type"]
    key, node = locate(source.root, route)
    match kind:
        case "problem":
            said = detail["ctx"]
            at = key if detail["loc"][-1:] == ("[key]",) or said["code"] == "PB206" else node.place
            mend = said["mend"] or (_empty_mend(str(route[-1])) if said["code"] == "PB206" and route else "")
            source.complain(said["code"], at, said["message"], mend)
        case "missing":
            _tell_missing(route, source)
        case "extra_forbidden":
            place = source.key(route)
            source.complain(
                "PB201",
                place,
                f"`{route[-1]}` has no meaning {_inside(route[:-1])}",
                did_you_mean(str(route[-1]), keys_at(route[:-1])),
            )
        case _:
            _tell_form(kind, route, key, node, source)


def _empty_mend(key: str) -> str:
    """A key that reads like a text is the rest of one that lacks its quotation marks."""
    half = halved(key)
    if half is not None and ":" in half:
        return f"punctuation must be half-width here, with a blank behind the colon: `{half}`."
    return f"if `{key}` belongs to a text with a comma, put the whole text in quotes." if " " in key else ""


def _tell_missing(route: Route, source: Source) -> None:
    parent = route[:-1]
    if not parent and not source.whole:
        return  # it may stand in the file that could not be read
    if not parent:
        place = Place(source.folder, 0, 0)
        source.complain(
            "PB202", place, f"the section `{route[-1]}` is missing in all files of the folder", _add(route)
        )
        return
    place, node = locate(source.root, parent)
    written = {str(key) for key in node.entries} if isinstance(node, Block) else set()
    close = next((key for key in sorted(written) if key not in keys_at(parent)), None)
    if close is not None and f"`{route[-1]}`" in did_you_mean(close, keys_at(parent)):
        return  # the misspelt key has been told
    source.complain(
        "PB202",
        place,
        f"`{route[-1]}` is missing {_inside(parent)}",
        _add(route),
    )


def _add(route: Route) -> str:
    meaning = meaning_of(route)
    return f"add `{route[-1]}:`: {_lowered(meaning)}" if meaning else ""


def _tell_form(kind: str, route: Route, key: Place, node: Any, source: Source) -> None:
    what = f"`{route[-1]}`" if route and isinstance(route[-1], str) else "this"
    if isinstance(node, Leaf) and not node.text.strip():
        source.complain("PB206", key, f"nothing is written under {what}")
    elif kind in {"too_short", "list_too_short"}:
        source.complain("PB206", node.place, f"{what} is empty")
    elif kind == "list_type":
        source.complain("PB204", node.place, f"{what} is a list, and none stands here")
    elif schema_at(route).get("title") == "TextShape":
        source.complain("PB203", node.place, f"{what} has no languages", _text_mend(node))
    else:
        half = halved(node.text) if isinstance(node, Leaf) else None
        mend = (
            f"punctuation must be half-width here, with a blank behind the colon: `{half}`." if half else ""
        )
        source.complain(
            "PB203", node.place, f"{what} needs keys of its own, and {_form(node)} stands here", mend
        )


def _form(node: object) -> str:
    match node:
        case Listing():
            return "a list"
        case Leaf(text):
            return f"only {shown(text)}"
        case _:
            return "something else"


def _text_mend(node: object) -> str:
    if isinstance(node, Leaf):
        if (half := halved(node.text)) and ":" in half:
            return "punctuation must be half-width here, with a blank behind the colon: `zh: …`."
        return "write it in each language of the study: `{zh: …, en: …}`."
    return ""


def _inside(route: Route) -> str:
    names = [str(step + 1) if isinstance(step, int) else step for step in route]
    if not names:
        return "at the top of a file"
    return "in " + " > ".join(names)


def _lowered(meaning: str) -> str:
    return meaning[:1].lower() + meaning[1:]
