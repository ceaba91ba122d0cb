"""The summary in a real browser, rendered with GitHub's Markdown engine, filter, style and diagrams: `make visual`."""
