# Everything a newcomer needs. Wants GNU make, git and Python >= 3.11; the rest goes into .venv by itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Passed on to `groundplan demo`.
STAY ?=
REPO ?=
ISSUE ?=
# One worker more than cores, as some tests wait for a clock; `make test WORKERS=0` runs in one process, for a
# debugger.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

# Settings of the machine must not reach the tests.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: $(READY) ## run the main job on this machine: label in, plan pull request out (STAY=1, REPO=path ISSUE=file.md)
	@$(BIN)/groundplan demo $(if $(filter-out 0,$(STAY)),--stay) $(if $(REPO),--repo "$(REPO)") $(if $(ISSUE),--issue "$(ISSUE)")

test: lint types imports ## style, types, import rules and the whole test suite
	@echo "== pytest"
	@$(BIN)/python -m pytest -q -n $(WORKERS) --tb=short

test-full: export GROUNDPLAN_FULL := 1
test-full: test ## the same with the complete matrices (crash points, generated histories)

lint: $(READY)
	@echo "== ruff check"
	@$(BIN)/ruff check --quiet .
	@echo "== ruff format --check"
	@$(BIN)/ruff format --check --quiet . || { echo "run 'make fmt'"; exit 1; }

types: $(READY) lint
	@echo "== mypy"
	@$(BIN)/mypy --no-error-summary

imports: $(READY) types
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo >.lint-imports.log 2>&1 || { cat .lint-imports.log; exit 1; }
	@grep '^Contracts:' .lint-imports.log; rm -f .lint-imports.log

bench: $(READY) ## measure and print ratios (bench/); never part of the tests
	@$(BIN)/python -m bench

bench-recon: $(READY) ## measure how well recon finds the files of known fixes (needs LOC_DATA and LOC_MIRRORS)
	@$(BIN)/python -m bench.recon

eval: $(READY) ## measure plans on the shipped suite without a model (docs/evaluation.md)
	@$(BIN)/groundplan eval

docs: $(READY) ## write what is generated in docs/ again: rules, commands, configuration
	@$(BIN)/python -m bot.lint.catalogue docs/rules
	@$(BIN)/python -m bot.commands_page docs/commands.md
	@$(BIN)/python -m bot.config_shown docs

fmt: $(READY) ## format the code and fix what ruff can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Needs uv; its output installs with plain pip.
lock: ## resolve requirements/*.txt again from pyproject.toml (UPGRADE=1 takes newer versions)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: $(PYTHON) -m pip install uv"; exit 1; }
	@rm -rf $(if $(filter-out 0,$(UPGRADE)),requirements/*.txt)
	@$(LOCK) pyproject.toml -o requirements/base.txt
	@$(LOCK) pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
	@echo "hatchling" | $(LOCK) - -c requirements/dev.txt -o requirements/build.txt
	@echo "requirements/: $$(grep -c '==' requirements/base.txt) pins to run, $$(grep -c '==' requirements/dev.txt) to develop"

LOCK = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-strip-extras --python-version 3.11 --custom-compile-command "make lock"

clean: ## remove .venv and every cache
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Groundplan needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)."; \
	  echo "Name another one: make $(or $(MAKECMDGOALS),test) PYTHON=python3.12"; exit 1; }
	@echo "== $(VENV): installing requirements/dev.txt (once, about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: help demo test test-full lint types imports bench bench-recon eval docs fmt lock clean
