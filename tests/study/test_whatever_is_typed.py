"""Does anything at all that can be typed raise an error, or does it always become problems?"""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probot.study.explain import explain
from probot.study.folder import read_folder
from probot.study.load import Loaded, from_source, load
from probot.study.nodes import plain
from probot.study.problems import render
from probot.study.source import read_text
from tests.study.studies import GOOD

DATA = [plain(read_folder(folder).root) for folder in GOOD]
FILES = [{path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")} for folder in GOOD]
PIECES = [
    *" \n\t:{}[]\"'#&*!|>-，：？\x07\ufeff\u2028\\%@`,<0a",
    "\n---\n",
    "\n  ",
    ": ",
    "- ",
    "<<: ",
    "*x",
    "&x ",
    "!!",
]
ODD: list[Any] = [
    *(
        "",
        "x",
        "0",
        "-1",
        "9" * 60,
        "1e3",
        "0-0",
        "24:61",
        "0d",
        "9999999d",
        "and",
        "pain >= ",
        "((((",
        "{a}",
        "null",
    ),
    *(
        "not " * 200 + "a",
        "pain == pain",
        "arm has msc",
        "end of end of",
        "treatment - 99999 months",
        "week on",
    ),
    *(
        "previous(pain_oral) == normal",
        "care_team",
        "00:00-00:00",
        "days []",
        "٣",
        "１０",
        "😀",
        "<<",
        "zh",
        "en",
    ),
    *([], {}, [[]], {"": ""}, {"en": "", "zh": []}, ["a", "a"], {"a": {"b": {"c": "d"}}}),
]
LIMITS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def holds_together(loaded: Loaded) -> None:
    """A study or a reason why not; every problem can be shown; a study can be stored and explained."""
    assert loaded.study is not None or any(one.severity == "error" for one in loaded.problems)
    assert render(loaded.problems).count(" help: ") >= len(loaded.problems)
    assert all(one.help for one in loaded.problems)
    if loaded.study is not None:
        assert from_source(loaded.study.source) == loaded.study
        assert explain(loaded.study)


def load_files(files: dict[str, str]) -> Loaded:
    with tempfile.TemporaryDirectory() as room:
        for name, text in files.items():
            (Path(room) / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        return load(Path(room))


def routes(node: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [route] if route else []
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        found += routes(value, (*route, key))
    return found


@given(st.data())
@LIMITS
def test_a_study_with_parts_missing_changed_or_out_of_place_is_answered_with_problems(
    data: st.DataObject,
) -> None:
    study = copy.deepcopy(data.draw(st.sampled_from(DATA)))
    for _ in range(data.draw(st.integers(1, 4))):
        route = data.draw(st.sampled_from(routes(study)))
        parent = study
        for step in route[:-1]:
            parent = parent[step]
        match data.draw(st.sampled_from(["take", "change", "rename"])):
            case "take":
                del parent[route[-1]]
            case "change":
                parent[route[-1]] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
            case "rename" if isinstance(parent, dict):
                parent[data.draw(st.sampled_from(["x", "texxt", "id", "when", "y z", "ünï"]))] = parent.pop(
                    route[-1]
                )
        if not routes(study):
            break
    holds_together(load_files({"all.yaml": json.dumps(study, ensure_ascii=False)}))


@given(st.data())
@LIMITS
def test_a_study_with_characters_mistyped_is_answered_with_problems(data: st.DataObject) -> None:
    files = dict(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        text = files[name]
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        files[name] = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[start + length :]
    holds_together(load_files(files))


@given(st.text(max_size=200))
@LIMITS
def test_any_text_is_read_or_refused(text: str) -> None:
    root, problems, _ = read_text(text.encode("utf-8", "replace").decode(), "a.yaml")
    assert root is not None or problems or not text.strip() or "#" in text or "-" in text or "%" in text


@given(st.binary(max_size=200))
@LIMITS
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as room:
        (Path(room) / "a.yaml").write_bytes(raw)
        holds_together(load(Path(room)))
