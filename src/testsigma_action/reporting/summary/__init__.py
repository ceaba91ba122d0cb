"""The step summary in Markdown."""
