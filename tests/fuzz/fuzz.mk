# Random stories of answers, faults and signals in the virtual world; see tests/fuzz.
.PHONY: fuzz
N ?= 10000

fuzz: $(BIN)/.dev ## try 10,000 random stories (N=..., SEED=...; one again, with its log: SEED=... ONLY=...)
	@PYTHONPATH=src $(BIN)/python -m tests.fuzz --number $(N) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))
