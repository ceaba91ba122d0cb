"""Benches: what pacing, collecting and reporting cost, as ratios against a floor that is measured beside them."""
