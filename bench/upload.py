"""Memory of an upload to a service that reads slowly. Step and service are processes of their own."""

from collections.abc import Iterator

from bench.children import child, first_line, last_words
from bench.figures import Figure

SIZE = 500_000_000
# Seconds after each block of 256 KB.
PAUSE = 0.001
# The upload is read before it gets a new version.
REQUESTS = 2
# MB on top of the modules of the step.
MAX_MEMORY = 60.0


def figures(size: int = SIZE) -> Iterator[Figure]:
    """Measure; tests pass a smaller size."""
    memory = memory_of(size)
    note = f"MB on top of the step's own, for a file of {size / 1e6:,.0f} MB"
    yield Figure("upload memory", memory, MAX_MEMORY, note)


def memory_of(size: int) -> float:
    """The memory that an upload needs. Raises RuntimeError if the service did not get all of the file."""
    with child("bench.slow_reader", PAUSE, REQUESTS) as service:
        url = first_line(service)
        with child("bench.uploading", size, url) as step:
            memory = float(last_words(step))
        if int(last_words(service)) < size:
            raise RuntimeError("incomplete")
        return memory
