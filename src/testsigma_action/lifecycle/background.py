"""Tasks that go on beside a stage and end with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self


class Background:
    """A `with` block whose tasks are cancelled at its end: nothing outlives the stage that needs it.

    An exception in a task is a bug. It is raised at the end of the block.
    """

    def __init__(self) -> None:
        """No task goes on yet."""
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Have this done meanwhile."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what is not done."""
        for task in self._tasks:
            if not task.cancel() and not task.cancelled():
                task.result()
