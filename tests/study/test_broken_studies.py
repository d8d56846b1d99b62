"""Does every kind of problem come out as documented, word for word, at its place?"""

from __future__ import annotations

from pathlib import Path

import pytest

from probot.study.catalogue import CATALOGUE, Kind
from probot.study.load import load
from probot.study.problems import render
from probot.study.source import MOST_BYTES
from tests.study.studies import BROKEN, inside, load_broken

WITHOUT_A_STUDY = {
    "PB104": "a file of two million bytes is made below instead of being kept",
}
"""Kinds that have no broken study of their own, and why."""


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.name)
def test_a_broken_study_gives_exactly_its_problems(broken: Path, tmp_path: Path) -> None:
    loaded = load_broken(broken, tmp_path)
    assert render(loaded.problems) == (broken / "expected.txt").read_text(encoding="utf-8")
    assert (loaded.study is None) == any(one.severity == "error" for one in loaded.problems)
    if broken.name.startswith("PB"):
        assert broken.name[:5] in {one.code for one in loaded.problems}


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_kind_has_a_broken_study_or_a_reason(code: str) -> None:
    studies = [one.name for one in BROKEN if one.name.startswith(code)]
    assert bool(studies) != (code in WITHOUT_A_STUDY)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "export.yaml").write_bytes(b"#" * (MOST_BYTES + 1))
    with inside(tmp_path):
        loaded = load(Path("study"))
    assert loaded.study is None
    assert [(one.code, one.file) for one in loaded.problems] == [("PB104", "study/export.yaml")]


def test_a_folder_that_does_not_exist_is_a_problem_of_its_own(tmp_path: Path) -> None:
    with inside(tmp_path):
        loaded = load(Path("confg"))
    assert render(loaded.problems) == (
        "confg error PB103: there is no such folder\n  help: name the folder that holds the study's .yaml files.\n"
    )


def test_an_empty_folder_is_no_study(tmp_path: Path) -> None:
    assert [one.code for one in load(tmp_path).problems] == ["PB103"]


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)
def test_every_kind_is_explained_in_sentences(kind: Kind) -> None:
    for words in (kind.title, kind.meaning, kind.mend, kind.example):
        assert words.strip() == words
        assert words
    assert kind.meaning.endswith(".")
    assert kind.mend[0].islower() or not kind.mend[0].isalpha()


def test_no_validator_speaks_to_the_coordinator() -> None:
    foreign = ("pydantic", "Field required", "Input should", "validation error", "Extra inputs", "NoneType")
    for broken in BROKEN:
        expected = (broken / "expected.txt").read_text(encoding="utf-8")
        assert not [word for word in foreign if word in expected]
