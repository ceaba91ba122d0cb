"""The model of runs and results, and the rules for verdicts: pure, no I/O, no clock, no sentences."""
