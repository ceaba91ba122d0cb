# Random scripts of answers, faults and signals on a virtual clock; see tests/fuzz.
.PHONY: fuzz
N ?= 10000

fuzz: $(BIN)/.dev ## run 10,000 random scripts (N=..., SEED=...; repeat one, with its log: SEED=... ONLY=...)
	@PYTHONPATH=src $(BIN)/python -m tests.fuzz --number $(N) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))
