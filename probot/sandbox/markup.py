"""What does parse_mode make of a text? Small readers for HTML, Markdown and MarkdownV2 that complain as Telegram does.

The rule: a text that the real server refuses is refused here, with "can't parse entities: …".
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from probot.sandbox.errors import ApiError, bad_request
from probot.sandbox.state import Json
from probot.sandbox.text import units

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""")
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_PAIRS = (("||", "spoiler"), ("__", "underline"), ("*", "bold"), ("_", "italic"), ("~", "strikethrough"))
_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^)\\])*)\)")


def _refuse(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def read(text: str, parse_mode: str) -> tuple[str, list[Json]]:
    """The plain text and its entities. Raises ApiError 400 for a markup that cannot be read."""
    readers: dict[str, Callable[[str], tuple[str, list[Json]]]] = {
        "html": _read_html,
        "markdownv2": _read_v2,
        "markdown": _read_v1,
    }
    reader = readers.get(parse_mode.lower())
    if reader is None:
        raise bad_request("unsupported parse_mode")
    return reader(text)


def _at(text: str, index: int) -> int:
    return len(text[:index].encode())


def _read_html(text: str) -> tuple[str, list[Json]]:
    out, entities, open_tags, place = "", [], list[tuple[str, int, str]](), 0
    while place < len(text):
        if text[place] != "<":
            end = text.find("<", place)
            end = len(text) if end < 0 else end
            out += html.unescape(text[place:end])
            place = end
            continue
        match = _TAG.match(text, place)
        if match is None:
            name = re.match(r"</?([^\s>]*)", text[place:])
            raise _refuse(
                f'Unsupported start tag "{name[1] if name else ""}" at byte offset {_at(text, place)}'
            )
        closing, tag, attributes = match[1], match[2].lower(), match[3]
        if closing:
            if not open_tags or open_tags[-1][0] != tag:
                raise _refuse(f"Unexpected end tag at byte offset {_at(text, place)}")
            _, start, rest = open_tags.pop()
            entities.append(_tag_entity(tag, start, units(out) - start, rest))
        elif tag not in _TAGS and not (tag == "span" and "tg-spoiler" in attributes):
            raise _refuse(f'Unsupported start tag "{tag}" at byte offset {_at(text, place)}')
        else:
            open_tags.append((tag, units(out), attributes))
        place = match.end()
    if open_tags:
        raise _refuse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return out, _sorted(entities)


def _tag_entity(tag: str, start: int, length: int, attributes: str) -> Json:
    entity: Json = {"type": _TAGS.get(tag, "spoiler"), "offset": start, "length": length}
    if tag == "a":
        found = _HREF.search(attributes)
        entity["url"] = found[1] if found else ""
    return entity


def _sorted(entities: list[Json]) -> list[Json]:
    return sorted(
        (each for each in entities if each["length"] > 0), key=lambda one: (one["offset"], -one["length"])
    )


def _read_v2(text: str) -> tuple[str, list[Json]]:
    out, entities, opened, place = "", list[Json](), list[tuple[str, str, int, int]](), 0
    while place < len(text):
        char = text[place]
        if char == "\\" and place + 1 < len(text):
            out, place = out + text[place + 1], place + 2
            continue
        if char == "`":
            out, place = _code(text, place, out, entities)
            continue
        if char == "[" and (link := _LINK.match(text, place)):
            label, inner = _read_v2(link[1])
            start = units(out)
            entities += [{**each, "offset": each["offset"] + start} for each in inner]
            entities.append({"type": "text_link", "offset": start, "length": units(label), "url": link[2]})
            out, place = out + label, link.end()
            continue
        pair = next(((mark, kind) for mark, kind in _PAIRS if text.startswith(mark, place)), None)
        if pair:
            mark, kind = pair
            if opened and opened[-1][0] == mark:
                _, _, start, _ = opened.pop()
                entities.append({"type": kind, "offset": start, "length": units(out) - start})
            else:
                opened.append((mark, kind, units(out), _at(text, place)))
            place += len(mark)
            continue
        if char in _RESERVED and not (char == ">" and (place == 0 or text[place - 1] == "\n")):
            raise _refuse(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        if char != ">":
            out += char
        place += 1
    if opened:
        raise _refuse(f"Can't find end of {opened[-1][1].capitalize()} entity at byte offset {opened[-1][3]}")
    return out, _sorted(entities)


def _code(text: str, place: int, out: str, entities: list[Json]) -> tuple[str, int]:
    mark, kind = ("```", "pre") if text.startswith("```", place) else ("`", "code")
    end = text.find(mark, place + len(mark))
    if end < 0:
        name = "Pre" if kind == "pre" else "Code"
        raise _refuse(f"Can't find end of {name} entity at byte offset {_at(text, place)}")
    inner = text[place + len(mark) : end]
    entities.append({"type": kind, "offset": units(out), "length": units(inner)})
    return out + inner, end + len(mark)


def _read_v1(text: str) -> tuple[str, list[Json]]:
    out, entities, place = "", list[Json](), 0
    kinds = {"*": "bold", "_": "italic"}
    while place < len(text):
        char = text[place]
        if char == "\\" and place + 1 < len(text) and text[place + 1] in "_*`[":
            out, place = out + text[place + 1], place + 2
        elif char == "`":
            out, place = _code(text, place, out, entities)
        elif char == "[" and (link := _LINK.match(text, place)):
            entities.append(
                {"type": "text_link", "offset": units(out), "length": units(link[1]), "url": link[2]}
            )
            out, place = out + link[1], link.end()
        elif char in kinds:
            end = text.find(char, place + 1)
            if end < 0:
                raise _refuse(f"Can't find end of the entity starting at byte offset {_at(text, place)}")
            inner = text[place + 1 : end]
            entities.append({"type": kinds[char], "offset": units(out), "length": units(inner)})
            out, place = out + inner, end + 1
        else:
            out, place = out + char, place + 1
    return out, _sorted(entities)
