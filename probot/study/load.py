"""How does a folder of YAML become a study? Read, shape, assemble, check; all problems at once.

The rule: a study with any error is no study; one with warnings only is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from probot.study.assemble import assemble
from probot.study.canonical import root_of, source_of
from probot.study.checks import check
from probot.study.folder import Source, read_folder
from probot.study.forms import with_forms
from probot.study.model import Study
from probot.study.problems import Problem, in_order
from probot.study.shapes.reading import read_shape


@dataclass(frozen=True, slots=True)
class Loaded:
    """The study, or None if there is any error; and everything that is to be said about it."""

    study: Study | None
    problems: tuple[Problem, ...]


def load(folder: Path) -> Loaded:
    """The study that all `*.yaml` files of the folder make. Never raises for what stands in them."""
    source = read_folder(folder)
    study = _study(source)
    problems = in_order(source.problems)
    if any(one.severity == "error" for one in problems):
        study = None
    return Loaded(study, problems)


def from_source(source: str) -> Study:
    """A stored study (`Study.source`) as it was when it was loaded. ValueError: it cannot be read any more."""
    held = Source(root_of(source), "")
    shape, broken = read_shape(held)
    if shape is None or held.problems:
        raise ValueError(f"a stored study no longer fits: {_summary(held.problems)}")
    draft = assemble(shape, held, broken, source)
    if held.problems:
        raise ValueError(f"a stored study no longer fits: {_summary(held.problems)}")
    return with_forms(draft.study)


def _study(source: Source) -> Study | None:
    if source.problems and not source.root.entries:
        return None
    shape, broken = read_shape(source)
    if shape is None:
        return None
    draft = assemble(shape, source, broken, source_of(source.root))
    if source.whole:
        check(draft)
    return with_forms(draft.study)


def _summary(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{one.code} {one.message}" for one in problems)
