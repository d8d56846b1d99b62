"""Do the documents hold together? Every link leads somewhere, and what must stand in them stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.house import tree

NOUNS = (
    *("study", "arm", "participant", "enrolment", "instrument", "item", "timepoint", "assessment"),
    *("window", "session", "response", "alert", "acknowledgement", "escalation", "audit trail"),
)


def documents() -> tuple[Path, ...]:
    return (*tree.named("*.md"), *tree.named("docs/**/*.md"))


def read(name: str) -> str:
    return (tree.ROOT / name).read_text(encoding="utf-8")


def tokens(markdown: str) -> Iterator[Token]:
    for block in MarkdownIt("commonmark").enable("table").parse(markdown):
        yield block
        yield from block.children or ()


def links(markdown: str) -> list[str]:
    """Where the links and pictures of a document lead; what stands in code is no link."""
    found = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in tokens(markdown)]
    found += re.findall(r'<(?:a|img)\b[^>]*?(?:href|src)="([^"]+)"', markdown)
    return [link for link in found if link]


def anchors(markdown: str) -> set[str]:
    """The anchors of a document's headings, as the usual hosts make them."""
    found: set[str] = set()
    heading = False
    for token in tokens(markdown):
        if token.type == "inline" and heading:
            words = "".join(child.content for child in token.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
            number = 0
            while (candidate := f"{slug}-{number}" if number else slug) in found:
                number += 1
            found.add(candidate)
        heading = token.type == "heading_open"
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', markdown))


@cache
def anchors_of(path: Path) -> set[str]:
    return anchors(path.read_text(encoding="utf-8"))


def broken(document: Path, markdown: str) -> list[str]:
    """The links of a document that lead nowhere in the tree."""
    kept = set(tree.files())
    lost = []
    for link in links(markdown):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (document.parent / unquote(parts.path)).resolve() if parts.path else document
        there = target in kept or (target.is_dir() and any(target in path.parents for path in kept))
        if not there or (
            parts.fragment and target.suffix == ".md" and parts.fragment not in anchors_of(target)
        ):
            lost.append(link)
    return lost


@pytest.mark.parametrize(
    "markdown",
    ["[gone](gone.md)", "![gone](docs/gone.png)", '<img src="gone.png">', "[a](CHANGELOG.md#no-such)"],
)
def test_a_link_that_leads_nowhere_is_found(markdown: str) -> None:
    assert len(broken(tree.ROOT / "README.md", markdown)) == 1


def test_a_link_in_code_is_no_link() -> None:
    assert links("`[gone](gone.md)`\n\n    [gone](gone.md)\n") == []


@pytest.mark.parametrize("document", documents(), ids=tree.short)
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken(document, document.read_text(encoding="utf-8")) == []


def test_every_document_can_be_reached_from_another() -> None:
    reached = {
        (document.parent / unquote(urlsplit(link).path)).resolve()
        for document in documents()
        for link in links(document.read_text(encoding="utf-8"))
        if not urlsplit(link).scheme
    }
    apart = [
        tree.short(path)
        for path in tree.named("docs/**/*.md")
        if path not in reached and not (path.name == "README.md" and path.parent in reached)
    ]
    assert apart == []


def test_the_glossary_has_the_fifteen_nouns_and_no_others() -> None:
    first_table = read("docs/glossary.md").split("## Words below stairs")[0]
    assert tuple(re.findall(r"^\| \*\*(.+?)\*\* \|", first_table, re.MULTILINE)) == NOUNS


def test_decisions_are_numbered_without_gaps_and_stand_in_the_index() -> None:
    records = [path for path in tree.named("docs/decisions/*.md") if path.name != "README.md"]
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    index = links(read("docs/decisions/README.md"))
    assert [path.name for path in records] == index
    for path in records:
        assert path.read_text(encoding="utf-8").startswith(f"# {path.name[:4]} ")


def test_every_dependency_has_its_reason_in_the_first_decision() -> None:
    said = re.sub(r"[-_.]+", "-", read("docs/decisions/0001-dependencies.md")).lower()
    groups = tree.pyproject()["dependency-groups"]
    wanted = [*tree.pyproject()["project"]["dependencies"], *groups["test"]]
    names = [re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ]", entry)[0]).lower() for entry in wanted]
    unsaid = [name for name in names if name.removeprefix("pytest-").removeprefix("types-") not in said]
    assert len(names) > 20
    assert unsaid == []


def test_the_changelog_opens_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [
        re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", heading) for heading in headings[1:]
    ]
    assert all(released)
    days = [date.fromisoformat(match[4]) for match in released if match]
    assert days == sorted(days, reverse=True)


def test_the_changelog_uses_the_six_kinds_of_change() -> None:
    kinds = set(re.findall(r"^### (.+)$", read("CHANGELOG.md"), re.MULTILINE))
    assert kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_make_target_is_listed_with_a_line_of_help() -> None:
    makefile = read("Makefile")
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    helped = set(re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE))
    assert {"run", "test", "check", "lock"} <= helped
    assert targets == helped == phony


def test_contributing_names_only_targets_that_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", read("CONTRIBUTING.md")))
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    assert {"run", "check", "test"} <= named <= targets
