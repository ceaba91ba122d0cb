# What large runs cost; see bench/.
.PHONY: bench

bench: $(BIN)/.runtime ## measure pacing, collecting and reporting, as ratios with limits (build/bench.json)
	@PYTHONPATH=src $(BIN)/python -m bench
