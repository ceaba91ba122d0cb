"""Inputs: text from flags and environment to values, with all problems at once.

Rules for single values and for combinations belong here. Requests do not: what needs an answer of the service is
checked in `lifecycle`. The only package that imports `yaml`.
"""
