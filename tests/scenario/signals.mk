# Signals at random moments. `make test` has a few of them; these are many.
.PHONY: signals
SIGNALS ?= 200

signals: $(BIN)/.dev ## run 200 steps, each with a signal at a random moment (SIGNALS=... for another number)
	SIGNALS=$(SIGNALS) $(BIN)/python -m pytest -n 4 tests/scenario/test_signals.py $(ARGS)
