"""The CTRF file, of which `tests` makes the tests and `document` the rest."""
