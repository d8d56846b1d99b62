"""Which commands are about the study? `check` and `publish`.

The rule: a study with any error runs nothing; what is in force stays in force.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from probot.app.desk import (
    AsJson,
    Exit,
    err,
    load_or_stop,
    many,
    office,
    out,
    say_json,
    settings_or_stop,
    show_problems,
)
from probot.services.publish import publish as put_in_force
from probot.study.explain import explain
from probot.study.load import load
from probot.study.problems import Problem

PANEL = "The study"
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="Folder with the study's YAML; default PROBOT_CONFIG."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(check)
    app.command(rich_help_panel=PANEL)(publish)


def check(
    config: Folder = None,
    *,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", metavar="", help="Print problems only.")] = False,
) -> None:
    """Read the study and tell everything that is wrong with it, at once, and what it means."""
    folder = config or settings_or_stop().study_folder
    loaded = load(folder)
    errors = [one for one in loaded.problems if one.severity == "error"]
    if as_json:
        study = loaded.study
        say_json({
            "ok": study is not None, "study": study.id if study else None, "hash": study.hash if study else None,
            "problems": [_as_json(one) for one in loaded.problems],
        })  # fmt: skip
    else:
        if loaded.problems:
            show_problems(loaded.problems)
        if loaded.study is not None and not quiet:
            for line in explain(loaded.study):
                out.print(line, markup=False)
            out.print(f"\n{folder}: the study can be published.", markup=False)
        elif errors:
            err.print(
                f"\n{folder}: {many(len(errors), 'error')}. Nothing runs with this study until mended.",
                markup=False,
            )
    if errors:
        raise typer.Exit(Exit.STUDY_HAS_ERRORS)


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code, "severity": problem.severity, "file": problem.file, "line": problem.line,
        "column": problem.column, "message": problem.message, "help": problem.help,
    }  # fmt: skip


def publish(config: Folder = None, *, as_json: AsJson = False) -> None:
    """Put the study in force. A running bot takes it up at once; open questionnaires keep theirs."""
    with office() as (settings, opened):
        study = load_or_stop(settings, config)
        new = opened.act_now(put_in_force, f"command:publish:{study.hash[:16]}", study)
        if as_json:
            say_json({"study": study.id, "hash": study.hash, "published": new})
        else:
            said = "is in force now" if new else "is in force already; nothing changed"
            out.print(f"{study.id} {study.hash[:12]} {said}.", markup=False)
