# Everything that a developer does. `make help` lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
SCENARIO ?= passing
# More workers than cores: many tests wait for a process or for the network of this machine.
WORKERS ?= 4
PYTEST = -m pytest -n $(WORKERS) --dist worksteal
# The suites that reach nearly every line without a process of the action.
COVERING = tests/unit tests/contract tests/simulation

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint types workflows fmt check requirements public-names owner clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort

$(BIN)/.runtime: requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/runtime.txt
	@touch $@

$(BIN)/.dev: $(BIN)/.runtime requirements/dev.txt
	$(PIP) -r requirements/dev.txt
	@touch $@

demo: $(BIN)/.runtime ## run the step against the simulator (SCENARIO=failing for a failing run, SCENARIO=plans for several)
	@$(BIN)/python examples/demo.py $(SCENARIO)

test: $(BIN)/.dev ## run all tests (ARGS=tests/unit for a part)
	$(BIN)/python $(PYTEST) $(ARGS)

coverage: $(BIN)/.dev ## measure the coverage by unit, contract and simulation tests (at least 95 %)
	@rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run $(PYTEST) $(COVERING)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

lint: $(BIN)/.dev ## check style (ruff) and layers (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=src $(BIN)/lint-imports --no-cache

types: $(BIN)/.dev ## check types (mypy, strict)
	$(BIN)/mypy
	$(BIN)/mypy entrypoint.py examples/demo.py

workflows: $(BIN)/.e2e ## check workflows, action.yml, Dockerfile and the examples in the documentation
	$(BIN)/actionlint .github/workflows/*.yml tests/e2e/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --persona pedantic .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml tests/e2e/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -m tools.examples build/examples/.github/workflows
	$(BIN)/actionlint build/examples/.github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows build/examples/.github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --config tools/examples-zizmor.yml build/examples

fmt: $(BIN)/.dev ## format the code and apply automatic fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint types workflows test coverage ## lint, types, workflows, test and coverage

requirements: ## update the hashed requirement files (needs uv)
	cd requirements && for set in runtime dev e2e junit-consumers visual; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$set.in -o $$set.txt; \
	done

public-names: $(BIN)/.runtime ## record new inputs, outputs, codes and fields (tools/public-names.json)
	PYTHONPATH=src:. $(BIN)/python -m tools.public_names

owner: $(BIN)/.runtime ## set the owner of the repository everywhere (OWNER=acme)
	@PYTHONPATH=src:. $(BIN)/python -m tools.owner "$(OWNER)"

include tests/e2e/e2e.mk tools/release/release.mk tests/ci_systems/ci-systems.mk bench/bench.mk tests/junit_consumers/junit-consumers.mk tests/fault_matrix/guarantees.mk tests/visual/visual.mk tests/scenario/signals.mk tests/fuzz/fuzz.mk

clean: ## remove everything that the targets created
	rm -rf $(VENV) build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
