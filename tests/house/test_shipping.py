"""Is what we ship complete, and does it run with as few rights as we say?"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house import tree


def read(name: str) -> str:
    return (tree.ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    return yaml.safe_load(read("compose.yaml"))


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), continued lines joined, comments left out."""
    plain = "\n".join(line for line in read("Dockerfile").splitlines() if not line.lstrip().startswith("#"))
    return [
        (first, rest)
        for line in plain.replace("\\\n", " ").splitlines()
        if line.strip()
        for first, _, rest in [line.strip().partition(" ")]
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel built from the tree as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=tree.ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made).namelist()


def test_the_wheel_brings_study_words_and_every_module(wheel: list[str]) -> None:
    def shipped(pattern: str, below: str) -> set[str]:
        return {below + tree.short(path) for path in tree.named(pattern)}

    wanted = shipped("config/**/*.yaml", "probot/_shipped/") | shipped("locales/**/*.po", "probot/_shipped/")
    assert len(wanted) > 2
    assert wanted | shipped("probot/**/*.py", "") <= set(wheel)


def test_the_wheel_brings_the_licence_and_nothing_of_the_tests(wheel: list[str]) -> None:
    assert [name for name in wheel if name.endswith("licenses/LICENSE")]
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"probot"}


def test_the_image_runs_as_an_ordinary_user_and_is_watched() -> None:
    last_stage = instructions()[max(i for i, (first, _) in enumerate(instructions()) if first == "FROM") :]
    said = dict(last_stage)
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", said["USER"])
    assert said["HEALTHCHECK"].endswith('CMD ["probot", "status", "--exit-code"]')
    assert said["VOLUME"] == '["/data"]'
    assert said["ENTRYPOINT"] == '["probot"]'
    order = [first for first, _ in last_stage]
    assert "RUN" not in order[order.index("USER") :]


def test_the_image_stands_on_an_exact_python_that_the_project_allows() -> None:
    bases = {rest.split(" AS ")[0] for first, rest in instructions() if first == "FROM"}
    assert len(bases) == 1
    match = re.fullmatch(r"python:(\d+)\.(\d+)\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", bases.pop())
    assert match
    assert (int(match[1]), int(match[2])) >= (3, 11)


def test_the_image_installs_only_what_is_pinned() -> None:
    installs = [
        rest for first, rest in instructions() if first == "RUN" and '"install"' in rest and "pip" in rest
    ]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]
    assert "--no-build-isolation" in installs[1]


def test_what_the_image_copies_passes_the_dockerignore() -> None:
    let_through = {
        line.removeprefix("!") for line in read(".dockerignore").splitlines() if line.startswith("!")
    }
    copied = {
        name
        for first, rest in instructions()
        if first == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    assert copied == let_through
    assert [name for name in copied if not (tree.ROOT / name).exists()] == []


@pytest.mark.parametrize("name", ["probot", "postgres"])
def test_a_service_has_few_rights_and_is_watched(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(place.startswith("/tmp") for place in service["tmpfs"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "privileged" not in service


def test_compose_waits_for_a_healthy_database_and_keeps_both_volumes() -> None:
    services = compose()["services"]
    assert services["probot"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == set(compose()["volumes"])
    assert "ports" not in services["postgres"]


def test_more_workers_are_the_same_service_in_another_part_and_start_only_when_asked_for() -> None:
    worker = compose()["services"]["worker"]
    assert worker["extends"] == {"service": "probot"}
    assert worker["profiles"] == ["workers"]
    assert worker["command"] == ["run", "--role", "work"]


def test_compose_holds_no_secret_itself() -> None:
    for service in compose()["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", name):
                assert value.startswith("${")
    filled = [line for line in read(".env.example").splitlines() if re.match(r"[A-Z_]+=.", line)]
    assert filled == []


def test_ci_runs_the_same_two_targets_from_a_fresh_environment() -> None:
    script = read(".ci/run")
    assert "set -euo pipefail" in script
    assert script.index('rm -rf "$VENV"') < script.index("\nmake check") < script.index("\nmake test")
    assert (tree.ROOT / ".ci/run").stat().st_mode & 0o111


def test_python_and_version_are_said_alike_everywhere() -> None:
    project = tree.pyproject()
    lowest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == lowest
    assert project["tool"]["ruff"]["target-version"] == "py" + lowest.replace(".", "")
    assert f"--python-version {lowest}" in read("Makefile")
    assert f"sys.version_info < ({lowest.replace('.', ', ')})" in read("Makefile")


def test_every_path_named_in_the_settings_exists() -> None:
    patterns = tree.pyproject()["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert [
        pattern for pattern in patterns if not Path(pattern).is_absolute() and not tree.named(pattern)
    ] == []
