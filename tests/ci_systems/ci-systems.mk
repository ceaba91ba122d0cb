# Checks the files of each CI system with its own schema or tool, and runs them as it would. Needs node, and an engine for containers.
.PHONY: ci-files ci-systems

ci-files: $(BIN)/.runtime ## write the packaging for other CI systems (ci/) from the table of inputs
	PYTHONPATH=src:. $(BIN)/python -m tools.ci_files

$(BIN)/.ci-systems: $(BIN)/.e2e tests/ci_systems/package.json tests/ci_systems/package-lock.json tests/ci_systems/re2.js
	@mkdir -p build/ci-systems
	cp tests/ci_systems/package.json tests/ci_systems/package-lock.json build/ci-systems
	npm ci --prefix build/ci-systems --ignore-scripts --no-audit --no-fund --silent
	cp tests/ci_systems/re2.js build/ci-systems/node_modules/re2/re2.js
	@touch $@

ci-systems: $(BIN)/.ci-systems image ## check and run the files of each CI system
	@tests/ci_systems/prepare.sh
	CI_SYSTEMS=build/ci-systems $(BIN)/python -m pytest -o addopts="-ra --strict-config --strict-markers --import-mode=importlib" -n 4 --dist loadfile tests/ci_systems $(ARGS)
