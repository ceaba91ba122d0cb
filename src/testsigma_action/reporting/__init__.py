"""A report -> text or data. Never imported by `lifecycle`."""
