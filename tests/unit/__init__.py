"""Pure modules: one given input, one expected value."""
