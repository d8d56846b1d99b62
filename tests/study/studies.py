"""Which studies do the tests load? Good ones as they stand; broken ones as a small change to a good one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probot.study.load import Loaded, load

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "tests" / "studies"
GOOD = sorted(path for path in (STUDIES / "good").iterdir() if path.is_dir())
BROKEN = sorted(path for path in (STUDIES / "broken").iterdir() if path.is_dir())
NOT_PART = ("base", "expected.txt")


def laid_out(broken: Path, folder: Path) -> Path:
    """The broken study as a folder of its own: the good one that `base` names, with the changed files laid over it."""
    base = broken / "base"
    if base.exists():
        shutil.copytree(broken / base.read_text().strip(), folder)
    for path in sorted(broken.iterdir()):
        if path.name in NOT_PART:
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(path, folder / path.name)
    return folder


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Works in the folder, so that messages name `study/…` wherever the tests run."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def load_broken(broken: Path, room: Path) -> Loaded:
    """What loading says of the broken study, laid out as `study` in an empty room."""
    laid_out(broken, room / "study")
    with inside(room):
        return load(Path("study"))
