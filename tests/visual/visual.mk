# Renders summaries as GitHub does and checks the pictures. Needs node and a browser (Chromium or Chrome on the path, or CHROMIUM=...).
.PHONY: visual pictures

$(BIN)/.visual: $(BIN)/.dev requirements/visual.txt tests/visual/package-lock.json
	$(PIP) -r requirements/visual.txt
	@mkdir -p build/visual
	cp tests/visual/package.json tests/visual/package-lock.json build/visual
	npm ci --prefix build/visual --ignore-scripts --no-audit --no-fund --silent
	@touch $@

visual: $(BIN)/.visual ## render summaries as GitHub does, take pictures (build/visual) and check them
	@tests/visual/prepare.sh
	VISUAL=build/visual $(BIN)/python -m pytest tests/visual $(ARGS)

pictures: visual ## run `visual`, and copy the pictures for the README to docs/images
	cp build/visual/summary-light.png build/visual/summary-dark.png docs/images
