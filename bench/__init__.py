"""Benchmarks of pacing, collecting and reporting, as ratios to a floor that is measured together with them."""
