"""One run from its spec to its results: prepare, start, watch, collect, stop.

What a run needs from the service, in which order, and until when belongs here. A session tells events; it prints
nothing. Text for people and reports belong in `reporting`, which this package never imports.
"""
