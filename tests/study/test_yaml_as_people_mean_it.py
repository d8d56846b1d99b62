"""Is a value what the coordinator meant, whatever YAML 1.1 makes of it?"""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from probot.study.folder import read_folder
from probot.study.load import load
from probot.study.nodes import plain
from probot.study.source import read_text
from tests.study.studies import STUDIES


def value(text: str) -> object:
    root, problems, _ = read_text(f"key: {text}\n", "a.yaml")
    assert problems == ()
    assert root is not None
    return plain(root)["key"]


@pytest.mark.parametrize(
    "word",
    [
        "18:00",
        "no",
        "yes",
        "on",
        "off",
        "010",
        "1e3",
        "1_0",
        "0x1f",
        "null",
        "~",
        "true",
        "2024-01-01",
        "1.0",
        ".5",
    ],
)
def test_a_scalar_stays_the_words_that_stand_there(word: str) -> None:
    assert value(word) == word
    assert value(f'"{word}"') == word


def test_an_hour_without_quotes_is_an_hour() -> None:
    study = load(STUDIES / "good" / "only_chinese").study
    assert study is not None
    assert study.plan["evening"].at == time(18)
    assert study.ladders["routine"][0].digest == time(8)


def test_a_version_keeps_its_noughts() -> None:
    study = load(STUDIES / "good" / "only_chinese").study
    assert study is not None
    assert study.instruments["skin"].version == "010"
    assert study.consent.version == "1.0"


def test_an_option_may_be_called_no(tmp_path: Path) -> None:
    study = load(STUDIES / "good" / "everything").study
    assert study is not None
    assert study.rules["no_breath"].when is not None
    assert [option.id for option in study.item("breathing").options] == ["yes", "no", "not_sure"]


def test_on_is_a_key_and_not_a_truth_value() -> None:
    root = read_folder(STUDIES / "good" / "everything").root
    assert plain(root)["rules"]["no_answer"]["on"] == "missed"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    root, problems, lines = read_text("\ufeffa: 一\r\nb: 二\r\n", "a.yaml")
    assert problems == ()
    assert root is not None
    assert plain(root) == {"a": "一", "b": "二"}
    assert lines[1] == "b: 二"


def test_the_nearest_of_several_merged_mappings_counts() -> None:
    root, problems, _ = read_text(
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n", "a.yaml"
    )
    assert problems == ()
    assert root is not None
    assert plain(root)["c"] == {"x": "1", "y": "1", "z": "3"}


def test_a_quoted_merge_key_is_a_key_like_others() -> None:
    root, problems, _ = read_text('a: {"<<": word}\n', "a.yaml")
    assert problems == ()
    assert root is not None
    assert plain(root) == {"a": {"<<": "word"}}


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000])
def test_nesting_without_end_is_told_and_does_no_harm(text: str) -> None:
    _, problems, _ = read_text(text, "a.yaml")
    assert [one.code for one in problems] == ["PB110"]
