"""Which files are written by the study's own code? `python -m tests.study.generated` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from probot.study.reference import coordinator_reference, problems_page
from probot.study.schema import json_schema

ROOT = Path(__file__).resolve().parents[2]


def schema_file() -> str:
    """The JSON Schema as it is stored beside the study."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


GENERATED: Mapping[str, Callable[[], str]] = {
    "config/study.schema.json": schema_file,
    "docs/problems.md": problems_page,
    "docs/coordinator-reference.md": coordinator_reference,
}

if __name__ == "__main__":
    for name, write in GENERATED.items():
        (ROOT / name).write_text(write(), encoding="utf-8")
