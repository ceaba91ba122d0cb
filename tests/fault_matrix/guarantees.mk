# Every call against every fault; the result is docs/guarantees.md.
.PHONY: guarantees

guarantees: $(BIN)/.dev ## run every call against every fault, and write docs/guarantees.md
	rm -rf build/guarantees && mkdir -p build/guarantees
	GUARANTEES=build/guarantees $(BIN)/python -m pytest -q tests/fault_matrix -k every_fault
	PYTHONPATH=src $(BIN)/python -m tests.fault_matrix build/guarantees
