"""Which files are the tree's own? Everything git keeps or would keep, and nothing that was built or left behind."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILT = ("data", "build", "dist", "htmlcov")


@cache
def files() -> tuple[Path, ...]:
    """All files of the tree, absolute, sorted."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        found = {ROOT / name for name in listed if name}
    except (OSError, subprocess.CalledProcessError):  # a release unpacked from an archive has no git
        found = {path for path in ROOT.rglob("*") if not _is_built(path.relative_to(ROOT))}
    return tuple(sorted(path for path in found if path.is_file()))


def _is_built(path: Path) -> bool:
    return path.parts[0] in BUILT or any(
        part.startswith((".venv", ".git", "__pycache__")) or part.endswith("_cache") for part in path.parts
    )


def named(pattern: str) -> tuple[Path, ...]:
    """The files whose path from the root matches `pattern`, e.g. probot/**/*.py."""
    wanted = set(ROOT.glob(f"{pattern}/*" if pattern.endswith("**") else pattern))
    return tuple(path for path in files() if path in wanted)


def short(path: Path) -> str:
    """The path as a reader of the tree says it."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str | None:
    """What stands in a text file; None for pictures and the like."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None


@cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml as it was read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
