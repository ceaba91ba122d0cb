"""How a summary looks on GitHub: rendered with its Markdown engine, filter, style and diagrams, in a real browser."""
