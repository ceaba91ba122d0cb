# The container image, and real workflows that use it. Docker if its daemon answers, else Podman; see tests/e2e.
.PHONY: image e2e

PYTEST_E2E = $(BIN)/python -m pytest -o addopts="-ra --strict-config --strict-markers --import-mode=importlib"

$(BIN)/.e2e: $(BIN)/.dev requirements/e2e.txt
	$(PIP) -r requirements/e2e.txt
	@touch $@

image: $(BIN)/.runtime ## build the container image and print its size (BASE=... for another base)
	@tests/e2e/prepare.sh
	@BASE=$(BASE) $(BIN)/python -m tests.e2e.image

e2e: $(BIN)/.e2e image ## run real workflows with the built container (logs: build/e2e)
	$(PYTEST_E2E) -n 3 --dist loadfile tests/e2e --ignore=tests/e2e/test_release.py $(ARGS)
