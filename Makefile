# One command each: set up, run, test, lint, bench, soak. `make` alone lists them.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo
export GX_ANALYTICS_ENABLED := false
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test lint unit bench soak system lock docs clean

help:  ## list the commands
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## virtual environment in .venv with the locked packages

$(READY): requirements.lock pyproject.toml
	@bash tests/system_packages.sh python
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: setup  ## simulate the model study and run it (DEMO=folder)
	$(BIN)/benchlake demo $(DEMO)

test: setup system lint unit  ## everything CI runs: system packages, linters, tests

system:
	@bash tests/system_packages.sh python tests

lint: setup  ## ruff, mypy, import-linter, sqlfluff, links of the docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar warehouse/models deployments/queries
	$(BIN)/mkdocs build --quiet --strict

unit: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

bench: setup system  ## benchmarks: ratios against a peer in one run
	$(BIN)/python -m pytest -m bench -s

soak: setup system  ## the slow and exhaustive tests, and every property on other examples
	$(BIN)/python -m pytest -m 'soak or hypothesis' --hypothesis-profile other

lock:  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --group pyproject.toml:dev pyproject.toml -o requirements.lock \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links

docs: setup  ## generated documentation, and the guide as a site in site/
	$(BIN)/python -m schemas.dictionary
	$(BIN)/mkdocs build --quiet --strict

clean:  ## remove the virtual environment and caches, no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
