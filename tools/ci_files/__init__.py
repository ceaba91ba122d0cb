"""The packaging of the action for other CI systems, generated from the one table of inputs: `make ci-files`."""
