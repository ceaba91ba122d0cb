# How the summary looks on GitHub; needs node and a browser (Chromium or Chrome on the path, or CHROMIUM=...).
.PHONY: look pictures

$(BIN)/.look: $(BIN)/.dev requirements/look.txt tests/visual/package-lock.json
	$(PIP) -r requirements/look.txt
	@mkdir -p build/look
	cp tests/visual/package.json tests/visual/package-lock.json build/look
	npm ci --prefix build/look --ignore-scripts --no-audit --no-fund --silent
	@touch $@

look: $(BIN)/.look ## take pictures of summaries as GitHub shows them (build/look), and check them
	@tests/visual/prepare.sh
	LOOK=build/look $(BIN)/python -m pytest tests/visual $(ARGS)

pictures: look ## the same, and put those that the README shows into docs/images
	cp build/look/summary-light.png build/look/summary-dark.png docs/images
