"""Is everything that gets installed pinned by hash, and do tests run on what runs in production?"""

from __future__ import annotations

import re

import pytest

from tests.house import tree

REQUIREMENT = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> list[list[str]]:
    """The requirements of a lock: each its first line and then its options; comments are left out."""
    plain = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    logical = plain.replace("\\\n", "\n")
    found: list[list[str]] = []
    for line in logical.splitlines():
        if line.startswith(" "):
            found[-1].append(line.strip())
        elif line.strip():
            found.append([line.strip()])
    return found


def faults(lock: str) -> list[str]:
    """The entries that are not a name, an exact version and at least one hash."""
    return [
        first
        for first, *options in entries(lock)
        if not REQUIREMENT.fullmatch(first)
        or not options
        or not all(HASH.fullmatch(option) for option in options)
    ]


def read(name: str) -> str:
    return (tree.ROOT / "requirements" / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return {
        match["name"]: match["version"]
        for first, *_ in entries(read(name))
        if (match := REQUIREMENT.fullmatch(first))
    }


def plain_name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~!; ]", requirement)[0]).lower()


@pytest.mark.parametrize(
    "lock",
    [
        "aiohttp==3.0\n",
        "aiohttp>=3.0 \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "aiohttp==3.0 \\\n    --hash=md5:" + "0" * 32 + "\n",
        "aiohttp @ https://example.org/a.whl \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "-e .\n",
    ],
)
def test_an_entry_without_version_or_hash_is_found(lock: str) -> None:
    assert len(faults(lock)) == 1


@pytest.mark.parametrize("name", ["bench.txt", "run.txt", "test.txt"])
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    assert len(entries(read(name))) > 20
    assert faults(read(name)) == []


def test_there_is_no_lock_beside_these_three() -> None:
    assert [path.name for path in tree.named("requirements/*")] == ["bench.txt", "run.txt", "test.txt"]


def test_the_bot_that_probot_is_measured_beside_stands_on_the_same_library() -> None:
    assert pins("bench.txt")["python-telegram-bot"] == pins("run.txt")["python-telegram-bot"]


def test_tests_run_on_the_versions_that_run_in_production() -> None:
    run, test = pins("run.txt"), pins("test.txt")
    assert {name: test.get(name) for name in run} == run


def test_every_dependency_stands_in_its_lock() -> None:
    groups = tree.pyproject()["dependency-groups"]
    run = {plain_name(entry) for entry in [*tree.pyproject()["project"]["dependencies"], *groups["build"]]}
    assert run <= pins("run.txt").keys()
    assert {plain_name(entry) for entry in groups["test"]} <= pins("test.txt").keys()


def test_tools_for_tests_are_not_installed_where_probot_runs() -> None:
    only_tests = {plain_name(entry) for entry in tree.pyproject()["dependency-groups"]["test"]}
    transitive = {"markdown-it-py"}  # typer prints with rich, which reads Markdown
    assert only_tests & pins("run.txt").keys() <= transitive


def test_the_build_tools_are_those_of_the_build_group() -> None:
    project = tree.pyproject()
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]
