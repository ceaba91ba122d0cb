"""Benches: what collecting and reporting cost, as ratios against a floor that is measured beside them."""
