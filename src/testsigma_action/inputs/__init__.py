"""Flags and environment -> inputs, problems and run specs. The only package that imports `yaml`.

`options.py` is the table of all inputs, `reading.py` the entry point. Nothing here talks to the service.
"""
