"""Would the tests notice a fault in the rules of alerting? `make mutants` makes every small one and looks.

The rule: a mutant counts as killed if a test that runs the changed line fails; one that lives is excused only by a
reason in docs/mutation.md.

The tests are collected and run once, and what lines each of them runs is written down. Then each mutant gets a forked
child of this process: the code of the functions is exchanged in place, and the tests of the line are run in it.
"""

from __future__ import annotations

import ast
import gc
import importlib
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from probot.study.once import WorkedOut
from tests.mutants.change import Mutant, mutants, unchanged

DELIVER = frozenset({"_why_not", "_is_taken", "_why_not_participant", "_asks_about_an_answer", "_is_past"})
GROUPS: dict[str, dict[str, frozenset[str]]] = {
    "rules": {"probot/alerts/rules.py": frozenset()},
    "life cycle": {"probot/alerts/life.py": frozenset(), "probot/alerts/steps.py": frozenset()},
    "ladder": {
        "probot/alerts/ladder.py": frozenset(),
        "probot/schedule/rota.py": frozenset(),
        "probot/study/rota.py": frozenset(),
    },
    "entitlement": {"probot/services/audience.py": frozenset(), "probot/services/deliver.py": DELIVER},
    "taking": {"probot/services/taking.py": frozenset()},
    "adverse events": {"probot/outcomes/judging.py": frozenset()},
}
TESTS = ["tests/alerts", "tests/outcomes", "tests/schedule/test_who_is_on_call.py"]
TESTS_OF = {
    "entitlement": ["tests/services/test_who_may_hear_of_it.py"],
    "taking": ["tests/services/test_what_is_done_about_an_alert.py"],
}
PATIENCE = 180
"""Seconds after which a mutant is taken to run for ever, which is noticed as well."""
REASONS = Path("docs/mutation.md")


class Campaign:
    """A plugin of pytest: the collected tests are not run once but for each mutant."""

    def __init__(self, files: dict[str, frozenset[str]]) -> None:
        self.files = {str(Path(path).resolve()): (path, only) for path, only in files.items()}
        self.runs: dict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
        self.took: dict[pytest.Item, float] = {}
        self.lived: dict[str, list[Mutant]] = {path: [] for path in files}
        self.made: dict[str, int] = dict.fromkeys(files, 0)

    @staticmethod
    def pytest_collection() -> None:
        """Steady dice, and no search for a smaller example: that a test fails is enough."""
        from hypothesis import HealthCheck, Phase, settings

        once = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "mutants", deadline=None, derandomize=True, database=None, phases=once,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """First all tests as they are, then each mutant against those that run its line."""
        forget(frozenset(self.files))
        for item in session.items:
            if not self.watched(item):
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
        gc.freeze()
        for path, (short, only) in self.files.items():
            if self.killed(path, unchanged(short)):
                raise pytest.UsageError(f"{short} fails when it is exchanged for itself")
            for mutant in mutants(short, only):
                self.made[short] += 1
                if not self.killed(path, mutant):
                    self.lived[short].append(mutant)
                    print(f"lives: {mutant.path}:{mutant.line} {mutant.name}", flush=True)
        return True

    def watched(self, item: pytest.Item) -> bool:
        """Run a test and write down what lines it runs; whether it passes."""
        seen: set[tuple[str, int]] = set()

        def line(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                seen.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame: FrameType, _: str, __: Any) -> Any:
            return line if frame.f_code.co_filename in self.files else None

        begun = time.perf_counter()
        sys.settrace(call)
        try:
            passes = _passes(item)
        finally:
            sys.settrace(None)
        self.took[item] = time.perf_counter() - begun
        for place in seen:
            self.runs[place].append(item)
        return passes

    def killed(self, path: str, mutant: Mutant) -> bool:
        """Whether a test fails with the mutant, in a child of this process."""
        items = self.tests_of(path, mutant)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.alarm(PATIENCE)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(1, 2)
                exchange(path, mutant)
                code = 0 if all(_passes(item) for item in items) else 1
            finally:
                os._exit(code)
        return os.waitpid(child, 0)[1] != 0

    def tests_of(self, path: str, mutant: Mutant) -> list[pytest.Item]:
        """The tests that run its line, quick ones first; all tests if the line runs while the file is read."""
        inside = [
            node
            for node in ast.walk(ast.parse(Path(mutant.path).read_text(encoding="utf-8")))
            if isinstance(node, ast.stmt) and not isinstance(node, ast.ClassDef | ast.FunctionDef)
            and node.lineno <= mutant.line <= (node.end_lineno or 0)
        ]  # fmt: skip
        lines = {number for node in inside[-1:] for number in range(node.lineno, (node.end_lineno or 0) + 1)}
        found = {item for number in lines | {mutant.line} for item in self.runs[path, number]}
        if mutant.within == "module" or not found:
            found = set(self.took)  # a test may read a value of the file without running a line of it
        return sorted(found, key=lambda item: (round(self.took[item], 2), item.nodeid))


def _passes(item: pytest.Item) -> bool:
    # What serves the whole session stays; all else is put away, whichever test comes next.
    stays: Any = item.session
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=stays))


def exchange(path: str, mutant: Mutant) -> None:
    """Put the mutant in the place of the module that is loaded, for everybody who has taken something from it."""
    module = importlib.import_module(mutant.path.removesuffix(".py").replace("/", "."))
    code: CodeType = compile(ast.fix_missing_locations(mutant.tree), path, "exec")
    fresh: dict[str, Any] = {"__name__": module.__name__, "__file__": path}
    exec(code, fresh)  # noqa: S102 # our own file, changed in one place
    for name, new in fresh.items():
        old = module.__dict__.get(name)
        if isinstance(new, FunctionType) and new.__module__ == module.__name__:
            _take_over(old, new)
        elif isinstance(new, type) and new.__module__ == module.__name__:
            for each, method in vars(new).items():
                mine = vars(old).get(each)
                _take_over(getattr(mine, "fget", mine), getattr(method, "fget", method))
        elif not name.startswith("__") and type(new).__module__ in {"builtins", "datetime"} and new != old:
            for other in list(sys.modules.values()):
                if other is not None and getattr(other, "__dict__", {}).get(name) is old:
                    other.__dict__[name] = new


def forget(files: frozenset[str]) -> None:
    """Have nothing kept that these files work out: else a mutant would be asked for what was worked out before it."""
    keep = WorkedOut.once

    def once(self: WorkedOut, what: str, of: str, work_out: Callable[[], Any]) -> Any:
        return work_out() if work_out.__code__.co_filename in files else keep(self, what, of, work_out)

    WorkedOut.once = once


def _take_over(old: Any, new: Any) -> None:
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        if len(old.__code__.co_freevars) == len(new.__code__.co_freevars):
            old.__code__ = new.__code__
        old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


def main(chosen: list[str]) -> int:
    """The groups that are named, or all; 1 if a mutant lives without a reason, 2 if there is no such group."""
    if unknown := [group for group in chosen if group not in GROUPS]:
        print(f"there is no group {unknown[0]!r}; the groups are: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    reasons = REASONS.read_text(encoding="utf-8") if REASONS.exists() else ""
    files = {path: only for group in chosen or GROUPS for path, only in GROUPS[group].items()}
    campaign = Campaign(files)
    tests = sorted({each for group in chosen or GROUPS for each in TESTS_OF.get(group, TESTS)})
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=no", *tests]
    if pytest.main(arguments, [campaign]) not in {0, 5}:
        return 1
    return report(campaign, chosen or list(GROUPS), reasons)


def report(campaign: Campaign, chosen: list[str], reasons: str) -> int:
    """Killed and lived of each file and group."""
    bad = False
    for group in chosen:
        made = lived = 0
        for path in GROUPS[group]:
            here, left = campaign.made[path], campaign.lived[path]
            made, lived = made + here, lived + len(left)
            print(f"| `{path}` | {here} | {here - len(left)} | {len(left)} | {1 - len(left) / here:.1%} |")
            bad |= any(f"`{each.name}`" not in reasons for each in left)
        print(f"| {group} | {made} | {made - lived} | {lived} | {1 - lived / made:.1%} |")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
