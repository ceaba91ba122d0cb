# Reads our JUnit and CTRF files with programs that other people use. Needs node.
.PHONY: junit-consumers

$(BIN)/.junit-consumers: $(BIN)/.dev requirements/junit-consumers.txt tests/junit_consumers/package-lock.json
	$(PIP) -r requirements/junit-consumers.txt
	@mkdir -p build/junit-consumers
	cp tests/junit_consumers/package.json tests/junit_consumers/package-lock.json build/junit-consumers
	npm ci --prefix build/junit-consumers --ignore-scripts --no-audit --no-fund --silent
	@touch $@

junit-consumers: $(BIN)/.junit-consumers ## read our JUnit and CTRF files with programs that other people use
	JUNIT_CONSUMERS=build/junit-consumers $(BIN)/python -m pytest tests/junit_consumers $(ARGS)
