"""Rules that hold for any input, checked with hypothesis."""
