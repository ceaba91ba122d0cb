"""Time, signals and blocking calls."""
