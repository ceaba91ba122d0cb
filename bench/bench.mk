# Speed and memory of large runs; see bench/.
.PHONY: bench

bench: $(BIN)/.runtime image ## measure speed and memory, as ratios with limits (build/bench.json)
	@PYTHONPATH=src $(BIN)/python -m bench
