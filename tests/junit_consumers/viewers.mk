# Whether other people's viewers read our JUnit file; needs node.
.PHONY: viewers

$(BIN)/.viewers: $(BIN)/.dev requirements/viewers.txt tests/junit_consumers/package-lock.json
	$(PIP) -r requirements/viewers.txt
	@mkdir -p build/viewers
	cp tests/junit_consumers/package.json tests/junit_consumers/package-lock.json build/viewers
	npm ci --prefix build/viewers --ignore-scripts --no-audit --no-fund --silent
	@touch $@

viewers: $(BIN)/.viewers ## read our JUnit file with the viewers that people use
	VIEWERS=build/viewers $(BIN)/python -m pytest tests/junit_consumers $(ARGS)
