"""Which files make a study? All `*.yaml` of one folder, read as if they were one.

The rule: a key stands once, whichever file it is in; only the entries of some sections may be spread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from probot.study.nodes import Block, Entry, Leaf, Listing, Node, locate
from probot.study.problems import Place, Problem, problem
from probot.study.source import MOST_BYTES, read_text

SPREAD = ("instruments", "plan", "rules", "texts")
"""Sections whose entries may stand in several files."""

Route = tuple[str | int, ...]
"""The keys and list numbers that lead to a spot: `("plan", "daily_diary", "remind", 0)`."""


@dataclass(slots=True)
class Source:
    """What was written: one mapping over all files, the files' lines, and what is wrong so far."""

    root: Block
    folder: str
    lines: Mapping[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """False if a file could not be read: then what seems to be missing may stand in it."""

    def complain(self, code: str, place: Place, message: str, mend: str = "") -> None:
        """Notes a problem at a place."""
        lines = self.lines.get(place.file, [])
        text = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        self.problems.append(problem(code, place, message, line_text=text, mend=mend))

    def key(self, path: Route) -> Place:
        """Where the last key of `path` stands (as deep as it is written)."""
        return locate(self.root, path)[0]

    def value(self, path: Route) -> Place:
        """Where the value at `path` begins."""
        return locate(self.root, path)[1].place

    def character(self, path: Route, index: int) -> Place:
        """Where character number `index` of the text at `path` stands."""
        node = locate(self.root, path)[1]
        if not isinstance(node, Leaf):
            return node.place
        return node.at(index + len(node.text) - len(node.text.lstrip()))


def read_folder(folder: Path) -> Source:
    """All of the folder's files, merged. What cannot be read is a problem in the result."""
    name = folder.as_posix()
    source = Source(Block({}, Place(name, 0, 0)), name)
    files = _files(folder, source)
    roots: list[tuple[str, Block]] = []
    lines: dict[str, list[str]] = {}
    source.lines = lines
    for path in files:
        shown = f"{name}/{path.name}"
        text = _text(path, shown, source)
        if text is None:
            continue
        node, problems, lines[shown] = read_text(text, shown)
        source.problems += problems
        if isinstance(node, Block):
            roots.append((shown, node))
        elif node is not None and not (isinstance(node, Leaf) and not node.raw):
            source.complain("PB108", node.place, "the file does not begin with a key")
            source.whole = False
        elif problems:
            source.whole = False
    source.root = _merge(roots, source)
    return source


def _files(folder: Path, source: Source) -> list[Path]:
    whole = Place(source.folder, 0, 0)
    source.whole = False
    if not folder.is_dir():
        source.complain("PB103", whole, "there is no such folder")
        return []
    try:
        names = sorted(folder.iterdir())
    except OSError as error:
        source.complain("PB101", whole, f"the folder cannot be read ({error.strerror})")
        return []
    files = [path for path in names if path.suffix == ".yaml" and not path.name.startswith(".")]
    if not files:
        other = next((path.name for path in names if path.suffix == ".yml"), None)
        source.complain(
            "PB103",
            whole,
            "no file in this folder ends in .yaml",
            f"rename {other} to end in .yaml." if other else "",
        )
        return []
    source.whole = True
    return files


def _text(path: Path, shown: str, source: Source) -> str | None:
    whole = Place(shown, 0, 0)
    source.whole, before = False, source.whole
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            source.complain("PB104", whole, f"the file has {size:,} bytes; at most {MOST_BYTES:,} are read")
            return None
        raw = path.read_bytes()
    except OSError as error:
        source.complain("PB101", whole, f"the file cannot be read ({error.strerror})")
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8")
        place = Place(shown, good.count("\n") + 1, len(good) - good.rfind("\n"))
        source.complain("PB102", place, "from here on the file is not UTF-8")
        return None
    source.whole = before
    return text


def _merge(roots: list[tuple[str, Block]], source: Source) -> Block:
    entries: dict[str, Entry] = {}
    for _, root in roots:
        for key, entry in root.entries.items():
            first = entries.get(key)
            if first is None:
                entries[key] = entry
            elif key not in SPREAD:
                source.complain("PB116", entry.key, f"`{key}` stands in {_where(first)} already")
            else:
                entries[key] = _joined(key, first, entry, source)
    place = roots[0][1].place if roots else Place(source.folder, 0, 0)
    return Block(entries, Place(place.file, 1, 1) if roots else place)


def _joined(section: str, first: Entry, second: Entry, source: Source) -> Entry:
    one, two = first.value, second.value
    if not isinstance(one, Block) or not isinstance(two, Block):
        return second if isinstance(one, Leaf) and not one.text else first
    entries = dict(one.entries)
    for name, entry in two.entries.items():
        if name in entries:
            where = _where(entries[name])
            source.complain("PB117", entry.key, f"`{name}` under `{section}` stands in {where} already")
        else:
            entries[name] = entry
    return Entry(first.key, Block(entries, one.place))


def _where(entry: Entry) -> str:
    return f"{entry.key.file}:{entry.key.line}"


def nodes_of(data: object) -> Node:
    """Nodes without a place, from a stored study's JSON."""
    nowhere = Place("", 0, 0)
    match data:
        case dict():
            return Block({str(key): Entry(nowhere, nodes_of(value)) for key, value in data.items()}, nowhere)
        case list():
            return Listing(tuple(nodes_of(part) for part in data), nowhere)
        case _:
            return Leaf(str(data), nowhere)
