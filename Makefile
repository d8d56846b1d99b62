# What can be done here, and how? `make` alone lists it.
# Rule: everything happens inside $(VENV), which is built from hash-pinned locks and nothing else.

VENV    ?= .venv
WORKERS ?= 2
PYTHON  ?=
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Where to look for a Python, unless PYTHON names one.
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)

# Tests that need no database server, no browser and no network: they belong to `make check`.
PURE    := $(wildcard $(addprefix tests/,alerts config flows house properties reading rules schedule study unit wording))

LOCK := $(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet $(UPGRADE)

# The group alone, without probot's own dependencies.
BENCH_LOCK := $(subst pyproject.toml --group build,--group bench,$(LOCK))

.PHONY: help run test soak kills nurses mutants bench check format lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@echo "probot: make TARGET"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/  \1 \2/p' Makefile | while read -r name what; do printf '  %-8s %s\n' "$$name" "$$what"; done

run: $(VENV)/.run ## build the environment if needed and start probot (the sandbox, unless a Telegram token is set)
	@$(BIN)/probot run

test: $(VENV)/.test ## all tests, on SQLite and on a real PostgreSQL (ARGS="-k word" narrows them)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(VENV)/.test $(VENV)-bench/.bench ## measure probot beside bots that only echo (JSON=file keeps every run) and write docs/benchmarks.md
	@BENCH_PYTHON=$(abspath $(VENV)-bench)/bin/python $(BIN)/python -m bench.run $(if $(JSON),--json $(JSON)) $(ARGS)

soak: $(VENV)/.test ## live through ever more simulated days, for SOAK_MINUTES or until stopped; failing seeds are kept
	@$(BIN)/python -m tests.simulation.soak

kills: $(VENV)/.test ## kill -9 real processes hundreds of times on both databases, beside a stock bot, and count what is left (JSON=file)
	@$(BIN)/python -m tests.kills.run $(if $(JSON),--json $(JSON)) $(ARGS)

nurses: $(VENV)/.test ## live 28 days with 120 patients and a care team that answers late or not at all; what is lost, how often it rings (JSON=file)
	@$(BIN)/python -m tests.nurses.run $(if $(JSON),--json $(JSON)) $(ARGS)

mutants: $(VENV)/.test ## change the rules of alerting by one small fault at a time and see that a test fails (ARGS=ladder: that group alone)
	@$(BIN)/python -m tests.mutants.run $(ARGS)

check: $(VENV)/.test ## format, lint, types, floors and the pure tests, in under a minute
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/yamllint --strict .
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q $(PURE)

format: $(VENV)/.test ## put the code into the one form that check accepts
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(VENV)/.test ## write requirements/*.txt anew from pyproject.toml (UPGRADE=--upgrade takes newer releases)
	@$(LOCK) --output-file requirements/run.txt
	@$(LOCK) --group test --constraint requirements/run.txt --output-file requirements/test.txt
	@$(BENCH_LOCK) --output-file requirements/bench.txt

clean: ## remove caches and builds; the environment and data/ stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find probot tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------ the environment

# test.txt holds everything of run.txt in the same versions, so both may share one environment.
$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements/run.txt)

$(VENV)/.test: requirements/test.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements/test.txt)

$(VENV)-bench/.bench: requirements/bench.txt | $(BIN)/python
	@echo "Installing requirements/bench.txt into $(VENV)-bench (again only when it changes) ..."
	@$(BIN)/python -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --requirement $<
	@touch $@

# A packet is taken only if its hash stands in the lock; probot itself is linked, so edits count at once.
# Compiled here, whatever PYTHONDONTWRITEBYTECODE says: else every start of probot compiles all of it again.
define install
echo "Installing $(1) into $(VENV) (again only when it changes) ..." && \
$(PIP) install --quiet --require-hashes --requirement $(1) && \
$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null; \
$(PIP) install --quiet --no-deps --no-build-isolation --editable . && \
touch $@ || { echo "The environment could not be built: see the lines above. Is a package index reachable from here?"; exit 1; }
endef

$(BIN)/python:
	@found=""; \
	for python in $(PYTHONS); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "probot needs Python 3.11 or newer; none was found (tried: $(PYTHONS))."; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
		echo "This Python ($$found) cannot make environments: its venv module is missing."; \
		echo "On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; \
	fi; \
	clear=""; if [ -f "$(VENV)/pyvenv.cfg" ]; then clear="--clear"; fi; \
	"$$found" -m venv $$clear "$(VENV)" || { echo "The environment $(VENV) could not be made: see the lines above."; exit 1; }
