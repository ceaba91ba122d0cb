# What happens when something goes wrong, call by call; see docs/guarantees.md.
.PHONY: guarantees

guarantees: $(BIN)/.dev ## run every call against every fault, and write docs/guarantees.md
	rm -rf build/guarantees && mkdir -p build/guarantees
	GUARANTEES=build/guarantees $(BIN)/python -m pytest -q tests/guarantees -k every_fault
	PYTHONPATH=src $(BIN)/python -m tests.guarantees build/guarantees
