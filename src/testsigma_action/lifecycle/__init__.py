"""One run from its spec to its results. Knows nothing of reports."""
