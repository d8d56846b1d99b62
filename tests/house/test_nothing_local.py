"""Does the tree name a machine, a package index or a secret? It must not: it is read and run elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.house import tree

# Put together from pieces, so that this file is no finding of its own.
INDEXES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.np" + "mjs",
    "proxy.go" + "lang",
    "deb.deb" + "ian.org",
)
FOLDERS = ("ro" + "ot", "wo" + "rk", "ho" + "me", "Us" + "ers", "fa" + "rm")
LOCAL = re.compile(
    "|".join(
        [
            *(re.escape(index) for index in INDEXES),
            rf"(?<![\w.~$\}}])/(?:{'|'.join(FOLDERS)})/[\w.]",
            "/tmp/bui" + "ld",
            "/opt/(?:wh" + "eels|py" + "pi)",
            "--(?:extra-)?index" + "-url",
            "--find" + "-links",
        ]
    )
)
# A bot token: digits, a colon, 35 characters. Tokens made up for tests are shorter or say so.
TOKEN = re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b")


@pytest.mark.parametrize(
    "line",
    [
        "https://" + "py" + "pi.org/simple",
        "cd /" + "work/main",
        'open("/' + "root/.cache" + '")',
        "pip install --index" + "-url x",
    ],
)
def test_the_pattern_finds_what_it_is_for(line: str) -> None:
    assert LOCAL.search(line)


@pytest.mark.parametrize(
    "line", ["docs/work/plan.md", "$HOME/work/x", "~/work/x", "at home / work", "/data/probot"]
)
def test_the_pattern_leaves_ordinary_words_alone(line: str) -> None:
    assert not LOCAL.search(line)


def test_the_token_pattern_finds_a_token() -> None:
    assert TOKEN.search("token=123456789:" + "A" * 35)


@pytest.mark.parametrize("pattern", [LOCAL, TOKEN], ids=["machine-or-index", "token"])
def test_no_file_names_a_machine_an_index_or_a_token(pattern: re.Pattern[str]) -> None:
    found = [
        f"{tree.short(path)}:{number}: {line.strip()[:120]}"
        for path in tree.files()
        if path.name != "Makefile" and (text := tree.text(path)) is not None
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_makefile_asks_for_locks_without_addresses() -> None:
    makefile = (tree.ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--no-emit-index" + "-url" in makefile
    assert not any(index in makefile for index in INDEXES)


def test_nothing_that_git_keeps_is_a_database_or_an_environment() -> None:
    kept = [tree.short(path) for path in tree.files()]
    assert [name for name in kept if name.endswith((".sqlite3", ".db", ".pyc")) or name == ".env"] == []
    assert "pyproject.toml" in kept
