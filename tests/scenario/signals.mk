# Signals at random moments; a few are part of `make test`, here are many.
.PHONY: signals
SIGNALS ?= 200

signals: $(BIN)/.dev ## send 200 steps a signal at a random moment each (SIGNALS=... for another number)
	SIGNALS=$(SIGNALS) $(BIN)/python -m pytest -n 4 tests/scenario/test_signals.py $(ARGS)
