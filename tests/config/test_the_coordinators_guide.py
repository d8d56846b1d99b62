"""Does the coordinator's guide tell the truth: every key that can be written, and a first change that works?"""

from __future__ import annotations

import re
import shutil
from datetime import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from probot.study import shapes
from probot.study.load import load
from probot.study.shapes import alerts, items, protocol, whole
from tests.config.shipped import FOLDER

GUIDE = (FOLDER.parent / "docs" / "coordinators-guide.md").read_text(encoding="utf-8")
BASIS = (FOLDER.parent / "docs" / "clinical-basis.md").read_text(encoding="utf-8")


def keys() -> list[str]:
    """Every key of every shape, as it is written in YAML."""
    found: set[str] = set()
    for module in (alerts, items, protocol, whole):
        for model in vars(module).values():
            if (
                isinstance(model, type)
                and issubclass(model, BaseModel)
                and model.__module__.startswith(shapes.__name__)
            ):
                found |= {field.alias or name for name, field in model.model_fields.items()}
    return sorted(found - {"root"})


@pytest.mark.parametrize("key", keys())
def test_the_guide_names_every_key(key: str) -> None:
    assert re.search(rf"(?<![\w`])`?{re.escape(key)}(?:`|:|\b)", GUIDE)


def test_the_first_change_of_the_guide_works(tmp_path: Path) -> None:
    mine = tmp_path / "my-study"
    shutil.copytree(FOLDER, mine)
    plan = (mine / "plan.yaml").read_text(encoding="utf-8")
    changed = plan.replace('at: "09:00"\n    movable', 'at: "10:00"\n    movable')
    assert changed != plan
    (mine / "plan.yaml").write_text(changed, encoding="utf-8")
    loaded = load(mine)
    assert loaded.problems == ()
    assert loaded.study is not None
    assert loaded.study.plan["daily_diary"].at == time(10)
    shipped = load(FOLDER).study
    assert shipped is not None
    assert shipped.hash != loaded.study.hash


def test_the_guide_names_every_file_of_the_shipped_study() -> None:
    for path in FOLDER.glob("*.yaml"):
        name = "items_….yaml" if path.name.startswith("items_") else path.name
        assert f"`{name}`" in GUIDE


def test_the_clinical_basis_names_every_file_of_questions_and_says_they_are_not_validated() -> None:
    for path in FOLDER.glob("items_*.yaml"):
        assert f"`{path.name}`" in BASIS
        assert "NOT validated" in path.read_text(encoding="utf-8") or path.name == "items_grade.yaml"
    assert "not validated instruments" in BASIS


def test_every_slip_in_the_shipped_study_would_be_found(tmp_path: Path) -> None:
    slips = {
        "alerts.yaml": [
            ("pain_oral >= 7", "pain_orla >= 7"),
            ("tell_participant: help_now", "tell_participant: hlp_now"),
        ],
        "plan.yaml": [("during: treatment", "during: treatmnt"), ("closes: 12h", "closes: 12x")],
        "texts.yaml": [("  thanks:", "  thank:")],
        "items_pain.yaml": [("kind: scale", "kind: scal"), ("higher_is: worse", "higher: worse")],
        "roles.yaml": [("  doctor:", "  docter:")],
    }
    for name, pairs in slips.items():
        for right, wrong in pairs:
            mine = tmp_path / "slip"
            shutil.copytree(FOLDER, mine)
            text = (mine / name).read_text(encoding="utf-8")
            assert right in text
            (mine / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
            loaded = load(mine)
            assert loaded.study is None, wrong
            assert loaded.problems, wrong
            shutil.rmtree(mine)
