# One front door: `make help`. Needs python3 (3.11 or newer) and make; everything else goes into .venv, from locks with digests.

CONFIG  ?= config/intake311.toml
WORKERS ?= 4
TESTS   ?= tests
SHELL   := /bin/sh
VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input
READY   := $(VENV)/.ready
DEV     := $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help setup dev run demo test check format faults bench lock docs peers clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

setup: $(READY) ## .venv with everything that running needs

dev: $(DEV) ## .venv with everything that developing needs

run: $(READY) ## start the gateway on its embedded default (CONFIG=… for another configuration)
	@test -d var || mkdir -m 700 var
	@exec $(BIN)/intake311 serve --config $(CONFIG)

demo: $(READY) ## start the gateway and let a simulated city talk to it
	@test -d var || mkdir -m 700 var
	@sh .ci/demo $(CONFIG)

test: $(DEV) peers ## the whole test suite (TESTS=… for a part, WORKERS=0 for one process)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: $(DEV) ## lint, format, types, import contracts, freshness of locks and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.project.locks check
	$(BIN)/python -m tests.project.configuration_docs check
	$(BIN)/python -m tests.project.schema_docs check
	$(BIN)/python -m tests.project.fresh_schema check
	$(BIN)/python -m tests.project.channel_docs check

format: $(DEV) ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## the benchmarks, each beside its reference in the same run
	$(BIN)/intake311 bench intake
	$(BIN)/intake311 bench pipeline

faults: $(DEV) ## kills, power cuts, full disks, a failing system, many times over (about 20 minutes; what needs root says so)
	$(BIN)/python -m pytest -m faults tests/journeys
	$(BIN)/python -m tests.faults.kills
	$(BIN)/python -m tests.faults.powercut || test $$? -eq 2
	$(BIN)/python -m tests.faults.diskfull || test $$? -eq 2
	$(BIN)/python -m tests.faults.crm

lock: $(DEV) ## make the locks anew after a change of dependencies in pyproject.toml
	$(BIN)/python -m tests.project.locks write
	$(BIN)/python -m tests.project.locks check

docs: $(DEV) ## write docs/configuration.md, docs/schema and the channels' tables of settings from the code
	$(BIN)/python -m tests.project.configuration_docs write
	$(BIN)/python -m tests.project.schema_docs write
	$(BIN)/python -m tests.project.fresh_schema write
	$(BIN)/python -m tests.project.channel_docs write

peers: ## the peers of the tests (PostgreSQL, swaks, Postfix), where they are missing and can be installed
	@sh .ci/peers

clean: ## remove .venv, caches and build products; var/ (your data) stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist ./*.egg-info
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@sh .ci/venv $(VENV)

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(READY)
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@
