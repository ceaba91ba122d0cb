"""One run from its spec to its results: prepare, start, watch, collect, stop.

The sequence of requests and their deadlines belong here. Sessions emit events and print nothing: text for people and
reports belong in `reporting`, which this package never imports.
"""
